package store_test

import (
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func (l letters) campaign(state mail.CampaignState) mail.Campaign {
	l.Helper()
	c := mail.Campaign{ID: crm.NewID[mail.Campaign](), Org: l.org, Name: "November news", Template: "newsletter", Category: mail.Newsletter,
		Audience: mail.Audience{Kind: mail.Everybody}, State: state, Actor: "Alex Kim"}
	in(l.T, l.Store, func(tx *store.Tx) error { return tx.AddCampaign(l.Context(), c) })
	return c
}

// TestCampaignStates moves a campaign only from the state that was seen, and only
// its own organisation's.
func TestCampaignStates(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, other := newLetters(t, s), newLetters(t, s)
		c := l.campaign(mail.CampaignReady)
		step := func(c mail.Campaign, from, to mail.CampaignState) crm.Kind {
			c.State = to
			return crm.KindOf(s.InTx(t.Context(), func(tx *store.Tx) error { return tx.StepCampaign(t.Context(), c, from) }))
		}
		foreign := c
		foreign.Org = other.org
		if k := step(foreign, mail.CampaignReady, mail.CampaignRunning); k != crm.Conflict {
			t.Errorf("another organisation's: %v", k)
		}
		in(t, s, func(tx *store.Tx) error {
			c.State = mail.CampaignRunning
			return tx.StepCampaign(t.Context(), c, mail.CampaignReady)
		})
		if k := step(c, mail.CampaignReady, mail.CampaignPaused); k != crm.Conflict {
			t.Errorf("from a state that is past: %v", k)
		}
		if _, err := s.Campaign(t.Context(), other.org, c.ID); crm.KindOf(err) != crm.NotFound {
			t.Errorf("another organisation reads it: %v", err)
		}
		for name, f := range map[string]mail.CampaignFilter{"name": {Text: "NOVEMBER"}, "person": {Text: "alex"}, "state": {State: mail.CampaignRunning}} {
			if page, err := s.Campaigns(t.Context(), l.org, f); err != nil || len(page.Rows) != 1 {
				t.Errorf("%s: %+v, %v", name, page, err)
			}
		}
		if page, err := s.Campaigns(t.Context(), l.org, mail.CampaignFilter{State: mail.CampaignPaused}); err != nil || len(page.Rows) != 0 {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

// TestAddressIsInACampaignOnce keeps an address from two recipients, however it
// is added, and lets it stand among those that are skipped.
func TestAddressIsInACampaignOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLetters(t, s)
		c, another := l.campaign(mail.CampaignPreparing), l.campaign(mail.CampaignPreparing)
		add := func(c mail.Campaign, position int, state mail.RecipientState) (fresh bool) {
			in(t, s, func(tx *store.Tx) (err error) {
				fresh, err = tx.AddRecipient(t.Context(), mail.Recipient{Campaign: c.ID, Org: l.org, Position: position, Customer: crm.NewID[crm.Customer](), Address: "jo@acme.example", Name: "Jo", State: state})
				return err
			})
			return fresh
		}
		if !add(c, 0, mail.RecipientWaiting) || add(c, 1, mail.RecipientWaiting) || !add(c, 1, mail.RecipientSkipped) || !add(c, 2, mail.RecipientSkipped) || !add(another, 0, mail.RecipientWaiting) {
			t.Error("an address is in a campaign twice, or not at all")
		}
		tally, err := s.CampaignTally(t.Context(), c)
		if err != nil || tally.Recipients[mail.RecipientWaiting] != 1 || tally.Recipients[mail.RecipientSkipped] != 2 {
			t.Errorf("%+v, %v", tally, err)
		}
		if ok, err := advance(t, s, c, "a"); err != nil || !ok {
			t.Errorf("%t, %v", ok, err)
		}
		if ok, err := advance(t, s, c, "b"); err != nil || ok {
			t.Errorf("two planned from the same place: %t, %v", ok, err)
		}
	})
}

func advance(t *testing.T, s *store.Store, c mail.Campaign, place string) (ok bool, err error) {
	t.Helper()
	in(t, s, func(tx *store.Tx) error {
		ok, err = tx.AdvanceCampaign(t.Context(), c, place, 1)
		return err
	})
	return ok, err
}

// TestMailHours counts what leaves, and gives back no more than was counted.
func TestMailHours(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLetters(t, s)
		hour := time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)
		in(t, s, func(tx *store.Tx) error {
			if err := tx.HoldMailHour(t.Context(), l.org, hour); err != nil {
				return err
			}
			for _, h := range []store.MailHour{{hour, 100}, {hour, 50}, {hour, -20}, {hour.Add(time.Hour), 5}, {hour.Add(time.Hour), -9}} {
				if err := tx.CountInMailHour(t.Context(), l.org, h); err != nil {
					return err
				}
			}
			return nil
		})
		hours, err := s.MailHours(t.Context(), l.org, hour)
		if err != nil || len(hours) != 2 || hours[0].Used != 130 || hours[1].Used != 0 || !hours[0].Begun.Equal(hour) {
			t.Errorf("%+v, %v", hours, err)
		}
		if err := s.DropMailHours(t.Context(), hour.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if hours, err := s.MailHours(t.Context(), l.org, hour); err != nil || len(hours) != 1 {
			t.Errorf("%+v, %v", hours, err)
		}
	})
}
