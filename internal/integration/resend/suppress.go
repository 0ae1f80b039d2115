package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// suppressFor stops mail to an address that an event says not to write to. What
// happened before somebody let mail go there again does not count any more.
// https://resend.com/docs/dashboard/emails/email-bounces
func (s *Service) suppressFor(ctx context.Context, tx *store.Tx, m mail.Message, e mail.Event) error {
	reason := reasonOf(e)
	if reason == "" {
		return nil
	}
	released, err := tx.LastRemoval(ctx, m.Org, m.Recipient, mail.Everything)
	if err != nil || released != nil && !e.At.After(*released) {
		return err
	}
	if reason == mail.ForBounces {
		if many, err := s.bouncedOften(ctx, tx, m, e, released); err != nil || !many {
			return err
		}
	}
	_, err = tx.Suppress(ctx, mail.Suppression{
		ID: crm.NewID[mail.Suppression](), Org: m.Org, Address: m.Recipient, Scope: mail.Everything, Reason: reason, Via: mail.ViaMailEvent, Source: m.ID.String(), Note: e.Text, By: "Resend",
	})
	return err
}

func reasonOf(e mail.Event) mail.Reason {
	switch {
	case e.What == mail.WasComplained:
		return mail.ForComplaint
	case e.What == mail.WasSuppressed:
		return mail.ByService
	case e.What == mail.WasBounced && e.Permanent:
		return mail.ForBounce
	case e.What == mail.WasBounced:
		return mail.ForBounces
	default:
		return ""
	}
}

// bouncedOften reports whether a bounce is one of too many within too few days.
// It looks at times on both sides of the event, because events come in any
// order.
func (s *Service) bouncedOften(ctx context.Context, tx *store.Tx, m mail.Message, e mail.Event, released *time.Time) (bool, error) {
	kept, err := tx.MailSettings(ctx, m.Org)
	if err != nil {
		return false, err
	}
	settings, err := settingsOf(kept)
	if err != nil {
		return false, err
	}
	span := time.Duration(settings.TransientDays) * 24 * time.Hour
	since := e.At.Add(-span - time.Millisecond)
	if released != nil && released.After(since) {
		since = *released
	}
	times, err := tx.TransientBounces(ctx, m.Org, m.Recipient, since, e.At.Add(span))
	if err != nil {
		return false, err
	}
	for first, last := 0, settings.Transients-1; last < len(times); first, last = first+1, last+1 {
		if times[last].Sub(times[first]) <= span {
			return true, nil
		}
	}
	return false, nil
}
