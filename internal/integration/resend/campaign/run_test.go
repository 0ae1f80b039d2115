package campaign_test

import (
	"testing"

	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
)

// TestTwoThousand sends to 2,000 customers in 20 requests, each address once.
func TestTwoThousand(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(2000)
		c := w.newsletter(campaign.Wish{})
		if p := w.progress(c); p.State != mail.CampaignReady || p.Waiting != 2000 || p.Total != 2000 || len(w.sends()) != 0 {
			w.Fatalf("%+v; %+v; %d requests", p, w.reasons(c), len(w.sends()))
		}
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.work()
		if p := w.progress(c); p.Mails[mail.Queued] != 1000 || p.Waiting != 2000 {
			w.Errorf("the queue holds %v", p.Mails)
		}
		p := w.goes(c)
		if p.State != mail.CampaignDone || p.Sent != 2000 || p.Failed+p.Skipped+p.Waiting != 0 {
			w.Errorf("%+v", p)
		}
		w.once(2000)
		if n := len(w.sends()); n != 20 {
			w.Errorf("%d requests", n)
		}
		for n := range 2000 {
			if len(w.sim.EmailsTo(address(n))) != 1 {
				w.Fatalf("%s got %d mails", address(n), len(w.sim.EmailsTo(address(n))))
			}
		}
	})
}
