package mail

import (
	"fmt"
	"time"
)

// What part of mail may come back, or be called spam, before mail services hold
// its sender back. https://resend.com/docs/dashboard/emails/email-bounces and
// https://support.google.com/a/answer/81126
const (
	BounceWarn, BounceBad       = 0.02, 0.04
	ComplaintWarn, ComplaintBad = 0.0008, 0.003
)

// How many messages say something about a rate: fewer, and one recipient more or
// less would decide.
const (
	BounceSample    = 100
	ComplaintSample = 1000
)

// ReputationDays is how many days of mail are judged, today included.
const ReputationDays = 7

// Grade is how bad a rate is.
type Grade int

// The grades.
const (
	Fine Grade = iota
	Worrying
	Harmful // marketing mail pauses
)

// Verdict judges the mail of some days.
type Verdict struct {
	Bounces, Complaints Grade
	Figures
}

// Judge says how mail stands with those who receive it.
func Judge(f Figures) Verdict {
	v := Verdict{Figures: f}
	if f.Sent >= BounceSample {
		v.Bounces = grade(f.BounceRate().Value, BounceWarn, BounceBad)
	}
	if f.Delivered >= ComplaintSample {
		v.Complaints = grade(f.ComplaintRate().Value, ComplaintWarn, ComplaintBad)
	}
	return v
}

func grade(rate, warn, bad float64) Grade {
	switch {
	case rate > bad:
		return Harmful
	case rate > warn:
		return Worrying
	}
	return Fine
}

// Worst is the worse of both grades.
func (v Verdict) Worst() Grade { return max(v.Bounces, v.Complaints) }

// Words says what is wrong; "" when nothing is.
func (v Verdict) Words() string {
	bounced := fmt.Sprintf("%.1f %% of the mail of the last seven days bounced.", 100*v.BounceRate().Value)
	complained := fmt.Sprintf("%.2f %% of the mail of the last seven days was called spam.", 100*v.ComplaintRate().Value)
	switch {
	case v.Worst() == Fine:
		return ""
	case v.Complaints == Fine:
		return bounced
	case v.Bounces == Fine:
		return complained
	}
	return bounced + " " + complained
}

// MarketingPause holds marketing mail back, while other mail leaves.
type MarketingPause struct {
	Why        string // "": it does not pause
	At         *time.Time
	Reputation Reputation
}

// Holds reports whether marketing mail pauses.
func (p MarketingPause) Holds() bool { return p.Why != "" }

// Reputation is what was told people of mail that came back, and what they have
// seen and forgiven.
type Reputation struct {
	Told     Grade              `json:"told,omitempty"`
	ToldOn   string             `json:"told_on,omitempty"`  // day, such as 2026-11-22
	Forgiven map[string]Figures `json:"forgiven,omitempty"` // by day: what counts no more
}

// Counted is what still counts of the mail of a day. Mail that came back before a
// person let marketing go on does not hold it back again; what comes back later
// does.
func (r Reputation) Counted(day string, f Figures) Figures {
	left := f.Minus(r.Forgiven[day])
	for _, n := range []*int{&left.Sent, &left.Delivered, &left.Bounced, &left.Complained} {
		*n = max(*n, 0)
	}
	return left
}
