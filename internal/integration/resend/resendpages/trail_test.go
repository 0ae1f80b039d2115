package resendpages

import (
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/synclog"
)

func TestTrailIsInOrder(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 27, 1, 0, 0, 0, time.UTC)
	later := func(d time.Duration) time.Time { return at.Add(d) }
	cancelled := later(time.Hour)
	v := messageView{
		Told: resend.Told{
			Message: mail.Message{CreatedAt: at, State: mail.Clicked, Times: mail.Times{Cancelled: &cancelled}},
			Events: []mail.Event{
				{What: mail.WasSent, At: later(2 * time.Hour)}, {What: mail.WasDelivered, At: later(2*time.Hour + time.Second)},
				{What: mail.WasOpened, At: later(3 * time.Hour), Agent: mail.Unknown}, {What: mail.WasClicked, At: later(4 * time.Hour), Agent: mail.Machine},
				{What: mail.WasBounced, At: later(5 * time.Hour), Code: "Transient/MailboxFull", Text: "The mailbox is full."},
			},
		},
		Tries: []synclog.Entry{
			{At: later(2*time.Hour + 2*time.Second), Status: synclog.Success, Duration: time.Second}, // kept after what it led to was told
			{At: later(time.Second), Status: synclog.Failed, Error: "No answer."},
		},
	}
	var titles []string
	for _, e := range v.trail() {
		titles = append(titles, e.Title)
	}
	want := "Written · Resend did not take it · Cancelled · Handed to Resend · Sent · Delivered · Opened by a person or a machine · " +
		"Clicked by a machine, such as a scanner · Bounced, perhaps for now"
	if got := strings.Join(titles, " · "); got != want {
		t.Errorf("got\n%s, want\n%s", got, want)
	}
	if last := v.trail()[8].Text; last != "The mailbox is full (Transient/MailboxFull)" {
		t.Errorf("the bounce says %q", last)
	}
}
