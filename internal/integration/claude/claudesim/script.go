package claudesim

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Script says what the model answers; false leaves it to the plans, and then to the stand-in.
type Script func(*Request) (Turn, bool)

// Plan is an ordered list of turns for the requests that match all that is given. A request takes the next turn of the
// first plan that matches and has turns left.
type Plan struct {
	Opening  string `json:"opening,omitempty"`  // part of the conversation's first text, in any case
	Contains string `json:"contains,omitempty"` // part of the newest text of the user, in any case
	User     string `json:"user,omitempty"`     // metadata.user_id
	Model    string `json:"model,omitempty"`
	JSON     bool   `json:"json,omitempty"` // for requests that ask for a JSON schema, and only for those
	Repeat   bool   `json:"repeat,omitempty"`
	Turns    []Turn `json:"turns"`
}

func (p *Plan) matches(r *Request) bool {
	has := func(text, part string) bool { return strings.Contains(strings.ToLower(text), strings.ToLower(part)) }
	return len(p.Turns) > 0 && p.JSON == (r.Schema != nil) && has(r.Opening(), p.Opening) && has(r.Question(), p.Contains) &&
		(p.User == "" || p.User == r.UserID) && (p.Model == "" || p.Model == r.Model)
}

// Plan adds plans behind those that are there.
func (s *Server) Plan(list ...Plan) error {
	for _, p := range list {
		if len(p.Turns) == 0 {
			return fmt.Errorf("a plan needs turns")
		}
		for _, t := range p.Turns {
			if t.Stop != "" && !slices.Contains(stopReasons(), t.Stop) {
				return fmt.Errorf("unknown stop reason %q", t.Stop)
			}
			if t.Fault != nil {
				if err := t.Fault.check(); err != nil {
					return err
				}
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range list {
		s.plans = append(s.plans, &p)
	}
	return nil
}

// PlansLeft counts the turns that are planned and not yet taken.
func (s *Server) PlansLeft() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := 0
	for _, p := range s.plans {
		left += len(p.Turns)
	}
	return left
}

// ClearPlans forgets all plans.
func (s *Server) ClearPlans() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.plans = nil
}

// turn finds what is answered: by the script, a plan or the stand-in.
func (s *Server) turn(r *Request) Turn {
	if s.opts.Script != nil {
		if turn, said := s.opts.Script(r); said {
			return turn
		}
	}
	if turn, planned := s.planned(r); planned {
		return turn
	}
	turn, _ := s.brain(r)
	return turn
}

func (s *Server) planned(r *Request) (Turn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, p := range s.plans {
		if !p.matches(r) {
			continue
		}
		turn := p.Turns[0]
		switch {
		case p.Repeat:
			p.Turns = append(slices.Clone(p.Turns[1:]), turn)
		case len(p.Turns) == 1:
			s.plans = append(slices.Clone(s.plans[:i]), s.plans[i+1:]...)
		default:
			p.Turns = p.Turns[1:]
		}
		return turn, true
	}
	return Turn{}, false
}

func (s *Server) postPlans(r *http.Request) answer {
	list, err := readOneOrMore[Plan](r)
	if err == nil {
		err = s.Plan(list...)
	}
	if err != nil {
		return wrong(fmt.Errorf(`send a plan such as {"opening":"overdue","turns":[{"calls":[{"name":"get_orders","input":{}}]},{"text":"Done."}]}, or a list of them: %w`, err))
	}
	return jsonAnswer(http.StatusOK, map[string]int{"turns": s.PlansLeft()})
}
