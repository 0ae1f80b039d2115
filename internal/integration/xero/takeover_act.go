package xero

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// TakeOverMost is how many differences one call takes over.
const TakeOverMost = 200

// TakeOver makes records of documents that a reconciliation found in Xero alone,
// named by their positions in it, invoices before credit notes. One that cannot
// be a record comes back with its problem, and the others are made all the same.
// It returns an Error of kind Conflict for a difference of another kind.
func (s *Service) TakeOver(ctx context.Context, run uuid.UUID, positions []int) ([]Taken, error) {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return nil, err
	}
	if err := mayTakeOver(ctx); err != nil {
		return nil, err
	}
	chosen, err := s.chosen(ctx, who.Org, run, positions)
	if err != nil {
		return nil, err
	}
	c, err := s.connection(ctx, who.Org)
	if err != nil {
		return nil, err
	}
	t, err := s.newTakeover(ctx, c, who.Name)
	if err != nil {
		return nil, err
	}
	reading, trail := s.follow(ctx, who.Org, who.Name)
	done, err := t.read(reading, chosen)
	kept := s.Store.InTx(context.WithoutCancel(ctx), func(tx *store.Tx) error {
		for _, d := range chosen {
			if slices.ContainsFunc(done, func(x Taken) bool { return x.Remote == d.RemoteID && x.Record != uuid.Nil }) {
				if err := tx.ActOnDifference(ctx, d, who.Name); err != nil {
					return err
				}
			}
		}
		return trail.write(ctx, tx)
	})
	if kept != nil {
		return done, kept
	}
	if err != nil {
		return done, unavailable(err)
	}
	return done, nil
}

// mayTakeOver asks for what it takes to make documents that are issued.
func mayTakeOver(ctx context.Context) error {
	for _, p := range []auth.Permission{auth.InvoicesIssue, auth.CreditNotesIssue} {
		if _, err := auth.Require(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// chosen are the differences at positions of a reconciliation, each once.
func (s *Service) chosen(ctx context.Context, org crm.OrgID, run uuid.UUID, positions []int) ([]store.Difference, error) {
	positions = slices.Clone(positions)
	slices.Sort(positions)
	positions = slices.Compact(positions)
	switch {
	case len(positions) == 0:
		return nil, crm.Errorf(crm.Invalid, "Tick at least one document.")
	case len(positions) > TakeOverMost:
		return nil, crm.Errorf(crm.Invalid, "Tick at most %d documents, or take all over in a bulk run.", TakeOverMost)
	}
	out := make([]store.Difference, len(positions))
	for n, position := range positions {
		d, err := s.Store.Difference(ctx, org, run, position)
		if err != nil {
			return nil, err
		}
		if !Takeable(d) {
			return nil, crm.Errorf(crm.Conflict, "%s is not a document that only Xero has. Sync it, or accept the difference.", d.Label)
		}
		out[n] = d
	}
	return out, nil
}

// Takeable reports whether a difference is a document that only Xero has.
func Takeable(d store.Difference) bool {
	return d.What == MissingHere && (d.Kind == link.Invoice || d.Kind == link.CreditNote)
}

// Hindrance is what stands against taking a document over, as far as is known
// without asking Xero; nil: nothing. Whether its contact is linked is known as it
// is now, the rest as it was when both sides were compared.
func (s *Service) Hindrance(ctx context.Context, d store.Difference) (*link.Problem, error) {
	if !Takeable(d) || d.Document == nil {
		return nil, nil //nolint:nilnil // nothing stands against it
	}
	if d.Document.Code != "" && d.Document.Code != codeContactUnlinked {
		return &link.Problem{Kind: "invalid", Code: d.Document.Code, Text: d.Document.Reason, Action: d.Document.Action}, nil
	}
	_, err := s.Store.LinkByRemote(ctx, link.Key{Org: d.Org, Service: Name, Kind: link.Contact}, d.Document.ContactID)
	if crm.KindOf(err) == crm.NotFound {
		return hindrance(unlinked(d.Document.Contact))
	}
	return nil, err
}

// read reads documents from Xero as they are now, and takes them over. One that is
// not in Xero any more comes back with that as its problem.
func (t *takeover) read(ctx context.Context, all []store.Difference) ([]Taken, error) {
	var invoices, notes []string
	for _, d := range all {
		if d.Kind == link.Invoice {
			invoices = append(invoices, d.RemoteID)
		} else {
			notes = append(notes, d.RemoteID)
		}
	}
	done, err := t.readInvoices(ctx, invoices)
	if err != nil {
		return done, err
	}
	more, err := t.readCreditNotes(ctx, notes)
	done = append(done, more...)
	if err != nil {
		return done, err
	}
	for _, d := range all {
		if !slices.ContainsFunc(done, func(x Taken) bool { return x.Remote == d.RemoteID }) {
			done = append(done, Taken{Kind: d.Kind, Remote: d.RemoteID, Number: d.Label, Problem: &link.Problem{
				Kind: "invalid", Code: codeNotApproved, Action: link.LookRemote, Text: "Xero does not have it any more."}})
		}
	}
	return done, nil
}

func (t *takeover) readInvoices(ctx context.Context, ids []string) ([]Taken, error) {
	var done []Taken
	for some := range slices.Chunk(ids, lookUpMost) {
		found, err := t.client(t.conn).InvoicesByID(ctx, some)
		if err != nil {
			return done, err
		}
		if found, err = t.completed(ctx, t.conn, found); err != nil {
			return done, err
		}
		taken, err := t.takeInvoices(ctx, found)
		done = append(done, taken...)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

func (t *takeover) readCreditNotes(ctx context.Context, ids []string) ([]Taken, error) {
	var done []Taken
	for some := range slices.Chunk(ids, lookUpMost) {
		begun := t.Now()
		found, err := t.client(t.conn).CreditNotesByID(ctx, some)
		if err != nil {
			return done, err
		}
		taken, err := t.takeCreditNotes(ctx, reading{found, begun})
		done = append(done, taken...)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}
