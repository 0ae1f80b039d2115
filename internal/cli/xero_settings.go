package cli

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
)

type xeroSettings struct {
	orgPlace        `embed:""`
	SalesAccount    *string           `help:"Code of the account for what is sold."`
	ShippingAccount *string           `help:"Code of the account for shipping; empty for the sales account."`
	PaymentAccount  *string           `help:"Code of the account that receives payments."`
	Tax             map[string]string `help:"Tax type in Xero for a tax class: gst, gst_free, input_taxed or export. May be repeated." placeholder:"CLASS=TYPE"`
	Theme           *string           `help:"Id of the theme of new invoices; empty for the organisation's own."`
	Draft           *bool             `negatable:"" help:"Leave invoices as drafts in Xero instead of approving them."`
	Mail            *bool             `negatable:"" help:"Have Xero mail each invoice to its customer once it is approved."`
	TakeOver        *bool             `negatable:"" help:"Make records of invoices and credit notes that are written in Xero."`
}

// Run changes what flags name, after Xero's own accounts and tax rates were
// asked for, and shows the settings.
func (s *xeroSettings) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		kept, err := d.settings(ctx)
		if err != nil {
			return err
		}
		changed, err := s.over(&kept)
		if err != nil {
			return err
		}
		if changed {
			if err := d.Xero.SaveSettings(ctx, kept); err != nil {
				return err
			}
		}
		return tellSettings(out, kept)
	})
}

// over writes what was given over the settings, and reports whether any was.
func (s *xeroSettings) over(kept *xero.Settings) (changed bool, err error) {
	give(&kept.SalesAccount, s.SalesAccount, &changed)
	give(&kept.ShippingAccount, s.ShippingAccount, &changed)
	give(&kept.PaymentAccount, s.PaymentAccount, &changed)
	give(&kept.BrandingTheme, s.Theme, &changed)
	give(&kept.Draft, s.Draft, &changed)
	give(&kept.MailByXero, s.Mail, &changed)
	give(&kept.TakeOver, s.TakeOver, &changed)
	for class, kind := range s.Tax {
		if _, known := kept.TaxTypes[crm.TaxClass(class)]; !known {
			return false, crm.Errorf(crm.Invalid, "There is no tax class %q. Choose among gst, gst_free, input_taxed and export.", class)
		}
		kept.TaxTypes[crm.TaxClass(class)], changed = kind, true
	}
	return changed, nil
}

// give writes a value that was given over a setting.
func give[T any](setting, given *T, changed *bool) {
	if given != nil {
		*setting, *changed = *given, true
	}
}

func tellSettings(out output, s xero.Settings) error {
	c := columnsOf(out)
	c.row("sales account", s.SalesAccount)
	c.row("shipping account", s.ShippingAccount)
	c.row("payment account", s.PaymentAccount)
	for _, class := range crm.TaxClasses() {
		c.row("tax of "+string(class), s.TaxTypes[class])
	}
	c.row("theme", s.BrandingTheme)
	c.row("draft", s.Draft)
	c.row("mail", s.MailByXero)
	c.row("take over", s.TakeOver)
	return c.Flush()
}

type xeroChoices struct {
	orgPlace `embed:""`
}

// Run asks Xero for what can be chosen.
func (s *xeroChoices) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		choices, err := d.Xero.Choices(ctx)
		if err != nil {
			return err
		}
		c := columnsOf(out, "FOR", "VALUE", "NAME")
		for _, a := range choices.Sales {
			c.row("sales and shipping account", a.Code, a.Name)
		}
		for _, a := range choices.Payments {
			c.row("payment account", a.Code, a.Name)
		}
		for _, r := range choices.Rates {
			c.row("tax", r.TaxType, r.Name+" ("+r.EffectiveRate.String()+" %)")
		}
		for _, t := range choices.Themes {
			c.row("theme", t.BrandingThemeID, t.Name)
		}
		return c.Flush()
	})
}
