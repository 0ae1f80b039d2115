package resendapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Time is a moment in UTC. Resend writes it as RFC 3339 in webhooks and as
// PostgreSQL does ("2023-10-06 23:47:56.678+00") in answers; both are read.
// A moment that is not given is zero.
type Time struct{ time.Time }

// forms are how Resend writes times, the seconds with or without a fraction.
var forms = []string{time.RFC3339, "2006-01-02 15:04:05Z07", "2006-01-02 15:04:05Z07:00"}

// UnmarshalJSON reads either form; null and "" are the zero time.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return errors.New("a time is not a text")
	}
	t.Time = time.Time{}
	if text == nil || strings.TrimSpace(*text) == "" {
		return nil
	}
	for _, form := range forms {
		if at, err := time.Parse(form, strings.TrimSpace(*text)); err == nil && at.Year() > 0 {
			t.Time = at.UTC()
			return nil
		}
	}
	return fmt.Errorf("a time of %d characters cannot be read", len(*text))
}

// MarshalJSON writes RFC 3339 in UTC, and null for the zero time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(time.RFC3339Nano))
}
