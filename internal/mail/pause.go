package mail

import "time"

// Pause is why an organisation's mail does not leave now. The zero Pause: it does.
type Pause struct {
	Code, Why string
	Until     *time.Time // nil: until a person acts
}

// Holds reports whether nothing may leave at a moment.
func (p Pause) Holds(now time.Time) bool {
	return p.Why != "" && (p.Until == nil || now.Before(*p.Until))
}
