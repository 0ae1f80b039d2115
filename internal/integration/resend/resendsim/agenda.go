package resendsim

import (
	"container/heap"
	"time"
)

// agenda holds what is to happen at a time of the simulator's clock: scheduled mail, the next step of a life,
// the end of a check. Of two with one time the earlier written goes first.
type agenda struct {
	items []agendaItem
	last  int
}

type agendaItem struct {
	due  time.Time
	turn int
	work func(at time.Time)
}

func (a *agenda) Len() int { return len(a.items) }
func (a *agenda) Less(i, j int) bool {
	if !a.items[i].due.Equal(a.items[j].due) {
		return a.items[i].due.Before(a.items[j].due)
	}
	return a.items[i].turn < a.items[j].turn
}
func (a *agenda) Swap(i, j int) { a.items[i], a.items[j] = a.items[j], a.items[i] }
func (a *agenda) Push(item any) { a.items = append(a.items, item.(agendaItem)) }
func (a *agenda) Pop() any {
	last := a.items[len(a.items)-1]
	a.items[len(a.items)-1] = agendaItem{}
	a.items = a.items[:len(a.items)-1]
	return last
}

// later writes work down for a time; it runs with s.mu held, and is told the time it was due, which may have
// passed when the clock jumps. s.mu is held.
func (s *Server) later(due time.Time, work func(at time.Time)) {
	s.agenda.last++
	heap.Push(&s.agenda, agendaItem{due, s.agenda.last, work})
	s.nudge()
}

// tick does everything that is due; s.mu is held.
func (s *Server) tick() {
	now := s.now()
	for s.agenda.Len() > 0 && !s.agenda.items[0].due.After(now) {
		item := heap.Pop(&s.agenda).(agendaItem)
		item.work(item.due)
	}
	s.mails.forget(now)
}

// nextDue is when the next thing happens by itself.
func (s *Server) nextDue() (next time.Time, waits bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.agenda.Len() > 0 {
		next, waits = s.agenda.items[0].due, true
	}
	if s.hooks.waiting.Len() > 0 && !s.settings.HoldWebhooks {
		if due := s.hooks.waiting.list[0].due; !waits || due.Before(next) {
			next, waits = due, true
		}
	}
	return next, waits
}
