package resendsim

import (
	"fmt"
	"time"
)

// The methods here stand for a recipient, or a recipient's server, of a message that was sent. The first
// recipient is meant where none is named.

func (s *Server) onEmail(id string, work func(e *Email, recipient string, now time.Time) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tick()
	e := s.mails.byID[id]
	switch {
	case e == nil:
		return fmt.Errorf("no e-mail has the id %s", id)
	case e.LastEvent == "scheduled" || e.LastEvent == "canceled":
		return fmt.Errorf("the e-mail is %s, so nobody has it", e.LastEvent)
	}
	return work(e, e.recipients[0], s.now())
}

// Happen lets anything happen to a message, in any order: only Type is needed.
func (s *Server) Happen(id string, h Happened) error {
	return s.onEmail(id, func(e *Email, recipient string, now time.Time) error {
		if _, known := emailEvents()["email."+h.Type]; !known {
			return fmt.Errorf("unknown type %q; see Happened", h.Type)
		}
		if h.Recipient == "" && h.Type != "sent" {
			h.Recipient = recipient
		}
		if h.At.IsZero() {
			h.At = now
		}
		if h.Type == "bounced" && h.Bounce.Type == "" {
			h.Bounce = Bounce{"Permanent", "General"}
		}
		s.happen(e, h)
		return nil
	})
}

// Open opens a message. It is an error where the sending domain does not track opens.
func (s *Server) Open(id string) error {
	return s.onEmail(id, s.open)
}

// Click clicks a link of a message, or the first when link is empty.
func (s *Server) Click(id, link string) error {
	return s.onEmail(id, func(e *Email, recipient string, now time.Time) error { return s.click(e, recipient, link, now) })
}

// Scan clicks every link within a second, and five times at least, as the scanners of mail servers do. It returns
// how many clicks that were.
func (s *Server) Scan(id string) (clicks int, err error) {
	err = s.onEmail(id, func(e *Email, recipient string, now time.Time) error {
		clicks, err = s.scan(e, recipient, now)
		return err
	})
	return clicks, err
}

// Bounce lets the recipient's server refuse a message, even after it had taken it.
func (s *Server) Bounce(id string, bounce Bounce) error {
	return s.Happen(id, Happened{Type: "bounced", Bounce: bounce})
}

// Complain reports a message as spam.
func (s *Server) Complain(id string) error { return s.Happen(id, Happened{Type: "complained"}) }

// Delay lets the recipient's server put a message off.
func (s *Server) Delay(id string) error { return s.Happen(id, Happened{Type: "delivery_delayed"}) }

// tracked finds the domain whose settings decide whether opens and clicks are seen.
func (s *Server) tracked(e *Email) (*Domain, error) {
	d := s.domains.byID[e.domainID]
	switch {
	case e.sentTo == 0:
		return nil, fmt.Errorf("the e-mail has not left, so nobody has it")
	case e.HTML == "":
		return nil, fmt.Errorf("opens and clicks of mail without HTML are not seen")
	case d == nil:
		return nil, fmt.Errorf("the sending domain is not the team's, so opens and clicks are not seen")
	}
	return d, nil
}

const (
	personAgent  = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
	personIP     = "203.0.113.24"
	scannerAgent = "Mozilla/5.0 (compatible; MailScanner/1.0)"
	scannerIP    = "198.51.100.7"
)

func (s *Server) open(e *Email, recipient string, at time.Time) error {
	d, err := s.tracked(e)
	if err != nil {
		return err
	}
	if !d.OpenTracking {
		return fmt.Errorf("%s does not track opens", d.Name)
	}
	s.happen(e, Happened{Type: "opened", At: at, Recipient: recipient})
	return nil
}

func (s *Server) click(e *Email, recipient, link string, at time.Time) error {
	return s.clickAs(e, Happened{At: at, Recipient: recipient, Link: link, IP: personIP, UserAgent: personAgent})
}

func (s *Server) clickAs(e *Email, h Happened) error {
	d, err := s.tracked(e)
	if err != nil {
		return err
	}
	if !d.ClickTracking {
		return fmt.Errorf("%s does not track clicks", d.Name)
	}
	if h.Link == "" {
		all := links(e.HTML)
		if len(all) == 0 {
			return fmt.Errorf("the e-mail has no links")
		}
		h.Link = all[0]
	}
	h.Type = "clicked"
	s.happen(e, h)
	return nil
}

// fewestScans is the least number of clicks of a scanner.
const fewestScans = 5

func (s *Server) scan(e *Email, recipient string, at time.Time) (int, error) {
	all := links(e.HTML)
	if len(all) == 0 {
		return 0, fmt.Errorf("the e-mail has no links")
	}
	clicks := max(fewestScans, len(all))
	pause := min(20*time.Millisecond, 900*time.Millisecond/time.Duration(clicks))
	for i := range clicks {
		moment := at.Add(time.Duration(i) * pause)
		h := Happened{At: moment, Recipient: recipient, Link: all[i%len(all)], IP: scannerIP, UserAgent: scannerAgent}
		if err := s.clickAs(e, h); err != nil {
			return 0, err
		}
	}
	return clicks, nil
}
