package resendpages

import (
	"slices"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/synclog"
	"github.com/renoz/renoz/internal/web/icon"
	"github.com/renoz/renoz/internal/web/ui"
)

// settling is how long after an answer its request may be kept: what Resend told
// meanwhile followed from it, and stands after it.
const settling = 5 * time.Second

// trail is what happened to a message, the earliest first: what was done here,
// each request, and what Resend told.
func (v messageView) trail() []ui.Event {
	steps := []placed{{v.CreatedAt, ui.Event{At: v.CreatedAt, Title: "Written", Who: v.By, Icon: icon.Pencil}}}
	for _, t := range slices.Backward(v.Tries) {
		e := tryEvent(t)
		if v.MaySync {
			e.Href = "/sync/history/" + t.ID.String()
		}
		began := t.At.Add(-t.Duration - settling)
		if began.Before(v.CreatedAt) {
			began = v.CreatedAt
		}
		steps = append(steps, placed{began, e})
	}
	for _, e := range v.Events {
		steps = append(steps, placed{e.At, toldEvent(e)})
	}
	for _, e := range slices.Concat(v.ours(mail.WasSuppressed, v.Times.Suppressed), v.ours(mail.WasCancelled, v.Times.Cancelled)) {
		steps = append(steps, placed{e.At, e})
	}
	slices.SortStableFunc(steps, func(a, b placed) int { return a.order.Compare(b.order) })
	events := make([]ui.Event, len(steps))
	for i, s := range steps {
		events[i] = s.Event
	}
	return events
}

// placed is an event with its place among others.
type placed struct {
	order time.Time
	ui.Event
}

// ours is what was decided here, of which Resend told nothing.
func (v messageView) ours(what mail.What, at *time.Time) []ui.Event {
	if at == nil || slices.ContainsFunc(v.Events, func(e mail.Event) bool { return e.What == what }) {
		return nil
	}
	e := ui.Event{At: *at, Title: whatLabel(what), Level: whatLevel(what), Icon: icon.Ban}
	if v.State == mail.State(what) {
		e.Text = v.Problem.Text
	}
	return []ui.Event{e}
}

// tryEvent is a request that was made.
func tryEvent(t synclog.Entry) ui.Event {
	if t.Status == synclog.Failed {
		return ui.Event{At: t.At, Title: "Resend did not take it", Text: t.Error, Level: ui.Bad}
	}
	return ui.Event{At: t.At, Title: "Handed to Resend", Icon: icon.Server}
}

// toldEvent is what Resend told.
func toldEvent(e mail.Event) ui.Event {
	out := ui.Event{At: e.At, Who: "Resend", Title: whatLabel(e.What), Text: e.Text, Level: whatLevel(e.What)}
	switch e.What {
	case mail.WasOpened, mail.WasClicked:
		out.Title, out.Icon = whatLabel(e.What)+" "+agentWords(e.Agent), agentIcon(e)
		out.Text = e.Link
		if e.Agent != mail.Person {
			out.Level = ""
		}
	case mail.WasBounced:
		out.Icon = icon.MailWarning
		out.Title = "Bounced for good"
		if !e.Permanent {
			out.Title, out.Level = "Bounced, perhaps for now", ui.Warn
		}
		out.Text = strings.TrimSpace(strings.TrimSuffix(e.Text, ".") + bounceCode(e.Code))
	case mail.WasSent:
		out.Icon, out.Level = icon.Send, ""
	case mail.WasDelivered:
		out.Icon = icon.MailCheck
	}
	return out
}

func bounceCode(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

func whatLabel(w mail.What) string {
	switch w {
	case mail.WasSent:
		return "Sent"
	case mail.WasComplained:
		return "Marked as spam"
	case mail.WasSuppressed:
		return "Held back: the address is suppressed"
	}
	return ui.StateLabel(string(w))
}

func whatLevel(w mail.What) ui.Level { return ui.StateLevel(string(w)) }

func agentWords(a mail.Agent) string {
	switch a {
	case mail.Person:
		return "by a person"
	case mail.Machine:
		return "by a machine, such as a scanner"
	}
	return "by a person or a machine"
}

func agentIcon(e mail.Event) icon.Name {
	switch {
	case e.Agent == mail.Machine:
		return icon.Bot
	case e.Agent == mail.Person:
		return icon.User
	case e.What == mail.WasOpened:
		return icon.Eye
	}
	return icon.Link
}

// next is what to do about a message that did not get through.
type next struct {
	Level ui.Level
	Title string
	Text  string
	Link  ui.Link // may be empty
}

// next is zero for a message that needs nobody.
func (v messageView) next() next {
	switch v.State {
	case mail.Bounced:
		return next{ui.Bad, "The mail bounced", v.told("Ask for another address, and correct it with the customer."), v.customerEdit()}
	case mail.Complained:
		return next{ui.Bad, "The recipient marked it as spam", v.told("Write only what was asked for. Nothing more is sent to the address."), v.held()}
	case mail.Suppressed:
		return v.suppressedNext()
	case mail.Failed:
		return next{ui.Bad, "The mail was not sent", v.told(v.failedStep()), ui.Link{}}
	case mail.Cancelled:
		return next{ui.Warn, "The mail was cancelled", v.told(""), ui.Link{}}
	case mail.Delayed:
		return next{ui.Warn, "The recipient's server puts it off", v.told("Resend tries again by itself."), ui.Link{}}
	}
	if v.State.Open() && v.Problem.Text != "" {
		return next{ui.Warn, "It has not left yet", v.told("It is tried again by itself at " + v.DueAt.In(v.Zone).Format("02/01/2006 15:04") + "."), ui.Link{}}
	}
	return next{}
}

// told is the problem, followed by what to do about it.
func (v messageView) told(step string) string { return strings.TrimSpace(v.Problem.Text + " " + step) }

func (v messageView) suppressedNext() next {
	if v.Problem.Code == "no_consent" {
		return next{ui.Warn, "It was held back", v.told("Note the consent with the customer when it is given."), v.customerEdit()}
	}
	return next{ui.Warn, "It was held back", v.told("Take the address off the list if it may be written to again."), v.held()}
}

func (v messageView) failedStep() string {
	switch {
	case v.Problem.Code == uncertain:
		return "" // the words of the problem say what to do
	case v.again():
		return "Mend the cause, then send it again."
	}
	return "Resend took it and did not send it; look there for more."
}

// uncertain is the problem of a mail that may have arrived.
const uncertain = "uncertain"

func (v messageView) held() ui.Link {
	return ui.Link{Href: address("/mail/suppressions", [][2]string{{"q", v.Recipient}}), Label: "See the suppression"}
}

func (v messageView) customerEdit() ui.Link {
	if v.Customer.Href == "" {
		return ui.Link{}
	}
	return ui.Link{Href: v.Customer.Href, Label: "Open the customer"}
}

// cancellable reports whether the message can still be taken back.
func (v messageView) cancellable() bool {
	return v.MaySend && v.State == mail.Queued && v.Parcel == nil
}

// again reports whether the message can be sent once more: it never left.
func (v messageView) again() bool {
	return (v.State == mail.Failed || v.State == mail.Cancelled) && v.RemoteID == "" && v.Times.Failed == nil
}

// moving reports whether the message is on its way, so that its page follows.
func (v messageView) moving() bool {
	return v.State == mail.Queued || v.State == mail.Sending || v.State == mail.Sent
}

func (v messageView) title() string {
	if v.Subject == "" {
		return "Mail without a subject"
	}
	return v.Subject
}
