package resendpages

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// settingsForm is what the settings page shows. Numbers are as they were typed.
type settingsForm struct {
	resend.Settings
	Transients, TransientDays string
	HourlyLimit, DailyLimit   string
	Allowance                 resend.Allowance
	Domain                    resend.SenderDomain // that mail comes from now
	RemoveKey                 bool
	Kept                      resend.View // as it is now
	Held                      bool
	Webhook                   string // the address for Resend
	Signed                    bool
	OrgName                   string
	Wrong                     map[string]string
}

func (p *Pages) settings(w http.ResponseWriter, r *http.Request) error {
	kept, err := p.resend.View(r.Context())
	if err != nil {
		return err
	}
	return p.showSettings(w, r, http.StatusOK, settingsForm{
		Settings: kept.Settings, Transients: strconv.Itoa(kept.Transients), TransientDays: strconv.Itoa(kept.TransientDays),
		HourlyLimit: limitText(kept.HourlyLimit), DailyLimit: limitText(kept.DailyLimit),
	})
}

func (p *Pages) showSettings(w http.ResponseWriter, r *http.Request, status int, f settingsForm) error {
	me, err := auth.Require(r.Context(), auth.MailSettings)
	if err != nil {
		return err
	}
	if f.Kept, err = p.resend.View(r.Context()); err != nil {
		return err
	}
	if f.Allowance, err = p.resend.Allowance(r.Context()); err != nil {
		return err
	}
	if f.Domain, err = p.resend.Sender(r.Context()); err != nil {
		return err
	}
	f.Held, f.OrgName = f.Kept.Paused.Holds(p.now()), me.OrgName
	f.Webhook, f.Signed = strings.TrimRight(p.url, "/")+"/webhooks/resend", p.signed
	page := ui.Page{Title: "Mail settings", Path: "/mail/settings", Parents: []ui.Link{mailLink()}}
	return web.ShowPageStatus(w, r, status, web.Content{Page: page, Body: settingsPage(f)})
}

func (p *Pages) saveSettings(w http.ResponseWriter, r *http.Request) error {
	f := readSettings(r)
	key := resend.KeyChange{New: resendapi.Secret(strings.TrimSpace(r.PostFormValue("key"))), Remove: f.RemoveKey}
	err := p.resend.SaveSettings(r.Context(), f.Settings, key)
	var e *crm.Error
	switch {
	case errors.As(err, &e) && e.Kind == crm.Invalid:
		f.Wrong = e.Fields
		return p.showSettings(w, r, http.StatusUnprocessableEntity, f)
	case err != nil:
		return err
	}
	return web.Redirect(w, r, "/mail/settings", "done", "mail-settings")
}

func readSettings(r *http.Request) settingsForm {
	f := settingsForm{
		Settings: resend.Settings{
			Sender: r.PostFormValue("sender"), From: r.PostFormValue("from"), ReplyTo: r.PostFormValue("reply_to"), Postal: r.PostFormValue("postal"),
			Phone: r.PostFormValue("phone"), Website: r.PostFormValue("website"), ABN: r.PostFormValue("abn"), Colour: r.PostFormValue("colour"),
			Invoices: r.PostFormValue("invoices") != "", CreditNotes: r.PostFormValue("credit_notes") != "", Receipts: r.PostFormValue("receipts") != "", Notices: r.PostFormValue("notices") != "",
		},
		Transients: r.PostFormValue("transients"), TransientDays: r.PostFormValue("transient_days"),
		HourlyLimit: r.PostFormValue("hourly_limit"), DailyLimit: r.PostFormValue("daily_limit"), RemoveKey: r.PostFormValue("remove_key") != "",
	}
	f.Settings.Transients, f.Settings.TransientDays = number(f.Transients), number(f.TransientDays)
	f.Settings.HourlyLimit, f.Settings.DailyLimit = limitOf(f.HourlyLimit), limitOf(f.DailyLimit)
	return f
}

// limitOf is what was typed as a limit: zero where there is none, and less for
// what is no number.
func limitOf(text string) int {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", "")
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return -1
	}
	return n
}

func limitText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// number is what was typed; zero, which no field takes, for what is none.
func number(text string) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil {
		return 0
	}
	return n
}

// keyHint says whose key is in use.
func (f settingsForm) keyHint() string {
	switch {
	case f.Kept.HasKey:
		return "A key is set. It is not shown again; enter another to replace it."
	case f.Kept.Shared:
		return "This installation's key is used until you enter your own."
	}
	return "No key is set yet. Make one at Resend with full access; one that may only send tells nothing of domains."
}

// webhookEvents are those that the endpoint at Resend needs.
func webhookEvents() []string {
	return []string{
		resendapi.EventSent, resendapi.EventScheduled, resendapi.EventDelivered, resendapi.EventDelayed, resendapi.EventBounced,
		resendapi.EventComplained, resendapi.EventFailed, resendapi.EventSuppressed, resendapi.EventOpened, resendapi.EventClicked,
		resendapi.EventSuppressionAdded, resendapi.EventSuppressionRemoved,
		resendapi.EventDomainCreated, resendapi.EventDomainUpdated, resendapi.EventDomainDeleted,
	}
}
