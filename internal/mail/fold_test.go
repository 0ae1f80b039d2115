package mail_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/mail"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// TestFoldInAnyOrder folds random events in random orders and repetitions: the
// message is the same each time.
func TestFoldInAnyOrder(t *testing.T) {
	t.Parallel()
	whats := []mail.What{mail.WasSent, mail.WasScheduled, mail.WasDelayed, mail.WasDelivered, mail.WasOpened, mail.WasClicked, mail.WasBounced,
		mail.WasComplained, mail.WasFailed, mail.WasSuppressed, mail.WasCancelled}
	for seed := range uint64(2000) {
		random := rand.New(rand.NewPCG(seed, 1))
		var events []mail.Event
		for range 1 + random.IntN(9) {
			events = append(events, mail.Event{
				What: whats[random.IntN(len(whats))], At: noon.Add(time.Duration(random.IntN(4)) * time.Second), Permanent: random.IntN(2) == 0,
				Agent: []mail.Agent{mail.Person, mail.Machine, mail.Unknown}[random.IntN(3)], Code: fmt.Sprint(random.IntN(3)), Text: fmt.Sprint(random.IntN(3)),
			})
		}
		begin := mail.Message{State: []mail.State{mail.Queued, mail.Sending, mail.Failed}[random.IntN(3)]}
		want := begin
		for _, e := range events {
			want.Fold(e)
		}
		for range 20 {
			got := begin
			shuffled := append(append([]mail.Event{}, events...), events[:random.IntN(len(events)+1)]...)
			random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
			for _, e := range shuffled {
				got.Fold(e)
			}
			if !reflect.DeepEqual(got, want) {
				t.Fatalf("seed %d: %+v\nin another order: %+v", seed, want, got)
			}
		}
		for _, e := range events {
			if want.Fold(e) {
				t.Fatalf("seed %d: a repeated event changed the message", seed)
			}
		}
	}
}

func TestFold(t *testing.T) {
	t.Parallel()
	later := noon.Add(time.Minute)
	for _, c := range []struct {
		name   string
		begin  mail.State
		events []mail.Event
		state  mail.State
		code   string
	}{
		{"progress", mail.Sending, []mail.Event{{What: mail.WasSent}, {What: mail.WasDelivered}, {What: mail.WasOpened}}, mail.Opened, ""},
		{"late sent", mail.Sending, []mail.Event{{What: mail.WasClicked}, {What: mail.WasDelivered}, {What: mail.WasSent}}, mail.Clicked, ""},
		{"delayed and there", mail.Sending, []mail.Event{{What: mail.WasDelivered}, {What: mail.WasDelayed, Code: "x"}}, mail.Delivered, ""},
		{"bounced after delivered", mail.Sending, []mail.Event{{What: mail.WasBounced, Code: "Permanent/General"}, {What: mail.WasDelivered}}, mail.Bounced, "Permanent/General"},
		{"complained over bounced", mail.Sending, []mail.Event{{What: mail.WasComplained}, {What: mail.WasBounced, Code: "x"}}, mail.Complained, ""},
		{"suppressed", mail.Sending, []mail.Event{{What: mail.WasSuppressed, Code: "previous_bounce"}, {What: mail.WasSent}}, mail.Suppressed, "previous_bounce"},
		{"failed there", mail.Sending, []mail.Event{{What: mail.WasFailed, Code: "reached_daily_quota"}, {What: mail.WasSent}}, mail.Failed, "reached_daily_quota"},
		{"given up here", mail.Failed, []mail.Event{{What: mail.WasSent}}, mail.Sent, ""},
		{"given up here, bounced", mail.Failed, []mail.Event{{What: mail.WasBounced, Code: "x"}}, mail.Bounced, "x"},
		{"given up here, failed there", mail.Failed, []mail.Event{{What: mail.WasFailed, Code: "y"}, {What: mail.WasSent}}, mail.Failed, "y"},
		{"scheduled", mail.Sending, []mail.Event{{What: mail.WasScheduled}}, mail.Sending, ""},
		{"the earliest bounce says why", mail.Sending, []mail.Event{{What: mail.WasBounced, At: later, Code: "late"}, {What: mail.WasBounced, Code: "early"}}, mail.Bounced, "early"},
	} {
		m := mail.Message{State: c.begin}
		for _, e := range c.events {
			if e.At.IsZero() {
				e.At = noon
			}
			m.Fold(e)
		}
		if m.State != c.state || m.Problem.Code != c.code {
			t.Errorf("%s: %s %q, want %s %q", c.name, m.State, m.Problem.Code, c.state, c.code)
		}
	}
}

// TestMeet has the service know a message that was given up or taken back here.
func TestMeet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		begin mail.Message
		want  mail.State
	}{
		{mail.Message{State: mail.Queued}, mail.Delivered},
		{mail.Message{State: mail.Failed}, mail.Delivered},
		{mail.Message{State: mail.Cancelled, Times: mail.Times{Cancelled: &noon}}, mail.Delivered},
		{mail.Message{State: mail.Suppressed, Times: mail.Times{Suppressed: &noon}}, mail.Delivered},
		{mail.Message{State: mail.Suppressed, RemoteID: "r", Times: mail.Times{Suppressed: &noon}}, mail.Suppressed},
	} {
		m := c.begin
		m.Meet("r")
		m.Fold(mail.Event{What: mail.WasDelivered, At: noon})
		if m.State != c.want || m.RemoteID != "r" {
			t.Errorf("%s becomes %s, want %s", c.begin.State, m.State, c.want)
		}
	}
}

func TestBursts(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	for _, c := range []struct {
		name  string
		links string // one letter a click
		after []time.Duration
		found string
	}{
		{"one click", "a", []time.Duration{0}, ""},
		{"a double click", "aa", []time.Duration{0, 200 * ms}, ""},
		{"two links at once", "ab", []time.Duration{0, 0}, "ab"},
		{"two links within a second", "ab", []time.Duration{0, 1000 * ms}, "ab"},
		{"two links, slower", "ab", []time.Duration{0, 1001 * ms}, ""},
		{"a person after a scanner", "abca", []time.Duration{0, 10 * ms, 20 * ms, 60_000 * ms}, "abc"},
		{"a person near a scanner on the same link", "aab", []time.Duration{0, 1500 * ms, 2000 * ms}, "ab"},
		{"one link five times", "aaaaa", []time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 1000 * ms}, "aaaaa"},
		{"one link four times", "aaaa", []time.Duration{0, 100 * ms, 200 * ms, 300 * ms}, ""},
		{"one link five times, slower", "aaaaa", []time.Duration{0, 100 * ms, 200 * ms, 300 * ms, 1001 * ms}, ""},
	} {
		var clicks []mail.Event
		for i, link := range c.links {
			clicks = append(clicks, mail.Event{What: mail.WasClicked, Link: string(link), At: noon.Add(c.after[i])})
		}
		found := ""
		for _, click := range mail.Bursts(clicks) {
			found += click.Link
		}
		if found != c.found {
			t.Errorf("%s: %q, want %q", c.name, found, c.found)
		}
	}
}

func TestGraver(t *testing.T) {
	t.Parallel()
	order := []mail.Reason{mail.ByHand, mail.ForBounces, mail.ByService, mail.ForBounce, mail.ForComplaint}
	for i, graver := range order {
		for j, than := range order {
			if graver.Graver(than) != (i > j) {
				t.Errorf("%s graver than %s: %t", graver, than, i <= j)
			}
		}
	}
}
