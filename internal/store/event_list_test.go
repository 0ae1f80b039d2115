package store_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestListsOfWebhooks reads all pages of lists with each filter: webhooks of the
// organisation and those of none, the newest first, and no other's.
func TestListsOfWebhooks(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		org, other := crm.NewID[crm.Organisation](), crm.NewID[crm.Organisation]()
		all := keepEvents(t, s, org, other)
		for _, state := range []inbox.State{"", inbox.Done, inbox.Failed, inbox.Ignored, inbox.Unmatched, inbox.Received, inbox.Working} {
			for _, category := range []string{"", "INVOICE", "CONTACT", "OTHER"} {
				for _, text := range []string{"", "Read AGAIN", all[7].Resource, "100%"} {
					f := inbox.Filter{Service: "xero", State: state, Category: category, Text: text, Limit: 7}
					var want []crm.EventID
					for _, e := range all {
						visible := e.Org != nil && *e.Org == org || e.Org == nil && slices.Contains([]inbox.State{inbox.Unmatched, inbox.Received, inbox.Working}, e.State)
						if visible && (state == "" || e.State == state) && (category == "" || e.Category == category) &&
							(text == "" || text == "Read AGAIN" && e.Result == "read again" || e.Resource == text) {
							want = append(want, e.ID)
						}
					}
					if got := allEvents(t, s, org, f); !slices.Equal(got, want) {
						t.Errorf("%+v: %d read, want %d in the same order", f, len(got), len(want))
					}
				}
			}
		}
	})
}

func allEvents(t *testing.T, s *store.Store, org crm.OrgID, f inbox.Filter) (ids []crm.EventID) {
	t.Helper()
	for {
		rows, err := s.Events(t.Context(), org, f)
		must(t, err)
		for _, e := range rows {
			ids = append(ids, e.ID)
		}
		if len(rows) < f.Limit {
			return ids
		}
		f.Before = ids[len(ids)-1]
	}
}

// keepEvents keeps webhooks of all states and categories, of two organisations,
// of none and of another service, and returns those of the one service, the
// newest first.
func keepEvents(t *testing.T, s *store.Store, org, other crm.OrgID) []inbox.Event {
	t.Helper()
	at := time.Now().Add(-time.Hour)
	var kept []inbox.Event
	for n := range 180 {
		e := inbox.Event{ID: crm.EventID{UUID: idAt(at.Add(time.Duration(n) * time.Second))}, Service: "xero", Resource: uuid.NewString(),
			Category: []string{"INVOICE", "CONTACT"}[n%2], Result: []string{"read again", "nothing to do", ""}[n%3],
			State: []inbox.State{inbox.Done, inbox.Failed, inbox.Ignored, inbox.Unmatched, inbox.Received, inbox.Working}[n/2%6]}
		e.Org = []*crm.OrgID{&org, &other, nil}[n/12%3]
		if n == 179 {
			e.Service = "resend"
		} else {
			kept = append(kept, e)
		}
		var of any
		if e.Org != nil {
			of = *e.Org
		}
		must(t, s.Statement(t.Context(), `insert into inbox_events (id, service, delivery_key, org_id, tenant_id, category, event_type, resource_id, occurred_at, payload, state, result, attempts, repeats, due_at, received_at)
values ($1, $2, $3, $4, 'tenant', $5, 'UPDATE', $6, $7, '{}', $8, $9, 0, 0, $7, $7)`,
			e.ID, e.Service, e.Resource, of, e.Category, e.Resource, at.UTC().Format("2006-01-02T15:04:05.000000Z"), string(e.State), e.Result))
	}
	slices.Reverse(kept)
	return kept
}
