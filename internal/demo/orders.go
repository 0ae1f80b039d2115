package demo

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

const (
	orderCount = 1000
	readyCount = 16  // picked and waiting to be shipped, the newest
	underWay   = 104 // the ones before, in all states
)

// sale is one order and how far it has come by now.
type sale struct {
	client  *client
	placed  minute
	state   crm.OrderState
	mended  bool // its first invoice was wrong and is made anew
	input   records.OrderInput
	orderID crm.OrderID
}

// stage is a state that a sale reaches, and after how long.
type stage struct {
	state crm.OrderState
	after minute
}

// planOrders plans all orders and returns how many invoices they will have.
func (f *filling) planOrders() (invoices int) {
	c := newChance(3)
	placed, states := f.placings(c), finalStates(c)
	for i := range orderCount {
		s := &sale{client: f.buyer(c, placed[i]), placed: placed[i], state: states[i]}
		s.mended = i%140 == 70 && i < orderCount-readyCount-underWay && s.invoiced()
		if s.invoiced() {
			invoices++
		}
		if s.mended {
			invoices++
		}
		s.input.Reference = newReference(c)
		if c.is(12) {
			s.input.Notes = one(c, []string{"Call before delivery.", "Deliver to the rear dock, forklift on site.",
				"Leave with the workshop until 3 pm.", "Customer collects the cables.", "Needs the test report in the box."})
		}
		s.input.Lines = f.orderLines(c, s.client)
		f.planSale(c, s)
	}
	return invoices
}

func (s *sale) invoiced() bool { return s.state == crm.OrderShipped || s.state == crm.OrderDelivered }

// placings are the minutes of the orders, a few more towards the end of the
// year; the last ones are those that can be ready by now.
func (f *filling) placings(c chance) []minute {
	ready := f.calendar.end - 2*workday
	placed := make([]minute, orderCount)
	for i := range placed {
		if last := i - (orderCount - readyCount); last >= 0 {
			placed[i] = ready + minute(last)*workday*3/2/readyCount
			continue
		}
		placed[i] = workday + minute(float64(ready-workday)*math.Pow(c.Float64(), 0.85))
	}
	slices.Sort(placed)
	return placed
}

// finalStates are how far the orders have come, the oldest first.
func finalStates(c chance) []crm.OrderState {
	type place struct {
		state crm.OrderState
		key   int
	}
	var open []place
	for i, group := range []struct {
		state crm.OrderState
		count int
	}{{crm.OrderDelivered, 16}, {crm.OrderShipped, 34}, {crm.OrderCancelled, 4}, {crm.OrderPartiallyShipped, 9},
		{crm.OrderPicking, 11}, {crm.OrderConfirmed, 17}, {crm.OrderDraft, 13}} {
		for range group.count {
			open = append(open, place{group.state, 10*i + c.IntN(25)})
		}
	}
	slices.SortStableFunc(open, func(a, b place) int { return cmp.Compare(a.key, b.key) })
	states := make([]crm.OrderState, orderCount)
	for i := range states {
		switch recent := i - (orderCount - readyCount - underWay); {
		case recent >= underWay:
			states[i] = crm.OrderPicked
		case recent >= 0:
			states[i] = open[recent].state
		case c.is(3):
			states[i] = crm.OrderCancelled
		default:
			states[i] = crm.OrderDelivered
		}
	}
	return states
}

// buyer is a client who is there by then: half of the time a regular.
func (f *filling) buyer(c chance, by minute) *client {
	for {
		x := &f.clients[c.IntN(len(f.clients))]
		if c.is(50) {
			x = &f.clients[c.IntN(regulars)]
		}
		if x.since < by {
			return x
		}
	}
}

func newReference(c chance) string {
	switch {
	case c.is(25):
		return ""
	case c.is(20):
		return fmt.Sprintf("Job %d", c.between(1200, 9800))
	}
	return fmt.Sprintf("PO-%05d", c.between(1000, 78_000))
}

// way are the stages up to a state.
func way(c chance, to crm.OrderState) []stage {
	all := []stage{
		{crm.OrderConfirmed, c.minutes(15, 300)}, {crm.OrderPicking, c.minutes(30, 480)},
		{crm.OrderPicked, c.minutes(20, 240)}, {crm.OrderPartiallyShipped, c.minutes(30, 240)},
		{crm.OrderShipped, c.minutes(20, 400)}, {crm.OrderDelivered, c.minutes(500, 1900)},
	}
	if to == crm.OrderDraft {
		return nil
	}
	if to == crm.OrderCancelled {
		end := stage{crm.OrderCancelled, c.minutes(30, 700)}
		return append(all[:c.between(0, 2)], end)
	}
	if to != crm.OrderPartiallyShipped && !c.is(4) {
		all = slices.Delete(all, 3, 4) // goes out at once
	}
	last := slices.IndexFunc(all, func(s stage) bool { return s.state == to })
	return all[:last+1]
}

// planSale plans the steps of one order. All of them lie before now: what
// would take longer has gone faster.
func (f *filling) planSale(c chance, s *sale) {
	f.schedule.add(s.placed, auth.Sales, "place an order", func(ctx context.Context, w records.Work) error {
		s.input.CustomerID = s.client.id
		o, err := w.CreateOrder(ctx, s.input)
		s.orderID = o.ID
		return err
	})
	stages, whole := way(c, s.state), minute(0)
	for _, g := range stages {
		whole += g.after
	}
	left, at := f.calendar.end-s.placed, minute(0)
	for _, g := range stages {
		at += g.after
		when := s.placed + at
		if whole > left {
			when = s.placed + at*left/whole
		}
		f.planStage(c, s, g.state, when)
	}
}

func (f *filling) planStage(c chance, s *sale, to crm.OrderState, at minute) {
	who := auth.Operations
	if to == crm.OrderConfirmed || to == crm.OrderCancelled {
		who = auth.Sales
	}
	f.schedule.add(at, who, "bring an order to "+string(to), func(ctx context.Context, w records.Work) error {
		_, err := w.AdvanceOrder(ctx, s.orderID, to)
		return err
	})
	if to != crm.OrderShipped {
		return
	}
	b := &bill{client: s.client, issued: at}
	invoice := func(ctx context.Context, w records.Work) error {
		i, err := w.InvoiceOrder(ctx, s.orderID)
		b.id, b.open = i.ID, i.Due()
		return err
	}
	f.schedule.add(at, auth.Operations, "invoice an order", invoice)
	if s.mended {
		f.planVoid(b, at+15)
		b.issued = at + 20
		f.schedule.add(b.issued, auth.Finance, "invoice an order anew", invoice)
	}
	f.planPayments(c, b)
	f.planCredit(c, b)
}
