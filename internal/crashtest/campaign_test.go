package crashtest

import (
	"fmt"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

const (
	campaignSize  = 1000
	campaignKills = 3
	publicURL     = "RENOZ_URL=https://renoz.example"
)

// TestCampaignKills kills the program while it plans and sends a campaign. Every
// customer gets it once.
func TestCampaignKills(t *testing.T) {
	storetest.EachURL(t, func(t *testing.T, url string) {
		w := newMailroom(t, url)
		w.readers(campaignSize)
		w.mail.URL = "https://renoz.example"
		s := campaign.New(campaign.Config{Mail: w.mail, Allowance: w.mail.Allowance, Store: w.store, Now: time.Now})
		c, err := s.Create(w.ctx, campaign.Wish{Name: "November news", Template: "newsletter", Audience: mail.Audience{Kind: mail.Everybody}})
		w.must(err)
		state := func() mail.Campaign {
			now, err := w.store.Campaign(w.ctx, w.org, c.ID)
			w.must(err)
			return now
		}
		p := w.serve(publicURL)
		until(t, time.Minute, "some are planned", func() bool { return state().Planned > 0 })
		p.kill()
		p = w.serve(publicURL)
		until(t, time.Minute, "all are planned", func() bool { return state().State == mail.CampaignReady })
		w.must(s.Start(w.ctx, c.ID))
		for kill := range campaignKills {
			until(t, time.Minute, "more mails have left", func() bool { return w.accepted() > kill*campaignSize/(campaignKills+1) })
			p.kill()
			p = w.serve(publicURL, "RENOZ_RETRY_SECOND=10ms")
		}
		until(t, 2*time.Minute, "the campaign is done", func() bool { return state().State == mail.CampaignDone })
		if counts := w.sim.Counts(); counts.Duplicates > 0 || counts.Accepted != campaignSize {
			t.Errorf("%+v", counts)
		}
		for n := range campaignSize {
			if got := len(w.sim.EmailsTo(reader(n))); got != 1 {
				t.Fatalf("%s got %d mails", reader(n), got)
			}
		}
		if code := p.stop(stops); code != 0 {
			t.Errorf("it ended with %d\n%s", code, p.out)
		}
	})
}

func reader(n int) string { return fmt.Sprintf("reader%d@acme.example", n) }

// readers are customers who agreed to marketing.
func (w *mailroom) readers(n int) {
	w.Helper()
	for from := 0; from < n; from += 500 {
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				err := tx.InsertCustomer(w.ctx, crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: w.org, Number: fmt.Sprintf("C-%05d", i), Name: fmt.Sprintf("Reader %d", i), Email: reader(i),
					MarketingConsent: true, Version: 1, CreatedAt: time.Now().UTC(), UpdatedAt: time.Now().UTC()})
				if err != nil {
					return err
				}
			}
			return nil
		}))
	}
	settings, err := w.mail.View(w.ctx)
	w.must(err)
	settings.Website = "https://voltway.example" // that the newsletter links to
	w.must(w.mail.SaveSettings(w.ctx, settings.Settings, resend.KeyChange{}))
}
