package campaignpages

import (
	"cmp"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

const (
	listTakes  = 32 << 20 // bytes of a form with its file
	listWithin = 10 * time.Minute
	fieldTakes = 1 << 20 // bytes of what is typed
)

// formView is the form that makes a campaign, as it was filled in.
type formView struct {
	Name, Template, Audience, Search, Pasted string
	Choices                                  []campaign.Choice
	Wrong                                    map[string]string
	Problem                                  string
}

func (p *Pages) form(w http.ResponseWriter, r *http.Request) error {
	return p.showForm(w, r, http.StatusOK, formView{Template: r.FormValue("template"), Audience: cmp.Or(r.FormValue("audience"), string(mail.Everybody)), Search: r.FormValue("q")})
}

func (p *Pages) showForm(w http.ResponseWriter, r *http.Request, status int, v formView) error {
	var err error
	if v.Choices, err = p.campaigns.Choices(r.Context()); err != nil {
		return err
	}
	page := ui.Page{Title: "New campaign", Path: home, Parents: []ui.Link{mailLink(), homeLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: formPage(v)})
}

// create makes the campaign. The file stands last in the form, and is read as it
// arrives.
func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	limits := http.NewResponseController(w)
	_ = limits.SetReadDeadline(time.Now().Add(listWithin)) // where there are no deadlines, none is in the way
	_ = limits.SetWriteDeadline(time.Now().Add(listWithin))
	v, file, err := readForm(r)
	if err != nil {
		v.Problem = words(err)
		return p.showForm(w, r, http.StatusUnprocessableEntity, v)
	}
	wish := campaign.Wish{Name: v.Name, Template: v.Template, Audience: mail.Audience{Kind: mail.AudienceKind(v.Audience), Search: v.Search}}
	if v.Audience == string(mail.Listed) {
		wish.List = io.MultiReader(strings.NewReader(strings.TrimRight(v.Pasted, "\r\n")+"\n"), file)
		if strings.TrimSpace(v.Pasted) == "" {
			wish.List = file
		}
	}
	c, err := p.campaigns.Create(r.Context(), wish)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && (e.Kind == crm.Invalid || e.Kind == crm.Precondition || e.Kind == crm.TooLarge):
		if v.Wrong = e.Fields; len(v.Wrong) == 0 {
			v.Problem = e.Message
		}
		return p.showForm(w, r, http.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, urlOf(c.ID))
}

func words(err error) string {
	var e *crm.Error
	if errors.As(err, &e) {
		return e.Message
	}
	return "The form did not arrive whole. Send it again."
}

// readForm reads what was typed, up to the file.
func readForm(r *http.Request) (v formView, file io.Reader, err error) {
	file = strings.NewReader("")
	parts, err := r.MultipartReader()
	if err != nil {
		return v, file, crm.Errorf(crm.Malformed, "Nothing arrived. Fill the form in.")
	}
	fields := map[string]*string{"name": &v.Name, "template": &v.Template, "audience": &v.Audience, "search": &v.Search, "pasted": &v.Pasted}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return v, file, nil
		}
		if err != nil {
			return v, file, crm.Errorf(crm.Malformed, "The form did not arrive whole. Send it again.")
		}
		if part.FormName() == "file" {
			return v, part, nil
		}
		if into := fields[part.FormName()]; into != nil {
			text, err := io.ReadAll(io.LimitReader(part, fieldTakes+1))
			if err != nil || len(text) > fieldTakes {
				return v, file, crm.Errorf(crm.TooLarge, "What you pasted is too large. Put it into a file and choose that.")
			}
			*into = strings.TrimSpace(string(text))
		}
	}
}

func (v formView) options() []ui.Option {
	options := make([]ui.Option, len(v.Choices))
	for i, c := range v.Choices {
		label := c.Name
		if c.Category.Stream() == mail.Marketing {
			label += " (marketing)"
		}
		options[i] = ui.Option{Value: c.Key, Label: label}
	}
	return options
}
