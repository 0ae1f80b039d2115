package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// payer pays invoices in the simulator in three shares each, as soon as they
// are there, and tells the program of each by a signed webhook that it repeats
// until it is answered with 200.
type payer struct {
	*world
	silent bool // the simulator itself delivers webhooks
	paid   map[string]int
	told   time.Time // of the last event
	client *http.Client
	hooks  sync.WaitGroup

	mu       sync.Mutex
	accepted map[string]bool // resource and time of events answered with 200
	tries    int
}

func newPayer(w *world) *payer {
	return &payer{world: w, paid: map[string]int{}, accepted: map[string]bool{}, client: &http.Client{Timeout: 2 * time.Second}}
}

// run pays until all of so many invoices are paid or ctx ends.
func (p *payer) run(ctx context.Context, invoices int) {
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for p.open(invoices) {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.round(ctx)
		}
	}
	p.hooks.Wait()
}

func (p *payer) open(invoices int) bool {
	done := 0
	for _, n := range p.paid {
		if n == 3 {
			done++
		}
	}
	return done < invoices
}

// round pays the next share of every invoice.
func (p *payer) round(ctx context.Context) {
	for _, i := range p.sim.Invoices(p.tenant) {
		n := p.paid[i.InvoiceNumber]
		if n == 3 || i.Status != "AUTHORISED" {
			continue
		}
		amount := shares(i.Total.Cents())[n+1]
		if _, err := p.sim.Pay(p.tenant, i.InvoiceNumber, xerosim.Cents(amount), xerosim.Date{}); err != nil {
			p.Errorf("pay %s: %v", i.InvoiceNumber, err)
			return
		}
		p.paid[i.InvoiceNumber]++
		if !p.silent {
			p.tell(ctx, i.InvoiceID)
		}
	}
}

// later is now, in a millisecond of its own: it is what tells two events of one
// invoice apart, and a busy machine pays twice in the same.
func later(than time.Time) time.Time {
	now := time.Now().UTC().Truncate(time.Millisecond)
	if !now.After(than) {
		now = than.Add(time.Millisecond)
	}
	return now
}

// tell delivers one event until it is taken.
func (p *payer) tell(ctx context.Context, invoice string) {
	p.told = later(p.told)
	at := p.told.Format("2006-01-02T15:04:05.000")
	event := map[string]any{"resourceUrl": "https://api.xero.com/api.xro/2.0/Invoices/" + invoice, "resourceId": invoice, "tenantId": p.tenant,
		"tenantType": "ORGANISATION", "eventCategory": "INVOICE", "eventType": "UPDATE", "eventDateUtc": at}
	body, err := json.Marshal(map[string]any{"events": []any{event}, "firstEventSequence": 1, "lastEventSequence": 1, "entropy": "ABCDEFGHIJKLMNOPQRST"})
	p.must(err)
	p.hooks.Go(func() {
		tick := time.NewTicker(50 * time.Millisecond)
		defer tick.Stop()
		for p.post(ctx, body) != http.StatusOK {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.accepted[invoice+" "+at] = true
	})
}

// post returns the status of one delivery; 0: it was not answered.
func (p *payer) post(ctx context.Context, body []byte) int {
	p.mu.Lock()
	p.tries++
	p.mu.Unlock()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.addr+"/webhooks/xero", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	r.Header.Set("X-Xero-Signature", xerosim.Sign(body, webhookKey))
	answer, err := p.client.Do(r)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}
