package xeropages

import (
	"errors"
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// settingsForm is what the settings page shows.
type settingsForm struct {
	xero.Settings
	Choices xero.Choices
	Wrong   map[string]string
}

// The values of the choices between drafts and approved invoices, of who mails
// them, and of what becomes of documents that are written in Xero.
const (
	asDraft    = "draft"
	asApproved = "approved"

	takenOver  = "take_over"
	onlyListed = "list"

	mailedByXero = "xero"
	notMailed    = "none"
)

func (p *Pages) settings(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.XeroSettings)
	if err != nil {
		return err
	}
	c, err := p.store.Connection(r.Context(), me.Org, xero.Name)
	if crm.KindOf(err) == crm.NotFound { // its page says what to do
		return web.Redirect(w, r, "/xero")
	}
	if err != nil {
		return err
	}
	kept, err := xero.SettingsOf(c)
	if err != nil {
		return err
	}
	return p.showSettings(w, r, http.StatusOK, settingsForm{Settings: kept})
}

func (p *Pages) showSettings(w http.ResponseWriter, r *http.Request, status int, f settingsForm) error {
	choices, err := p.xero.Choices(r.Context())
	var e *crm.Error
	switch {
	case errors.As(err, &e) && (e.Kind == crm.Unavailable || e.Kind == crm.Conflict):
		return web.ShowPageStatus(w, r, http.StatusOK, web.Content{Page: xeroPage("Settings"), Body: settingsAway(e.Message)})
	case err != nil:
		return err
	}
	f.Choices = choices
	return web.ShowPageStatus(w, r, status, web.Content{Page: xeroPage("Settings"), Body: settingsPage(f)})
}

func (p *Pages) saveSettings(w http.ResponseWriter, r *http.Request) error {
	f := settingsForm{Settings: readSettings(r)}
	err := p.xero.SaveSettings(r.Context(), f.Settings)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind == crm.Invalid:
		f.Wrong = e.Fields
		return p.showSettings(w, r, http.StatusUnprocessableEntity, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, "/xero", "done", "xero-settings")
}

func readSettings(r *http.Request) xero.Settings {
	s := xero.Settings{
		SalesAccount: r.PostFormValue("sales_account"), ShippingAccount: r.PostFormValue("shipping_account"),
		PaymentAccount: r.PostFormValue("payment_account"), TaxTypes: map[crm.TaxClass]string{},
		Draft: r.PostFormValue("invoices") == asDraft, BrandingTheme: r.PostFormValue("branding_theme"), MailByXero: r.PostFormValue("mail") == mailedByXero,
		TakeOver: r.PostFormValue("written") == takenOver,
	}
	for _, class := range crm.TaxClasses() {
		s.TaxTypes[class] = r.PostFormValue("tax_" + string(class))
	}
	return s
}

func accountOptions(accounts []xeroapi.Account) []ui.Option {
	options := make([]ui.Option, len(accounts))
	for i, a := range accounts {
		options[i] = ui.Option{Value: a.Code, Label: a.Code + " · " + a.Name}
	}
	return options
}

func rateOptions(rates []xeroapi.TaxRate) []ui.Option {
	options := make([]ui.Option, len(rates))
	for i, r := range rates {
		options[i] = ui.Option{Value: r.TaxType, Label: r.Name + " (" + r.TaxType + ")"}
	}
	return options
}

func (f settingsForm) invoices() string {
	if f.Draft {
		return asDraft
	}
	return asApproved
}

func (f settingsForm) mail() string {
	if f.MailByXero {
		return mailedByXero
	}
	return notMailed
}

func (f settingsForm) written() string {
	if f.TakeOver {
		return takenOver
	}
	return onlyListed
}

func themeOptions(themes []xeroapi.BrandingTheme) []ui.Option {
	options := make([]ui.Option, len(themes))
	for i, t := range themes {
		options[i] = ui.Option{Value: t.BrandingThemeID, Label: t.Name}
	}
	return options
}
