package resend

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/notify"
	"github.com/renoz/renoz/internal/store"
)

// Send mails an urgent notice to those who answer for money: owners,
// administrators and finance. Without settings for mail it stays in the app, and
// so does what mail itself has to tell.
func (s *Service) Send(ctx context.Context, n notify.Notice) error {
	if n.Level != notify.Urgent {
		return nil
	}
	v, err := s.viewOf(ctx, n.Org)
	if err != nil || !v.Notices || !v.Ready() {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return s.mailNotice(ctx, tx, n, v) })
}

// mailNotice writes the notice to each person who is to get it, where the
// settings want that.
func (s *Service) mailNotice(ctx context.Context, tx *store.Tx, n notify.Notice, v View) error {
	if !v.Notices || !v.Ready() {
		return nil
	}
	people, err := tx.Members(ctx, n.Org)
	if err != nil {
		return err
	}
	org, err := tx.Organisation(ctx, n.Org)
	if err != nil {
		return err
	}
	var failed []error
	for _, p := range people {
		if p.DisabledAt == nil && slices.Contains([]auth.Role{auth.Owner, auth.Admin, auth.Finance}, p.Role) {
			failed = append(failed, s.sendNotice(ctx, tx, n, letterTo{org, v.Settings, p.User}))
		}
	}
	return errors.Join(failed...)
}

// letterTo is one person of an organisation who is written to.
type letterTo struct {
	org      crm.Organisation
	settings Settings
	person   crm.User
}

func (s *Service) sendNotice(ctx context.Context, tx *store.Tx, n notify.Notice, to letterTo) error {
	link := strings.TrimSuffix(s.URL, "/") + n.Href
	first, _, _ := strings.Cut(to.person.Name, " ")
	d, err := write(to.org, to.settings, template.Compile(noticeLetter(link)), template.Data{
		"recipient": template.Data{"name": first},
		"notice":    template.Data{"title": n.Title, "what": n.Text, "url": link},
	})
	if err != nil {
		return err
	}
	d.Category, d.To, d.ToName, d.By = mail.Notice, to.person.Email, to.person.Name, "Renoz"
	_, err = s.Queue(ctx, tx, n.Org, d)
	if crm.KindOf(err) == crm.Invalid { // an address that mail cannot go to
		return nil
	}
	return err
}
