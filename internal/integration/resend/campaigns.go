package resend

import (
	"context"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Writer writes mails in an organisation's brand as it was when it was made. It
// is safe for concurrent use.
type Writer struct {
	org      crm.Organisation
	settings Settings
}

// Writer reads the brand as it is now.
func (s *Service) Writer(ctx context.Context, r store.Reader, id crm.OrgID) (Writer, error) {
	kept, err := r.MailSettings(ctx, id)
	if err != nil {
		return Writer{}, err
	}
	settings, err := settingsOf(kept)
	if err != nil {
		return Writer{}, err
	}
	org, err := r.Organisation(ctx, id)
	return Writer{org, settings}, err
}

// Write makes a mail of a template. It returns an Error of kind Invalid whose
// cause is template.Problems where the template lacks something.
func (w Writer) Write(t *template.Compiled, data template.Data) (Draft, error) {
	return write(w.org, w.settings, t, data)
}

// Check returns the Error of Write that is about the data, in a fraction of its
// time.
func (w Writer) Check(t *template.Compiled, data template.Data) error {
	return t.Fill(brandOf(w.org, w.settings), data)
}

// Stopped tells why a message would not be sent, if so.
func (s *Service) Stopped(ctx context.Context, tx *store.Tx, m mail.Message) (mail.Problem, bool, error) {
	return s.stopped(ctx, tx, m)
}

// campaignRest is how long the mails of a paused campaign are set aside, so that
// each claim does not meet them; they leave as soon as it is resumed.
const campaignRest = time.Hour

// campaignStates are those that a claim has met.
type campaignStates map[mail.CampaignID]mail.CampaignState

// hold sets a mail aside whose campaign is paused, and takes one back whose
// campaign was cancelled. It reports whether it did. It is asked as the mail
// leaves, so that nothing escapes that was put back after the pause.
func (c campaignStates) hold(ctx context.Context, tx *store.Tx, m mail.Message) (bool, error) {
	if m.Campaign == nil {
		return false, nil
	}
	state, known := c[*m.Campaign]
	if !known {
		var err error
		if state, err = tx.CampaignState(ctx, m.Org, *m.Campaign); err != nil && crm.KindOf(err) != crm.NotFound {
			return false, err
		}
		c[*m.Campaign] = state
	}
	before, now := m, tx.Now()
	switch state {
	case mail.CampaignPaused:
		m.State, m.Parcel, m.DueAt = mail.Queued, nil, now.Add(campaignRest)
		m.Problem = mail.Problem{Code: mail.HeldForCampaign, Text: "Its campaign is paused."}
	case mail.CampaignStopping, mail.CampaignCancelled:
		m.State, m.Parcel, m.Times.Cancelled = mail.Cancelled, nil, &now
		m.Problem = mail.Problem{Code: "cancelled", Text: "Its campaign was cancelled."}
	default:
		return false, nil
	}
	return true, tx.ChangeMail(ctx, before, m)
}
