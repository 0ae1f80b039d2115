package resend

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Settings is how an organisation sends mail.
type Settings struct {
	Sender  string `json:"sender"`   // name that mails come from; empty: the organisation's
	From    string `json:"from"`     // address, of a domain that is verified at Resend
	ReplyTo string `json:"reply_to"` // empty: From
	Postal  string `json:"postal"`   // address for the foot of each mail
	Phone   string `json:"phone"`
	Website string `json:"website"`
	ABN     string `json:"abn"`
	Colour  string `json:"colour"` // of the brand, such as #1d4ed8; empty: the default

	Invoices    bool `json:"invoices"`     // mail invoices when they are issued
	CreditNotes bool `json:"credit_notes"` // mail credit notes when they are issued
	Receipts    bool `json:"receipts"`     // mail a receipt when an invoice is settled
	Notices     bool `json:"notices"`      // mail urgent notices to owners and finance

	// Bounces that might have passed suppress an address when there are so many
	// of them in so many days.
	Transients    int `json:"transients"`
	TransientDays int `json:"transient_days"`

	// How much marketing mail leaves in an hour and in a day; zero: any amount.
	HourlyLimit int `json:"hourly_limit,omitempty"`
	DailyLimit  int `json:"daily_limit,omitempty"`
}

// DefaultSettings suit a new organisation. Three bounces within a week that
// each might have passed stop mail to an address.
func DefaultSettings() Settings {
	return Settings{Notices: true, Transients: 3, TransientDays: 7}
}

// View is what people may see of how an organisation sends.
type View struct {
	Settings
	HasKey    bool // of its own
	Shared    bool // the program has a key for organisations without one
	Paused    mail.Pause
	Marketing mail.MarketingPause
	Reminders mail.ReminderPlan
	UpdatedBy string
}

// Ready reports whether mail can leave at all.
func (v View) Ready() bool { return v.From != "" && v.Postal != "" && (v.HasKey || v.Shared) }

func settingsOf(kept store.MailSettings) (Settings, error) {
	p, err := plannedOf(kept)
	return p.Settings, err
}

// planned is what is kept: how mail is sent, and when customers are reminded.
type planned struct {
	Settings
	Reminders mail.ReminderPlan `json:"reminders"`
}

func plannedOf(kept store.MailSettings) (planned, error) {
	p := planned{DefaultSettings(), mail.DefaultReminders()}
	if kept.Settings == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(kept.Settings), &p); err != nil {
		return p, fmt.Errorf("read how mail is sent: %w", err)
	}
	return p, nil
}

// save writes it.
func (p planned) save(ctx context.Context, tx *store.Tx, org crm.OrgID, kept store.MailSettings) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write how mail is sent: %w", err)
	}
	kept.Settings = string(text)
	return tx.SaveMailSettings(ctx, org, kept)
}

// View returns the settings of the organisation that acts.
func (s *Service) View(ctx context.Context) (View, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return View{}, err
	}
	return s.viewOf(ctx, me.Org)
}

// Ready reports whether mail of the organisation that acts can leave at all.
func (s *Service) Ready(ctx context.Context) (bool, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return false, err
	}
	v, err := s.viewOf(ctx, me.Org)
	return v.Ready(), err
}

func (s *Service) viewOf(ctx context.Context, org crm.OrgID) (View, error) {
	return s.viewIn(ctx, s.Store.Reader, org)
}

// viewIn is what a reader, such as a transaction, sees of the settings.
func (s *Service) viewIn(ctx context.Context, r store.Reader, org crm.OrgID) (View, error) {
	kept, err := r.MailSettings(ctx, org)
	if err != nil {
		return View{}, err
	}
	p, err := plannedOf(kept)
	return View{Settings: p.Settings, HasKey: kept.SealedKey != "", Shared: s.Key != "", Paused: kept.Paused, Marketing: kept.Marketing, Reminders: p.Reminders, UpdatedBy: kept.UpdatedBy}, err
}

// KeyChange is a new API key; the zero KeyChange keeps the old one.
type KeyChange struct {
	New    resendapi.Secret
	Remove bool
}

// SaveSettings keeps the settings, and the key if that changes. It returns an
// Error of kind Invalid with the fields sender, from, reply_to, postal, colour,
// transients, transient_days, hourly_limit, daily_limit and key.
func (s *Service) SaveSettings(ctx context.Context, settings Settings, key KeyChange) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	if settings, err = settings.checked(key); err != nil {
		return err
	}
	kept, err := s.Store.MailSettings(ctx, me.Org)
	if err != nil {
		return err
	}
	p, err := plannedOf(kept)
	if err != nil {
		return err
	}
	p.Settings = settings
	switch {
	case key.Remove:
		kept.SealedKey = ""
	case key.New != "":
		if kept.SealedKey, err = s.Vault.Seal([]byte(strings.TrimSpace(key.New.Reveal())), keyContext(me.Org)); err != nil {
			return err
		}
	}
	kept.UpdatedBy = me.Actor()
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := p.save(ctx, tx, me.Org, kept); err != nil {
			return err
		}
		if kept.Paused.Why != "" && kept.Paused.Code != pausedByHand { // what was mended is tried at once
			if err := tx.PauseMail(ctx, me.Org, mail.Pause{}); err != nil {
				return err
			}
		}
		if err := s.exchangeAnew(ctx, tx, me.Org, key); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{me.Org}, 0)
	})
}

const maxWords = 200

func (c Settings) checked(key KeyChange) (Settings, error) {
	wrong := map[string]string{}
	for _, field := range []struct {
		name string
		text *string
		most int
	}{{"sender", &c.Sender, maxWords}, {"postal", &c.Postal, 2 * maxWords}, {"phone", &c.Phone, 40}, {"website", &c.Website, maxWords}, {"abn", &c.ABN, 20}, {"colour", &c.Colour, 7}} {
		*field.text = strings.TrimSpace(*field.text)
		if len(*field.text) > field.most || strings.ContainsAny(*field.text, "<>\"\r\n") {
			wrong[field.name] = fmt.Sprintf("Use at most %d characters on one line, without quotes and angle brackets.", field.most)
		}
	}
	var err error
	if c.From, err = crm.ParseEmail(c.From); err != nil {
		wrong["from"] = "Enter the address that mails come from, such as accounts@mail.example.com. Its domain has to be verified at Resend."
	}
	if c.ReplyTo = strings.TrimSpace(c.ReplyTo); c.ReplyTo != "" {
		if c.ReplyTo, err = crm.ParseEmail(c.ReplyTo); err != nil {
			wrong["reply_to"] = "Enter an address for answers, or leave it empty."
		}
	}
	if c.Postal == "" {
		wrong["postal"] = "Enter the postal address of the business: mail has to say who sent it."
	}
	if c.Colour != "" && !hexColour(c.Colour) {
		wrong["colour"] = "Enter a colour such as #1d4ed8, or leave it empty."
	}
	if c.Transients < 1 || c.Transients > 20 {
		wrong["transients"] = "Use 1 to 20."
	}
	if c.TransientDays < 1 || c.TransientDays > 90 {
		wrong["transient_days"] = "Use 1 to 90 days."
	}
	for name, n := range map[string]int{"hourly_limit": c.HourlyLimit, "daily_limit": c.DailyLimit} {
		if n < 0 || n > mostMarketing {
			wrong[name] = "Use a number of mails up to 10,000,000, or leave it empty for no limit."
		}
	}
	if given := strings.TrimSpace(key.New.Reveal()); given != "" && (!strings.HasPrefix(given, "re_") || len(given) > maxWords || strings.ContainsAny(given, " \t\r\n")) {
		wrong["key"] = "That is not an API key of Resend; those begin with re_."
	}
	return c, crm.FieldErrors(wrong)
}

func hexColour(text string) bool {
	digits, found := strings.CutPrefix(text, "#")
	return found && len(digits) == 6 && strings.Trim(strings.ToLower(digits), "0123456789abcdef") == ""
}

// pausedByHand is the code of a pause that a person made.
const pausedByHand = "by_hand"

// Pause stops all mail of the organisation that acts, until somebody resumes it.
func (s *Service) Pause(ctx context.Context) error {
	return s.setPause(ctx, func(by string) mail.Pause { return mail.Pause{Code: pausedByHand, Why: by + " has paused all mail."} })
}

// Resume lets mail leave again.
func (s *Service) Resume(ctx context.Context) error {
	return s.setPause(ctx, func(string) mail.Pause { return mail.Pause{} })
}

func (s *Service) setPause(ctx context.Context, pause func(by string) mail.Pause) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.PauseMail(ctx, me.Org, pause(me.Actor())); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{me.Org}, 0)
	})
}
