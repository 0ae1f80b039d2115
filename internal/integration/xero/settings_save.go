package xero

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

// SaveSettings keeps how records go to Xero, after checking accounts and tax
// types against the organisation's own. What waited for it, or was refused for
// them, goes on.
func (s *Service) SaveSettings(ctx context.Context, settings Settings) error {
	who, err := auth.Require(ctx, auth.XeroSettings)
	if err != nil {
		return err
	}
	choices, err := s.Choices(ctx)
	if err != nil {
		return err
	}
	if err := choices.check(settings); err != nil {
		return err
	}
	return s.changeSettings(ctx, who, func(tx *store.Tx, now *Settings) error {
		settings.Contacts = now.Contacts // they have a page of their own
		*now = settings
		_, err := s.letGo(ctx, tx, who.Org, mappingCodes(), true)
		return err
	})
}

// changeSettings changes the settings as they are while nobody else does, and
// writes to the history who changed what.
func (s *Service) changeSettings(ctx context.Context, who auth.Identity, do func(*store.Tx, *Settings) error) error {
	if _, err := s.connection(ctx, who.Org); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.HoldOrganisation(ctx, who.Org); err != nil {
			return err
		}
		conn, err := tx.Connection(ctx, who.Org, Name)
		if err != nil {
			return err
		}
		before, err := SettingsOf(conn)
		if err != nil {
			return err
		}
		after, err := SettingsOf(conn) // with maps of its own
		if err != nil {
			return err
		}
		if err := do(tx, &after); err != nil {
			return err
		}
		text, err := after.Encode()
		if err != nil {
			return err
		}
		if err := tx.SetConnectionSettings(ctx, who.Org, Name, text); err != nil {
			return err
		}
		if changed := settingsChanges(before, after); len(changed) > 0 {
			if err := tx.InsertEntry(ctx, s.done(conn, who.Name, synclog.Update, "settings: "+strings.Join(changed, "; "))); err != nil {
				return err
			}
		}
		return tx.Wake(ctx, PushArgs{who.Org}, jobs.Normal)
	})
}

// done is a line of the history about what somebody did to the connection.
func (s *Service) done(c connection.Connection, actor string, action synclog.Action, label string) synclog.Entry {
	return synclog.Entry{
		ID: uuid.Must(uuid.NewV7()), Org: c.Org, Service: Name, Direction: synclog.Out, EntityType: "connection", EntityID: c.ID.String(),
		Label: label, Action: action, Status: synclog.Success, Attempt: 1, Actor: actor, At: s.Now()}
}

// change is what was one value and is another.
type change struct{ what, before, after string }

func (c change) String() string {
	return c.what + " " + cmp.Or(c.before, "none") + " → " + cmp.Or(c.after, "none")
}

// settingsChanges says in words what differs between two settings.
func settingsChanges(a, b Settings) (out []string) {
	all := []change{
		{"account of sales", a.SalesAccount, b.SalesAccount}, {"account of shipping", a.ShippingAccount, b.ShippingAccount},
		{"account of payments", a.PaymentAccount, b.PaymentAccount}, {"documents arrive as drafts", yesNo(a.Draft), yesNo(b.Draft)},
		{"branding theme", a.BrandingTheme, b.BrandingTheme}, {"Xero mails invoices", yesNo(a.MailByXero), yesNo(b.MailByXero)},
		{"documents written in Xero are taken over", yesNo(a.TakeOver), yesNo(b.TakeOver)},
		{"score from which is asked", strconv.Itoa(a.Contacts.AskFrom), strconv.Itoa(b.Contacts.AskFrom)},
		{"contacts are archived with customers", yesNo(a.Contacts.Archive), yesNo(b.Contacts.Archive)},
	}
	for _, class := range crm.TaxClasses() {
		all = append(all, change{"tax rate of " + class.Label(), a.TaxTypes[class], b.TaxTypes[class]})
	}
	for _, f := range Fields() {
		all = append(all, change{"owner of " + f.Label(), string(a.Contacts.Owners[f]), string(b.Contacts.Owners[f])})
	}
	for _, c := range all {
		if c.before != c.after {
			out = append(out, c.String())
		}
	}
	return out
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
