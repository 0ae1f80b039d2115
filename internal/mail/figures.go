package mail

import (
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Figures is what became of some messages that left. Each counts on the day on
// which it left, whenever its events come, so that a rate compares messages with
// themselves.
type Figures struct {
	Sent            int // the mail service took them
	Delivered       int // and they did not come back
	Opened          int // by whomever or whatever
	OpenedByPerson  int
	Clicked         int // by whomever or whatever
	ClickedByPerson int
	Bounced         int
	Complained      int
	Unsubscribed    int
	Stopped         int // the mail service gave them up, or knew better than to try
}

// Plus is both together.
func (f Figures) Plus(g Figures) Figures {
	return Figures{f.Sent + g.Sent, f.Delivered + g.Delivered, f.Opened + g.Opened, f.OpenedByPerson + g.OpenedByPerson, f.Clicked + g.Clicked,
		f.ClickedByPerson + g.ClickedByPerson, f.Bounced + g.Bounced, f.Complained + g.Complained, f.Unsubscribed + g.Unsubscribed, f.Stopped + g.Stopped}
}

// Minus is f without g.
func (f Figures) Minus(g Figures) Figures {
	return f.Plus(Figures{-g.Sent, -g.Delivered, -g.Opened, -g.OpenedByPerson, -g.Clicked, -g.ClickedByPerson, -g.Bounced, -g.Complained, -g.Unsubscribed, -g.Stopped})
}

// Rate is a part of a whole, from 0 to 1. Known is false without a whole.
type Rate struct {
	Value float64
	Known bool
}

func rateOf(part, whole int) Rate {
	if whole <= 0 {
		return Rate{}
	}
	return Rate{float64(part) / float64(whole), true}
}

// Underway is how many messages it is not known of yet whether they arrive.
func (f Figures) Underway() int { return max(f.Sent-f.Delivered-f.Bounced-f.Stopped, 0) }

// DeliveryRate is what was delivered of what was sent.
func (f Figures) DeliveryRate() Rate { return rateOf(f.Delivered, f.Sent) }

// OpenRate is what was opened, by whomever, of what was delivered.
func (f Figures) OpenRate() Rate { return rateOf(f.Opened, f.Delivered) }

// ClickRate is what people followed a link in, of what was delivered.
func (f Figures) ClickRate() Rate { return rateOf(f.ClickedByPerson, f.Delivered) }

// ClickToOpenRate is what people followed a link in, of what was opened.
func (f Figures) ClickToOpenRate() Rate { return rateOf(f.ClickedByPerson, f.Opened) }

// BounceRate is what bounced of what was sent.
func (f Figures) BounceRate() Rate { return rateOf(f.Bounced, f.Sent) }

// ComplaintRate is what was called spam of what was delivered.
func (f Figures) ComplaintRate() Rate { return rateOf(f.Complained, f.Delivered) }

// UnsubscribeRate is what somebody unsubscribed by, of what was delivered.
func (f Figures) UnsubscribeRate() Rate { return rateOf(f.Unsubscribed, f.Delivered) }

// OpenedByOthers is what was opened, and not by people for certain.
func (f Figures) OpenedByOthers() int { return f.Opened - f.OpenedByPerson }

// ClickedByMachines is what only programs followed links in.
func (f Figures) ClickedByMachines() int { return f.Clicked - f.ClickedByPerson }

// Left is when a message left: when the mail service took it or, where that was
// never told, when it first told anything of it. Nil: it has not left.
func (m *Message) Left() *time.Time {
	t := m.Times
	for _, at := range []*time.Time{t.Sent, t.Delayed, t.Delivered, t.Opened, t.Clicked, t.Bounced, t.Complained, t.Failed} {
		if at != nil {
			return at
		}
	}
	return nil
}

// Figures is what the message counts as; zero for one that has not left. That a
// person followed a link says that a person read it; opens alone do not tell who
// opened, as the mail service passes on neither address nor program.
func (m *Message) Figures() Figures {
	if m.Left() == nil {
		return Figures{}
	}
	t := m.Times
	bounced := t.Bounced != nil
	arrived := !bounced && (t.Delivered != nil || t.Opened != nil || t.Clicked != nil || t.Complained != nil)
	opened := arrived && (t.Opened != nil || t.Clicked != nil)
	return Figures{
		Sent: 1, Delivered: one(arrived),
		Opened: one(opened), OpenedByPerson: one(opened && (t.OpenedByPerson != nil || t.ClickedByPerson != nil)),
		Clicked: one(arrived && t.Clicked != nil), ClickedByPerson: one(arrived && t.ClickedByPerson != nil),
		Bounced: one(bounced), Complained: one(arrived && t.Complained != nil), Unsubscribed: one(arrived && m.Times.Unsubscribed != nil),
		Stopped: one(!bounced && !arrived && (t.Failed != nil || t.Suppressed != nil)),
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// Facet is what figures are told apart by.
type Facet string

// The facets.
const (
	Overall    Facet = "all"
	ByCategory Facet = "category"
	ByTemplate Facet = "template"
	ByCampaign Facet = "campaign"
	ByDomain   Facet = "domain" // of the recipient
	ByBounce   Facet = "bounce" // kind of bounce, such as Permanent/General
)

// Facets are those that people choose from.
func Facets() []Facet { return []Facet{ByTemplate, ByCategory, ByCampaign, ByDomain} }

// Label is the facet in words for people.
func (f Facet) Label() string {
	labels := map[Facet]string{Overall: "All mail", ByCategory: "Category", ByTemplate: "Template", ByCampaign: "Campaign", ByDomain: "Recipient's domain", ByBounce: "Kind of bounce"}
	return labels[f]
}

// FigureKey says where figures are kept.
type FigureKey struct {
	Facet Facet
	Value string // of the facet; "" for Overall, and for messages without one
	Day   crm.Day
}

// FigureKeys are where a message counts, with the day on which it left by a clock
// in loc. It has none before it has left.
func (m *Message) FigureKeys(loc *time.Location) []FigureKey {
	left := m.Left()
	if left == nil {
		return nil
	}
	day := crm.DayIn(*left, loc)
	keys := []FigureKey{{Overall, "", day}, {ByCategory, string(m.Category), day}, {ByDomain, Domain(m.Recipient), day}}
	if m.Template != "" {
		keys = append(keys, FigureKey{ByTemplate, m.Template, day})
	}
	if m.Campaign != nil {
		keys = append(keys, FigureKey{ByCampaign, m.Campaign.String(), day})
	}
	if m.Times.Bounced != nil {
		keys = append(keys, FigureKey{ByBounce, m.BounceKind(), day})
	}
	return keys
}

// BounceKind is how a message bounced, in the words of the mail service; "" when
// that is not known.
func (m *Message) BounceKind() string {
	if m.State != Bounced {
		return ""
	}
	return m.Problem.Code
}

// Domain is the part of an address behind the @.
func Domain(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}
