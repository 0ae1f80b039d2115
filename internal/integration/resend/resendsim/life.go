package resendsim

import (
	"strings"
	"time"
)

// Happened is one thing that became of a message.
type Happened struct {
	Type      string    `json:"type"` // without "email.": sent, scheduled, delivered, delivery_delayed, bounced, complained, opened, clicked, failed, suppressed
	At        time.Time `json:"at"`
	Recipient string    `json:"recipient,omitempty"` // empty: all
	Bounce    Bounce    `json:"bounce,omitzero"`
	Link      string    `json:"link,omitempty"`
	IP        string    `json:"ip,omitempty"`
	UserAgent string    `json:"userAgent,omitempty"`
	Reason    string    `json:"reason,omitempty"`
}

// Bounce says how a message was refused by the recipient's server.
type Bounce struct {
	Type    string `json:"type,omitempty"`    // Permanent, Transient, Undetermined
	SubType string `json:"subType,omitempty"` // General, NoEmail, MailboxFull, MessageTooLarge, ContentRejected, AttachmentRejected, Undetermined
}

// Fate is what becomes of a message at one recipient.
type Fate string

// The fates. Whatever is not planned is delivered, but for the service's own test addresses.
const (
	FateDelivered  Fate = "delivered"
	FateBounced    Fate = "bounced"           // permanently, NoEmail
	FateTransient  Fate = "transient"         // bounced, MailboxFull, and no more
	FateRecovered  Fate = "recovered"         // bounced transiently, delivered after all
	FateUnknown    Fate = "undetermined"      // bounced, Undetermined
	FateDelayed    Fate = "delayed"           // delivery_delayed, then delivered an hour later
	FateComplained Fate = "complained"        // delivered, then reported as spam
	FateSuppressed Fate = "suppressed"        // refused by the service, which knows the address from another account
	FateFailed     Fate = "failed"            // failed at the service
	FateOpened     Fate = "opened"            // delivered and opened
	FateClicked    Fate = "clicked"           // delivered, opened and clicked
	FateScanned    Fate = "scanned"           // delivered, then all links clicked within a second
	FateSilent     Fate = "silent"            // sent; nothing is ever heard
	fateTestSuppr  Fate = "suppressed_tester" // as suppressed@resend.dev
)

// Plan says what becomes of the next messages to an address, or to all of a domain ("@acme.example").
type Plan struct {
	To    string `json:"to"`
	Fate  Fate   `json:"fate"`
	Count int    `json:"count,omitempty"` // 0: for ever
}

// Plan adds plans; of several for one address the first that is not used up counts, and an address goes before
// its domain.
func (s *Server) Plan(plans ...Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range plans {
		to := strings.ToLower(p.To)
		s.plans[to] = append(s.plans[to], &p)
	}
}

// Plans lists what is still planned.
func (s *Server) Plans() (out []Plan) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.plans {
		for _, p := range list {
			out = append(out, *p)
		}
	}
	return out
}

// ClearPlans lets every message be delivered again.
func (s *Server) ClearPlans() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.plans)
}

// fate says what becomes of a message at a recipient, and uses up a plan. s.mu is held.
func (s *Server) fate(recipient string) Fate {
	for _, key := range []string{recipient, "@" + hostOf(recipient)} {
		list := s.plans[key]
		if len(list) == 0 {
			continue
		}
		p := list[0]
		if p.Count == 1 {
			s.plans[key] = list[1:]
		} else if p.Count > 1 {
			p.Count--
		}
		return p.Fate
	}
	if hostOf(recipient) == testDomain {
		box, _, _ := strings.Cut(recipient[:strings.LastIndex(recipient, "@")], "+")
		switch box {
		case "bounced":
			return FateBounced
		case "complained":
			return FateComplained
		case "suppressed":
			return fateTestSuppr
		}
	}
	return FateDelivered
}

// schedule lets a message leave at its time, unless it is moved or canceled before.
func (s *Server) schedule(e *Email) {
	at := e.ScheduledAt
	s.later(at, func(due time.Time) {
		if e.LastEvent != "scheduled" || !e.ScheduledAt.Equal(at) {
			return
		}
		if bad := s.spend(len(e.recipients), s.now()); bad != nil {
			s.happen(e, Happened{Type: "failed", At: due, Reason: "reached_" + strings.TrimSuffix(bad.Name, "_exceeded")})
			return
		}
		s.leave(e, due)
	})
}

// leave sends a message: to those who opted out of its topic silently not, to the suppressed only in name.
func (s *Server) leave(e *Email, at time.Time) {
	var goes []string
	for _, recipient := range e.recipients {
		if e.TopicID != "" && s.optedOut[e.TopicID+" "+recipient] {
			continue
		}
		if row := s.suppressions.byEmail[recipient]; row != nil {
			s.happen(e, Happened{Type: "suppressed", At: at, Recipient: recipient, Reason: row.reason()})
			continue
		}
		goes = append(goes, recipient)
	}
	if len(goes) == 0 {
		return
	}
	e.sentTo = len(goes)
	s.after(at, func(at time.Time) {
		s.happen(e, Happened{Type: "sent", At: at})
		for _, recipient := range goes {
			s.after(at, func(at time.Time) { s.arrive(e, recipient, at) })
		}
	})
}

// after does the next step of a life: now, or later when lives take time.
func (s *Server) after(at time.Time, work func(at time.Time)) {
	if s.settings.LifeDelay <= 0 {
		work(at)
		return
	}
	s.later(at.Add(s.settings.LifeDelay), work)
}

// delayedBy is how long a delayed message takes.
const delayedBy = time.Hour

// arrive lets the fate of a message at one recipient happen.
func (s *Server) arrive(e *Email, recipient string, at time.Time) {
	step := func(h Happened) {
		h.At, h.Recipient = at, recipient
		s.happen(e, h)
	}
	fate := s.fate(recipient)
	switch fate {
	case FateSilent:
	case FateBounced:
		step(Happened{Type: "bounced", Bounce: Bounce{"Permanent", "NoEmail"}})
	case FateTransient:
		step(Happened{Type: "bounced", Bounce: Bounce{"Transient", "MailboxFull"}})
	case FateUnknown:
		step(Happened{Type: "bounced", Bounce: Bounce{"Undetermined", "Undetermined"}})
	case FateSuppressed, fateTestSuppr:
		step(Happened{Type: "suppressed", Reason: "previous_bounce"})
	case FateFailed:
		step(Happened{Type: "failed", Reason: "sending_failed"})
	case FateDelayed:
		step(Happened{Type: "delivery_delayed"})
		s.later(at.Add(delayedBy), func(at time.Time) {
			s.happen(e, Happened{Type: "delivered", At: at, Recipient: recipient})
		})
	case FateRecovered:
		step(Happened{Type: "bounced", Bounce: Bounce{"Transient", "General"}})
		step(Happened{Type: "delivered"})
	default:
		step(Happened{Type: "delivered"})
		s.react(e, recipient, fate, at)
	}
}

// react lets a recipient who got the message do what is planned.
func (s *Server) react(e *Email, recipient string, fate Fate, at time.Time) {
	switch fate {
	case FateComplained:
		s.happen(e, Happened{Type: "complained", At: at, Recipient: recipient})
	case FateOpened, FateClicked:
		_ = s.open(e, recipient, at) // a domain without tracking tells nothing
		if fate == FateClicked {
			_ = s.click(e, recipient, "", at)
		}
	case FateScanned:
		_, _ = s.scan(e, recipient, at)
	}
}

// mostHappened bounds what one message remembers, such as a test that opens one a million times.
const mostHappened = 10_000

// happen writes down what became of a message, announces it, and suppresses an address that must not be written
// to again. The service's own test addresses are never suppressed. s.mu is held.
func (s *Server) happen(e *Email, h Happened) {
	if len(e.Events) < mostHappened {
		e.Events = append(e.Events, h)
	}
	e.LastEvent = h.Type
	s.announceEmail(e, h)
	if h.Recipient == "" || hostOf(h.Recipient) == testDomain {
		return
	}
	switch {
	case h.Type == "bounced" && h.Bounce.Type == "Permanent":
		s.suppress(h.Recipient, originBounce, e.ID, h.At)
	case h.Type == "complained":
		s.suppress(h.Recipient, originComplaint, e.ID, h.At)
	}
}

// OptOut lets a contact opt out of a topic; mail of that topic is then silently not sent to the address.
func (s *Server) OptOut(topicID, recipient string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.optedOut[topicID+" "+strings.ToLower(recipient)] = true
}
