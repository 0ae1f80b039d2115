package resendsim

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Where a suppression came from.
const (
	originBounce    = "bounce"
	originComplaint = "complaint"
	originManual    = "manual"
)

// Suppression is an address the team no longer writes to, from any domain.
type Suppression struct {
	ID        string
	Email     string
	Origin    string // bounce, complaint, manual
	SourceID  string // the e-mail that caused it; empty: a person
	CreatedAt time.Time
}

// reason is what mail to the address is told; the service has no word for those a person added.
func (r *Suppression) reason() string {
	if r.Origin == originComplaint {
		return "previous_complaint"
	}
	return "previous_bounce"
}

type suppressions struct {
	byID, byEmail map[string]*Suppression
	order         []*Suppression
}

func newSuppressions() suppressions {
	return suppressions{byID: map[string]*Suppression{}, byEmail: map[string]*Suppression{}}
}

// suppress adds an address; one that is there already stays as it is. s.mu is held.
func (s *Server) suppress(bare, origin, source string, at time.Time) *Suppression {
	if row := s.suppressions.byEmail[bare]; row != nil {
		return row
	}
	row := &Suppression{uuid.NewString(), bare, origin, source, at}
	s.suppressions.byID[row.ID], s.suppressions.byEmail[bare] = row, row
	s.suppressions.order = append(s.suppressions.order, row)
	s.announce("suppression.added", at, row.data())
	return row
}

// release takes an address off the list. s.mu is held.
func (s *Server) release(row *Suppression, at time.Time) {
	delete(s.suppressions.byID, row.ID)
	delete(s.suppressions.byEmail, row.Email)
	s.suppressions.order = slices.DeleteFunc(s.suppressions.order, func(r *Suppression) bool { return r == row })
	s.announce("suppression.removed", at, row.data())
}

// Suppressions lists the suppressed addresses, oldest first.
func (s *Server) Suppressions() []Suppression {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make([]Suppression, len(s.suppressions.order))
	for i, row := range s.suppressions.order {
		out[i] = *row
	}
	return out
}

// Suppress adds an address as a person does.
func (s *Server) Suppress(recipient string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.suppress(strings.ToLower(recipient), originManual, "", s.now())
}

// Release takes an address off the list as a person does.
func (s *Server) Release(recipient string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if row := s.suppressions.byEmail[strings.ToLower(recipient)]; row != nil {
		s.release(row, s.now())
	}
}
