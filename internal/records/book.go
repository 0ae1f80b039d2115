package records

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// What the steps need. Authorise is asked with these names.
const (
	customersView  = "customers.view"
	customersEdit  = "customers.edit"
	productsView   = "products.view"
	productsEdit   = "products.edit"
	ordersView     = "orders.view"
	ordersEdit     = "orders.edit"
	ordersShip     = "orders.ship"
	invoicesView   = "invoices.view"
	invoicesEdit   = "invoices.edit"
	invoicesIssue  = "invoices.issue"
	paymentsRecord = "payments.record"
	creditsView    = "credit_notes.view"
	creditsEdit    = "credit_notes.edit"
	creditsIssue   = "credit_notes.issue"
)

// Reaction acts on a change in the transaction that made it. An error undoes
// the change.
type Reaction func(ctx context.Context, tx *store.Tx, change crm.Change) error

// Authorise says for which organisation and in whose name a request acts. It
// returns an Error of kind Unauthenticated or Forbidden when it may not do
// what the permission names.
type Authorise func(ctx context.Context, permission string) (org crm.OrgID, actor string, err error)

// Dating knows on which days no money may be dated any more. A payment cannot be
// moved to another day afterwards, so it is asked before one is recorded.
type Dating interface {
	// Closed says why a day is closed, in words that name the remedy; empty: it is
	// open. It answers from what is known, within the transaction.
	Closed(ctx context.Context, tx *store.Tx, org crm.OrgID, day crm.Day) (why string, err error)
	// Learn brings what is known up to date where it has the day closed. It may ask
	// a service, and is called before a transaction for which somebody waits.
	Learn(ctx context.Context, org crm.OrgID, day crm.Day) error
}

// Config is what a Book needs.
type Config struct {
	Store     *store.Store
	Now       func() time.Time // nil: time.Now
	Authorise Authorise
	React     []Reaction // called in this order
	Dating    Dating     // of payments and refunds; nil: any day will do
}

// Book is the business records of all organisations. Each method acts for the
// organisation and within the permissions of the request in its context.
type Book struct {
	store     *store.Store
	now       func() time.Time
	authorise Authorise
	react     []Reaction
	dating    Dating
}

// New makes a Book.
func New(c Config) *Book {
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Book{store: c.Store, now: func() time.Time { return c.Now().UTC() }, authorise: c.Authorise, react: c.React, dating: c.Dating}
}

// By says on whose behalf a Work acts.
type By struct {
	Org    crm.OrgID
	Actor  string          // in words for people, such as a name or "Xero"
	Origin string          // the service that the change comes from, such as xero; empty: from here
	Way    mail.ConsentWay // how consent to marketing came, where the change gives it; empty: noted with the customer
}

// Work does the steps of a Book inside a transaction. It checks no
// permissions: whoever began the transaction has.
type Work struct {
	book *Book
	tx   *store.Tx
	by   By
}

// In returns the steps for use inside a transaction. After an error the
// transaction must be undone.
func (b *Book) In(tx *store.Tx, by By) Work { return Work{b, tx, by} }

// change runs a step in a transaction of its own.
func change[T any](ctx context.Context, b *Book, permission string, do func(Work) (T, error)) (done T, err error) {
	org, actor, err := b.authorise(ctx, permission)
	if err != nil {
		return done, err
	}
	err = b.store.InTx(ctx, func(tx *store.Tx) error {
		done, err = do(b.In(tx, By{Org: org, Actor: actor}))
		return err
	})
	if err != nil {
		var none T
		return none, err
	}
	return done, nil
}

// read asks a question outside a transaction.
func read[T any](ctx context.Context, b *Book, permission string, ask func(crm.OrgID) (T, error)) (answer T, err error) {
	org, _, err := b.authorise(ctx, permission)
	if err != nil {
		return answer, err
	}
	return ask(org)
}

// mayDate returns an Error of kind Invalid for money on a day that is closed.
func (w Work) mayDate(ctx context.Context, day crm.Day) error {
	if w.book.dating == nil {
		return nil
	}
	why, err := w.book.dating.Closed(ctx, w.tx, w.by.Org, day)
	if err != nil || why == "" {
		return err
	}
	return crm.FieldErrors(map[string]string{"paid_on": why})
}

// learnDate brings up to date whether money may be on a day; the zero day stands
// for today.
func (b *Book) learnDate(ctx context.Context, permission string, day crm.Day) error {
	if b.dating == nil {
		return nil
	}
	org, _, err := b.authorise(ctx, permission)
	if err != nil {
		return err
	}
	if day.IsZero() {
		seller, err := b.store.Seller(ctx, org)
		if err != nil {
			return err
		}
		day = crm.DayIn(b.now(), seller.Location())
	}
	return b.dating.Learn(ctx, org, day)
}

// subject names the record that changed.
type subject struct {
	kind    crm.RecordKind
	id      uuid.UUID
	label   string
	version int64
}

// publish adds to the record's history and calls the reactions.
func (w Work) publish(ctx context.Context, s subject, what crm.ChangeKind, detail string) error {
	if err := w.note(ctx, s, what, detail); err != nil {
		return err
	}
	c := crm.Change{
		OrgID: w.by.Org, Record: s.kind, ID: s.id, What: what,
		Version: s.version, Label: s.label, Actor: w.by.Actor, Origin: w.by.Origin,
	}
	for _, react := range w.book.react {
		if err := react(ctx, w.tx, c); err != nil {
			return err
		}
	}
	return nil
}

// note adds to the record's history alone.
func (w Work) note(ctx context.Context, s subject, what crm.ChangeKind, detail string) error {
	return w.tx.InsertChange(ctx, store.ChangeEntry{
		ID: crm.NewID[crm.Change]().UUID, OrgID: w.by.Org, Record: s.kind, RecordID: s.id,
		What: what, Actor: w.by.Actor, Detail: detail, At: w.book.now(),
	})
}
