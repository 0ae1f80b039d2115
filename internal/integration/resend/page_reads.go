package resend

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
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

// LetterOf reads the frozen request of a message, without links that only its
// recipient may follow.
func LetterOf(m mail.Message) (Letter, error) {
	var l Letter
	if err := json.Unmarshal([]byte(m.Payload), &l); err != nil {
		return Letter{}, fmt.Errorf("read the mail %s: %w", m.ID, err)
	}
	return l.withoutToken(), nil
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

// Tally is what became of the messages of some days.
type Tally struct {
	mail.Figures
	Waiting int // of those made on these days
	Failed  int // before they left
}

// Told is how many messages it is known of whether they arrived.
func (t Tally) Told() int { return t.Delivered + t.Bounced }

// Delivery is the part of them that arrived, from 0 to 1; known is false
// without any.
func (t Tally) Delivery() (rate float64, known bool) {
	if t.Told() == 0 {
		return 0, false
	}
	return float64(t.Delivered) / float64(t.Told()), true
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
	Week   Tally              // seven days, today included
	Before Tally              // the seven days before
	Days   []store.DayFigures // of the week, the earliest first
	Held   bool               // nothing leaves now
	Health Health
	Reason string // why the light is what it is
}

// daysShown is how many days a period has that is compared with the one before.
const daysShown = 7

// Glance sums the mail of the organisation that acts up.
func (s *Service) Glance(ctx context.Context) (Glance, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Glance{}, err
	}
	return s.glance(ctx, me.Org)
}

func (s *Service) glance(ctx context.Context, id crm.OrgID) (g Glance, err error) {
	if g.View, err = s.viewOf(ctx, id); err != nil {
		return Glance{}, err
	}
	org, err := s.Store.Organisation(ctx, id)
	if err != nil {
		return Glance{}, err
	}
	today := crm.DayIn(s.Now(), org.Location())
	first := today.AddDays(1 - 2*daysShown)
	kept, err := s.Store.FiguresByDay(ctx, id, store.FigureFilter{Facet: mail.Overall, First: first, Last: today})
	if err != nil {
		return Glance{}, err
	}
	g.Days = everyDay(kept, first, today)
	for i, d := range g.Days {
		if i < daysShown {
			g.Before.Figures = g.Before.Plus(d.Figures)
		} else {
			g.Week.Figures = g.Week.Plus(d.Figures)
		}
	}
	g.Days = g.Days[daysShown:]
	g.Today.Figures = g.Days[daysShown-1].Figures
	since := today.AddDays(1 - daysShown).Time(org.Location())
	for state, count := range map[mail.State]*int{mail.Queued: &g.Week.Waiting, mail.Sending: &g.Week.Waiting, mail.Failed: &g.Week.Failed} {
		n, err := s.Store.CountMailsIn(ctx, id, state, since)
		if err != nil {
			return Glance{}, err
		}
		*count += n
	}
	g.Held = g.Paused.Holds(s.Now())
	g.Health, g.Reason = g.health()
	return g, nil
}

// ByHand reports whether a person made the pause.
func (v View) ByHand() bool { return v.Paused.Code == pausedByHand }

// silence is how many messages leave without any word of them before that is
// strange.
const silence = 10

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
	switch v := judged(g.Days, g.Marketing.Reputation); {
	case g.Marketing.Holds():
		return Red, "Marketing mail is paused. " + g.Marketing.Why
	case v.Worst() == mail.Harmful:
		return Red, v.Words()
	case v.Worst() == mail.Worrying:
		return Amber, v.Words()
	}
	switch {
	case g.Week.Failed > 0:
		return Amber, plural(g.Week.Failed, "mail", "mails") + " of the last seven days could not be sent."
	case g.Week.Sent >= silence && g.Week.Told() == 0:
		return Amber, "Resend has told nothing of what it took. Look whether the webhook is entered there."
	case g.Week.Sent == 0:
		return Green, "Nothing was sent in the last seven days."
	case g.Week.Bounced > 0:
		return Green, fmt.Sprintf("%s sent in the last seven days, %d bounced.", plural(g.Week.Sent, "mail", "mails"), g.Week.Bounced)
	}
	return Green, plural(g.Week.Sent, "mail", "mails") + " sent in the last seven days, none bounced."
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
