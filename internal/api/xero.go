package api

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
)

// Exchange is the state of the exchange with Xero at a glance.
type Exchange struct {
	State      string     `json:"state" enum:"not_connected,choosing,connected,paused,needs_reconnect"`
	Tenant     string     `json:"tenant,omitempty" doc:"The organisation in Xero."`
	LastSyncAt *time.Time `json:"last_sync_at,omitempty"`
	Waiting    int        `json:"waiting" doc:"Records on their way."`
	Synced     int        `json:"synced"`
	Errors     int        `json:"errors" doc:"Records that need a person."`
	NewErrors  int        `json:"new_errors" doc:"Those of them that nobody has looked at."`
	Health     string     `json:"health" enum:"green,amber,red,off"`
	Score      int        `json:"score" minimum:"0" maximum:"100" doc:"The health in points: green from 80, amber from 50."`
	Deductions []Deducted `json:"deductions" nullable:"false" doc:"What the score lacks to 100, the most first."`
	Reason     string     `json:"reason" doc:"Why the health is what it is."`
}

// Deducted is something that takes points off the health.
type Deducted struct {
	Points int    `json:"points"`
	Reason string `json:"reason"`
}

// CardLink is an address that shows the card in a frame of another site.
type CardLink struct {
	URL   string    `json:"url" format:"uri" doc:"For the src of an iframe. It needs no sign-in."`
	Until time.Time `json:"until" doc:"When it stops opening the card; a page that is open goes on."`
	Ends  time.Time `json:"ends" doc:"When a page that it opened stops following."`
}

// XeroSettings is how records go to Xero.
type XeroSettings struct {
	SalesAccount    string   `json:"sales_account" doc:"Code of the account for what is sold."`
	ShippingAccount string   `json:"shipping_account,omitempty" doc:"The sales account when left out."`
	PaymentAccount  string   `json:"payment_account" doc:"Code of the account that receives payments."`
	TaxTypes        TaxTypes `json:"tax_types" doc:"The tax type in Xero for each tax class."`
	Draft           bool     `json:"draft,omitempty" doc:"Leave invoices as drafts in Xero instead of approving them."`
	BrandingTheme   string   `json:"branding_theme,omitempty" doc:"Id of the theme of new invoices; the organisation's own when left out."`
	MailByXero      bool     `json:"mail_by_xero,omitempty" doc:"Have Xero mail each invoice to its customer once it is approved."`
	TakeOver        bool     `json:"take_over,omitempty" doc:"Make records of invoices and credit notes that are written in Xero, as Xero tells of them. Left out, reconciliations list them."`
}

// TaxTypes are the tax types in Xero for our tax classes.
type TaxTypes struct {
	GST        string `json:"gst" example:"OUTPUT"`
	GSTFree    string `json:"gst_free" example:"EXEMPTOUTPUT"`
	InputTaxed string `json:"input_taxed" example:"INPUTTAXED"`
	Export     string `json:"export" example:"EXEMPTEXPORT"`
}

// XeroChoices is what the settings may name.
type XeroChoices struct {
	SalesAccounts   []XeroAccount `json:"sales_accounts" nullable:"false"`
	PaymentAccounts []XeroAccount `json:"payment_accounts" nullable:"false"`
	TaxRates        []XeroTaxRate `json:"tax_rates" nullable:"false"`
	BrandingThemes  []XeroTheme   `json:"branding_themes" nullable:"false"`
}

// XeroAccount is an account of the organisation in Xero.
type XeroAccount struct {
	Code string `json:"code"`
	Name string `json:"name"`
	Type string `json:"type"`
}

// XeroTaxRate is a tax rate of the organisation in Xero.
type XeroTaxRate struct {
	TaxType string `json:"tax_type"`
	Name    string `json:"name"`
	Percent string `json:"percent" example:"10"`
}

// XeroTheme is a look of printed documents of the organisation in Xero.
type XeroTheme struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Begun says that work goes on in the background.
type Begun struct {
	Message string `json:"message"`
}

type (
	exchangeAnswer struct{ Body Exchange }
	cardLinkAnswer struct{ Body CardLink }
	settingsAnswer struct{ Body XeroSettings }
	choicesAnswer  struct{ Body XeroChoices }
	begunAnswer    struct{ Body Begun }
)

func (t *table) xeroExchange() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Xero"}
	}
	accepted := func(s spec) spec { s.status = http.StatusAccepted; return s }
	add(t, row("get-xero", http.MethodGet, "/xero", auth.SyncView, "The exchange with Xero at a glance"), t.getExchange)
	add(t, row("get-xero-card", http.MethodGet, "/xero/card", auth.SyncView, "What the card shows: the exchange with Xero at a glance"), t.getExchange)
	link := row("link-xero-card", http.MethodPost, "/xero/card/link", auth.SyncView, "Make a link to the card for a frame in another site")
	link.about = "The link opens for ten minutes, so that a site asks for one each time it shows the card. The sites are those in RENOZ_EMBED_ANCESTORS; without any it is refused with 409."
	add(t, link, t.linkCard)
	add(t, accepted(row("sync-xero", http.MethodPost, "/xero/sync", auth.SyncRetry, "Send what waits and read what changed, at once")), t.syncNow)
	add(t, accepted(row("send-existing-to-xero", http.MethodPost, "/xero/send-existing", auth.SyncRetry, "Send everything that is not in Xero yet")), t.sendExisting)
	add(t, row("get-xero-settings", http.MethodGet, "/xero/settings", auth.XeroSettings, "How records go to Xero"), t.getSettings)
	add(t, row("put-xero-settings", http.MethodPut, "/xero/settings", auth.XeroSettings, "Say how records go to Xero"), t.putSettings)
	add(t, row("get-xero-choices", http.MethodGet, "/xero/choices", auth.XeroSettings, "Accounts and tax rates that the settings may name"), t.getChoices)
}

func (a *API) getExchange(ctx context.Context, _ *struct{}) (*exchangeAnswer, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	c, err := a.xero.Card(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	out := Exchange{"not_connected", c.Tenant, c.LastSyncAt, c.Waiting, c.Synced, c.Errors, c.NewErrors, string(c.Health), c.Score, make([]Deducted, len(c.Deductions)), c.Reason}
	if c.State != "" {
		out.State = string(c.State)
	}
	for i, d := range c.Deductions {
		out.Deductions[i] = Deducted(d)
	}
	return &exchangeAnswer{out}, nil
}

func (a *API) linkCard(ctx context.Context, _ *struct{}) (*cardLinkAnswer, error) {
	l, err := a.xero.LinkCard(ctx)
	return &cardLinkAnswer{CardLink(l)}, err
}

func (a *API) syncNow(ctx context.Context, _ *struct{}) (*begunAnswer, error) {
	return &begunAnswer{Begun{"What waits is sent and what changed is read now."}}, a.xero.SyncNow(ctx)
}

func (a *API) sendExisting(ctx context.Context, _ *struct{}) (*begunAnswer, error) {
	return &begunAnswer{Begun{"Customers, invoices and payments that are not in Xero yet are sent now, as a bulk run."}}, a.xero.SendAll(ctx)
}

// settingsKept are those of the reader's connection.
func (a *API) settingsKept(ctx context.Context) (xero.Settings, error) {
	who, err := auth.Require(ctx, auth.XeroSettings)
	if err != nil {
		return xero.Settings{}, err
	}
	c, err := a.store.Connection(ctx, who.Org, xero.Name)
	if crm.KindOf(err) == crm.NotFound {
		return xero.Settings{}, crm.Errorf(crm.Conflict, "Xero is not connected. Connect it first.")
	}
	if err != nil {
		return xero.Settings{}, err
	}
	return xero.SettingsOf(c)
}

func (a *API) getSettings(ctx context.Context, _ *struct{}) (*settingsAnswer, error) {
	s, err := a.settingsKept(ctx)
	if err != nil {
		return nil, err
	}
	return &settingsAnswer{XeroSettings{s.SalesAccount, s.ShippingAccount, s.PaymentAccount, taxTypes(s.TaxTypes), s.Draft, s.BrandingTheme, s.MailByXero, s.TakeOver}}, nil
}

func taxTypes(by map[crm.TaxClass]string) TaxTypes {
	return TaxTypes{by[crm.GST], by[crm.GSTFree], by[crm.InputTaxed], by[crm.ExportTaxed]}
}

func (a *API) putSettings(ctx context.Context, in *struct{ Body XeroSettings }) (*settingsAnswer, error) {
	b := in.Body
	err := a.xero.SaveSettings(ctx, xero.Settings{
		SalesAccount: b.SalesAccount, ShippingAccount: b.ShippingAccount, PaymentAccount: b.PaymentAccount, Draft: b.Draft,
		BrandingTheme: b.BrandingTheme, MailByXero: b.MailByXero, TakeOver: b.TakeOver,
		TaxTypes: map[crm.TaxClass]string{crm.GST: b.TaxTypes.GST, crm.GSTFree: b.TaxTypes.GSTFree, crm.InputTaxed: b.TaxTypes.InputTaxed, crm.ExportTaxed: b.TaxTypes.Export},
	})
	return &settingsAnswer{b}, nested(err, "tax_", "tax_types")
}

// nested names fields as this API has them: tax_types.gst, not tax_gst.
func nested(err error, prefix, object string) error {
	var e *crm.Error
	if !errors.As(err, &e) || e.Fields == nil {
		return err
	}
	renamed := *e
	renamed.Fields = make(map[string]string, len(e.Fields))
	for field, message := range e.Fields {
		if name, ok := strings.CutPrefix(field, prefix); ok {
			field = object + "." + name
		}
		renamed.Fields[field] = message
	}
	return &renamed
}

func (a *API) getChoices(ctx context.Context, _ *struct{}) (*choicesAnswer, error) {
	c, err := a.xero.Choices(ctx)
	if err != nil {
		return nil, err
	}
	out := XeroChoices{[]XeroAccount{}, []XeroAccount{}, []XeroTaxRate{}, []XeroTheme{}}
	for _, x := range c.Sales {
		out.SalesAccounts = append(out.SalesAccounts, XeroAccount{x.Code, x.Name, x.Type})
	}
	for _, x := range c.Payments {
		out.PaymentAccounts = append(out.PaymentAccounts, XeroAccount{x.Code, x.Name, x.Type})
	}
	for _, r := range c.Rates {
		out.TaxRates = append(out.TaxRates, XeroTaxRate{r.TaxType, r.Name, r.EffectiveRate.String()})
	}
	for _, theme := range c.Themes {
		out.BrandingThemes = append(out.BrandingThemes, XeroTheme{theme.BrandingThemeID, theme.Name})
	}
	return &choicesAnswer{out}, nil
}
