package xerosim

import "net/http"

func standardThemes() []BrandingTheme {
	return []BrandingTheme{{Name: "Standard"}, {Name: "Special Projects"}}
}

// filledThemes gives themes their ids, order and day.
func (o Organisation) filledThemes() []BrandingTheme {
	themes := o.BrandingThemes
	if themes == nil {
		themes = standardThemes()
	}
	themes = append([]BrandingTheme(nil), themes...)
	for i := range themes {
		if themes[i].BrandingThemeID == "" {
			themes[i].BrandingThemeID = stableID("theme " + o.TenantID + themes[i].Name)
		}
		themes[i].Type, themes[i].SortOrder = "INVOICE", i
		if themes[i].CreatedDateUTC == nil {
			themes[i].CreatedDateUTC = newDate(o.CreatedAt)
		}
	}
	return themes
}

func (o Organisation) theme(id string) *BrandingTheme {
	for i := range o.BrandingThemes {
		if o.BrandingThemes[i].BrandingThemeID == id {
			return &o.BrandingThemes[i]
		}
	}
	return nil
}

// fillTheme gives a document for customers the default theme when it has none, and refuses unknown ones.
func (c *change) fillTheme(id *string, sale bool) []string {
	if *id == "" && sale && len(c.b.org.BrandingThemes) > 0 {
		*id = c.b.org.BrandingThemes[0].BrandingThemeID
	}
	if *id != "" && c.b.org.theme(*id) == nil {
		return []string{"The BrandingThemeID " + *id + " does not exist"}
	}
	return nil
}

func (c *call) listThemes() answer {
	return c.envelope(http.StatusOK, field{"BrandingThemes", append([]BrandingTheme{}, c.books.org.BrandingThemes...)})
}

func (c *call) getTheme() answer {
	theme := c.books.org.theme(c.r.PathValue("id"))
	if theme == nil {
		return notFound()
	}
	return c.envelope(http.StatusOK, field{"BrandingThemes", []BrandingTheme{*theme}})
}
