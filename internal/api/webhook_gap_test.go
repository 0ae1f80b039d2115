package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/inbox"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func TestWebhookGaps(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Viewer)
	if none := p.get("/sync/webhooks/gaps").is(http.StatusOK); len(none.items()) != 0 || none["highest_sequence"] != 0.0 {
		t.Errorf("before any webhook %v", none)
	}
	earlier := time.Now().Add(-time.Minute)
	for _, n := range []int64{7, 10} {
		e := inbox.Event{ID: crm.NewID[crm.Event](), Service: "xero", DeliveryKey: earlier.Format("20060102150405.000 ") + crm.NewID[crm.Event]().String(), Tenant: "t1", Category: "INVOICE",
			Type: "UPDATE", Resource: "r1", OccurredAt: earlier, Payload: "{}", State: inbox.Received, DueAt: earlier, ReceivedAt: earlier, Numbers: inbox.Span{First: n, Last: n}}
		storetest.Keep(t, x.store, []inbox.Event{e})
	}
	x.inTx(func(tx *store.Tx) error { return tx.NoteSilence(t.Context(), "xero", time.Now()) })
	all := p.get("/sync/webhooks/gaps").is(http.StatusOK)
	if len(all.items()) != 2 || all["highest_sequence"] != 10.0 || all.text("silent_since") == "" || all.text("last_webhook_at") == "" {
		t.Fatalf("the gaps are %v", all)
	}
	if hole := all.items()[1]; hole.text("cause") != "hole" || hole["first_sequence"] != 8.0 || hole["last_sequence"] != 9.0 || hole.text("until") == "" || hole.text("filled_at") != "" {
		t.Errorf("the hole is %v", hole)
	}
}
