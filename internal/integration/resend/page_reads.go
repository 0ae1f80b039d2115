package resend

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/synclog"
)

// Letter is what a message says, taken from its frozen request.
type Letter struct {
	From        string     `json:"from"`
	HTML        string     `json:"html"`
	Text        string     `json:"text"`
	Attachments []Enclosed `json:"attachments"`
}

// Enclosed is a file that goes with a message.
type Enclosed struct {
	Name string `json:"filename"`
}

// LetterOf reads the frozen request of a message.
func LetterOf(m mail.Message) (Letter, error) {
	var l Letter
	if err := json.Unmarshal([]byte(m.Payload), &l); err != nil {
		return Letter{}, fmt.Errorf("read the mail %s: %w", m.ID, err)
	}
	return l, nil
}

// triesShown is how many tries of one message are read.
const triesShown = 50

// Tries are the requests that were made for a message, the newest first.
func (s *Service) Tries(ctx context.Context, id mail.ID) ([]synclog.Entry, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	return s.Store.EntriesOf(ctx, me.Org, id.UUID, triesShown)
}

// Suppression is one, also of those that hold no more. A missing one is an Error
// of kind NotFound.
func (s *Service) Suppression(ctx context.Context, id crm.ID[mail.Suppression]) (mail.Suppression, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return mail.Suppression{}, err
	}
	return s.Store.Suppression(ctx, me.Org, id)
}

// SuppressionOf is the one that stops all mail to an address. A missing one is an
// Error of kind NotFound.
func (s *Service) SuppressionOf(ctx context.Context, address string) (mail.Suppression, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return mail.Suppression{}, err
	}
	held, err := s.Store.SuppressionsOf(ctx, me.Org, address)
	if err != nil {
		return mail.Suppression{}, err
	}
	for _, h := range held {
		if h.Scope == mail.Everything {
			return h, nil
		}
	}
	return mail.Suppression{}, crm.Errorf(crm.NotFound, "The address is not suppressed.")
}

// Tally is what became of the messages of some days.
type Tally struct {
	Waiting    int
	Left       int // handed to Resend
	Arrived    int // at the recipient's server
	Bounced    int
	Complained int
	Failed     int
}

func tallyOf(counts map[mail.State]int) Tally {
	f := Figures{Counts: counts}
	return Tally{Waiting: counts[mail.Queued] + counts[mail.Sending], Left: f.Left(), Arrived: f.Arrived(),
		Bounced: counts[mail.Bounced], Complained: counts[mail.Complained], Failed: counts[mail.Failed]}
}

// less takes a part of the same counts away.
func (t Tally) less(part Tally) Tally {
	return Tally{t.Waiting - part.Waiting, t.Left - part.Left, t.Arrived - part.Arrived, t.Bounced - part.Bounced, t.Complained - part.Complained, t.Failed - part.Failed}
}

// Told is how many messages it is known of whether they arrived.
func (t Tally) Told() int { return t.Arrived + t.Bounced }

// Delivery is the part of them that arrived, from 0 to 1; known is false
// without any.
func (t Tally) Delivery() (rate float64, known bool) {
	if t.Told() == 0 {
		return 0, false
	}
	return float64(t.Arrived) / float64(t.Told()), true
}

// Health is how well mail goes, as a traffic light.
type Health string

// The healths.
const (
	Green Health = "green"
	Amber Health = "amber"
	Red   Health = "red"
	Off   Health = "off" // not set up
)

// Glance is mail at a glance.
type Glance struct {
	View
	Today  Tally
	Week   Tally // seven days, today included
	Before Tally // the seven days before
	Held   bool  // nothing leaves now
	Health Health
	Reason string // why the light is what it is
}

// daysShown is how many days a period has that is compared with the one before.
const daysShown = 7

// Glance sums the mail of the organisation that acts up.
func (s *Service) Glance(ctx context.Context) (Glance, error) {
	today, err := s.Figures(ctx, 1)
	if err != nil {
		return Glance{}, err
	}
	week, err := s.Figures(ctx, daysShown)
	if err != nil {
		return Glance{}, err
	}
	both, err := s.Figures(ctx, 2*daysShown)
	if err != nil {
		return Glance{}, err
	}
	g := Glance{View: today.View, Today: tallyOf(today.Counts), Week: tallyOf(week.Counts), Held: today.Paused.Holds(s.Now())}
	g.Before = tallyOf(both.Counts).less(g.Week)
	g.Health, g.Reason = g.health()
	return g, nil
}

// ByHand reports whether a person made the pause.
func (v View) ByHand() bool { return v.Paused.Code == pausedByHand }

// What part of mail may come back, or be called spam, and how many messages say
// something about it. Mail services hold back senders above the upper ones.
// https://resend.com/docs/dashboard/emails/email-bounces
const (
	bounceWarn, bounceBad       = 0.02, 0.04
	complaintWarn, complaintBad = 0.0008, 0.003
	sample                      = 100
	silence                     = 10 // messages without any word of them
)

func (g Glance) health() (Health, string) {
	switch {
	case !g.Ready():
		return Off, "Mail is not set up."
	case g.Held && g.ByHand():
		return Amber, g.Paused.Why
	case g.Held && g.Paused.Until != nil:
		return Amber, g.Paused.Why + " It goes on by itself."
	case g.Held:
		return Red, g.Paused.Why
	}
	if light, reason := g.Week.trouble(); light != Green {
		return light, reason
	}
	switch {
	case g.Week.Failed > 0:
		return Amber, plural(g.Week.Failed, "mail", "mails") + " of the last seven days could not be sent."
	case g.Week.Left >= silence && g.Week.Told() == 0:
		return Amber, "Resend has told nothing of what it took. Look whether the webhook is entered there."
	case g.Week.Left == 0:
		return Green, "Nothing was sent in the last seven days."
	case g.Week.Bounced > 0:
		return Green, fmt.Sprintf("%s sent in the last seven days, %d bounced.", plural(g.Week.Left, "mail", "mails"), g.Week.Bounced)
	}
	return Green, plural(g.Week.Left, "mail", "mails") + " sent in the last seven days, none bounced."
}

// trouble judges bounces and complaints.
func (t Tally) trouble() (Health, string) {
	if t.Told() < sample {
		return Green, ""
	}
	bounces := float64(t.Bounced) / float64(t.Told())
	complaints := float64(t.Complained) / float64(t.Told())
	reason := fmt.Sprintf("%.1f %% of the mail of the last seven days bounced.", 100*bounces)
	if complaints > complaintWarn && (complaints > complaintBad || bounces <= bounceBad) {
		reason = fmt.Sprintf("%.2f %% of the mail of the last seven days was called spam.", 100*complaints)
	}
	switch {
	case bounces > bounceBad || complaints > complaintBad:
		return Red, reason
	case bounces > bounceWarn || complaints > complaintWarn:
		return Amber, reason
	}
	return Green, ""
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
