package resend_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/ratelimit"
	"github.com/renoz/renoz/internal/store/storetest"
)

// volume is how many mails go out: as many as RENOZ_TEST_MAILS says, such as
// 10,000, and fewer otherwise.
func volume() int {
	if n, err := strconv.Atoi(os.Getenv("RENOZ_TEST_MAILS")); err == nil {
		return n
	}
	return 1500
}

// limited keeps to five requests a second, as the program does.
func (w *world) limited(next http.RoundTripper) http.RoundTripper {
	limiter := ratelimit.New(ratelimit.Config{Store: w.store.Limits(), Now: w.clock.Now, Log: slog.New(slog.DiscardHandler), Budgets: func(service, tenant string) []ratelimit.Budget {
		return []ratelimit.Budget{{Key: ratelimit.Key{Service: service, Tenant: tenant, Window: "second"}, Length: time.Second, Limit: 5}}
	}})
	key := func(r *http.Request) (string, string) { return resend.Name, resend.AccountOf(r) }
	return limiter.Transport(next, key, func(r *http.Response) ratelimit.Observed {
		left, err := strconv.Atoi(r.Header.Get("Ratelimit-Remaining"))
		if err != nil {
			return ratelimit.Observed{}
		}
		return ratelimit.Observed{Remaining: map[string]int{"second": left}}
	})
}

// TestVolume sends many mails at Resend's limit of five requests a second and a
// hundred mails a request. What people wait for leaves within two seconds.
func TestVolume(t *testing.T) {
	t.Parallel()
	n := volume()
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newWorld(t, url, resendsim.Settings{})
		calls, urgent, queued := 0, mail.ID{}, time.Time{}
		w.mail = w.service(w.limited(roundTrip(func(r *http.Request) (*http.Response, error) {
			if calls++; calls == n/200 {
				queued = w.clock.Now()
				urgent = w.queue(draft("waiting@acme.example"))[0]
			}
			return http.DefaultTransport.RoundTrip(r)
		})))
		customer := w.customer("Harbour Marine", true)
		drafts := make([]resend.Draft, n)
		for i := range drafts {
			drafts[i] = newsletter(fmt.Sprintf("reader%d@acme.example", i), customer)
		}
		w.queue(drafts...)
		begun, real := w.clock.Now(), time.Now()
		w.push()
		took, least := w.clock.Now().Sub(begun), time.Duration(n/500)*time.Second
		counts := w.sim.Counts()
		w.Logf("%d mails in %d requests, %s by the clock of the limit, %s of work", n, counts.Requests, took, time.Since(real).Round(time.Millisecond))
		if counts.Requests != n/100+1 || counts.TooMany > 0 || counts.Duplicates > 0 || counts.Accepted != n+1 || took > least*11/10 {
			w.Errorf("%+v in %s, where the limit allows %s", counts, took, least)
		}
		if m := w.is(urgent, mail.Sent); m.Times.Sent.Sub(queued) > 2*time.Second {
			w.Errorf("what people wait for left after %s", m.Times.Sent.Sub(queued))
		}
	})
}
