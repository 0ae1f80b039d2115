package campaign_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/storetest"
)

// BenchmarkCampaign plans, queues and sends to 10,000 customers, against a
// simulated Resend without limits:
//
//	scripts/with-postgres go test -run '^$' -bench Campaign -benchtime 1x ./internal/integration/resend/campaign
func BenchmarkCampaign(b *testing.B) {
	const recipients = 10_000
	storetest.EachURLOf(b, func(b *testing.B, url string) {
		w := newWorld(b, url)
		w.customers(recipients)
		for b.Loop() {
			w.sim.ResetCounts()
			begun := time.Now()
			c := w.newsletter(campaign.Wish{})
			planned := time.Since(begun)
			w.must(w.campaigns.Start(w.ctx, c.ID))
			var queueing time.Duration
			for p := w.progress(c); p.State.Moves(); p = w.progress(c) {
				from := time.Now()
				w.work()
				queueing += time.Since(from)
				w.push()
			}
			if p := w.progress(c); p.State != mail.CampaignDone || p.Sent != recipients {
				b.Fatalf("%+v", p)
			}
			if n := len(w.sends()); n != recipients/100 {
				b.Errorf("%d requests", n)
			}
			b.ReportMetric(recipients/planned.Seconds(), "planned/s")
			b.ReportMetric(recipients/queueing.Seconds(), "queued/s")
		}
	})
}
