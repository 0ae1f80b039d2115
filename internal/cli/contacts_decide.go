package cli

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

type contactsLink struct {
	orgPlace `embed:""`
	Contact  string `arg:"" help:"Id of the contact in Xero."`
	Customer string `arg:"" help:"Number or id of the customer that it is."`
}

// Run links a contact with a customer.
func (s *contactsLink) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		customer, err := d.customer(ctx, s.Customer)
		if err != nil {
			return err
		}
		if err := d.Xero.LinkContact(ctx, s.Contact, customer.ID); err != nil {
			return err
		}
		return out.tell("The two are linked.")
	})
}

type contactsAccept struct {
	orgPlace `embed:""`
	Contacts []string `arg:"" optional:"" help:"Ids of contacts in Xero with a suggestion: all of them are linked or none."`
	Above    int      `help:"All whose suggestion has this score or more, from 50 to 100." placeholder:"SCORE"`
}

// Run links contacts to the customers that are suggested for them.
func (s *contactsAccept) Run(ctx context.Context, out output) error {
	if err := onlyOne("Name contacts by their ids, or take all --above a score.", len(s.Contacts) > 0, s.Above != 0); err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		if s.Above != 0 {
			run, err := d.Xero.AcceptAbove(ctx, s.Above)
			return d.finish(ctx, out, run, err)
		}
		if err := d.Xero.LinkSuggested(ctx, s.Contacts); err != nil {
			return err
		}
		return out.tell("%s linked.", count(len(s.Contacts), "contact is", "contacts are"))
	})
}

type contactsImport struct {
	orgPlace `embed:""`
	Contacts []string `arg:"" optional:"" help:"Ids of contacts in Xero."`
	All      bool     `help:"All active ones without a likely customer."`
}

// Run makes customers of contacts.
func (s *contactsImport) Run(ctx context.Context, out output) error {
	if err := onlyOne("Name contacts by their ids, or import --all.", len(s.Contacts) > 0, s.All); err != nil {
		return err
	}
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		if s.All {
			run, err := d.Xero.ImportAll(ctx)
			return d.finish(ctx, out, run, err)
		}
		run, err := d.Xero.ImportContacts(ctx, s.Contacts)
		return d.finish(ctx, out, run, err)
	})
}

// finish works on a run that has begun until it has ended. Another process may
// do so as well: each contact is dealt with once.
func (d desk) finish(ctx context.Context, out output, run store.ContactRun, err error) error {
	if err != nil {
		return err
	}
	if err := d.Xero.RunContacts(ctx, xero.RunArgs{Org: run.Org, Run: run.ID}); err != nil {
		return err
	}
	if run, err = d.Store.ContactRun(ctx, run.Org, run.ID); err != nil {
		return err
	}
	return tellContactRun(out, run)
}

func tellContactRun(out output, r store.ContactRun) error {
	what := map[store.RunKind]string{store.AcceptMatches: "linked", store.ImportContacts: "imported"}[r.Kind]
	if r.Failed > 0 {
		return out.tell("%d of %s %s, %d failed; the run is %s. The last: %s", r.Done, count(r.Total, "contact is", "contacts are"), what, r.Failed, r.State, r.Problem)
	}
	return out.tell("%d of %s %s; the run is %s.", r.Done, count(r.Total, "contact is", "contacts are"), what, r.State)
}

type (
	contactsProgress struct {
		orgPlace `embed:""`
	}
	contactsStop struct {
		orgPlace `embed:""`
	}
)

// Run says how far the latest run is.
func (s *contactsProgress) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		run, err := d.contactRun(ctx)
		if err != nil {
			return err
		}
		return tellContactRun(out, run)
	})
}

// Run ends the run that is under way.
func (s *contactsStop) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		run, err := d.contactRun(ctx)
		if err != nil {
			return err
		}
		if run.State != store.RunGoes {
			return crm.Errorf(crm.Conflict, "The latest run is %s already.", run.State)
		}
		if err := d.Xero.StopRun(ctx, run.ID); err != nil {
			return err
		}
		if run, err = d.contactRun(ctx); err != nil {
			return err
		}
		return tellContactRun(out, run)
	})
}

func (d desk) contactRun(ctx context.Context) (store.ContactRun, error) {
	run, found, err := d.Store.LatestContactRun(ctx, d.org.ID)
	if err == nil && !found {
		err = crm.Errorf(crm.NotFound, "No contacts were accepted or imported in a run yet.")
	}
	return run, err
}

// contactsNamed are contacts of which each is dealt with alone.
type contactsNamed struct {
	orgPlace `embed:""`
	Contacts []string `arg:"" help:"Ids of contacts in Xero."`
}

type (
	contactsSkip struct {
		contactsNamed `embed:""`
	}
	contactsUnskip struct {
		contactsNamed `embed:""`
	}
)

// Run says that contacts are no customers.
func (s *contactsSkip) Run(ctx context.Context, out output) error {
	return s.skip(ctx, out, false, "skipped")
}

// Run suggests contacts again.
func (s *contactsUnskip) Run(ctx context.Context, out output) error {
	return s.skip(ctx, out, true, "suggested again")
}

func (s contactsNamed) skip(ctx context.Context, out output, undo bool, done string) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		for _, id := range s.Contacts {
			if err := d.Xero.SkipContact(ctx, id, undo); err != nil {
				return err
			}
		}
		return out.tell("%s %s.", count(len(s.Contacts), "contact is", "contacts are"), done)
	})
}

// contactsCustomer is a customer for which something is decided.
type contactsCustomer struct {
	orgPlace `embed:""`
	Customer string `arg:"" help:"Number or id of the customer."`
}

type (
	contactsUnlink struct {
		contactsCustomer `embed:""`
	}
	contactsCreate struct {
		contactsCustomer `embed:""`
	}
)

// Run forgets which contact a customer is. Nothing changes in Xero.
func (s *contactsUnlink) Run(ctx context.Context, out output) error {
	return s.decide(ctx, out, (*xero.Service).UnlinkContact, "%s is unlinked. Nothing changed in Xero.")
}

// Run sends a customer to Xero; the process that works on jobs does it.
func (s *contactsCreate) Run(ctx context.Context, out output) error {
	return s.decide(ctx, out, (*xero.Service).CreateAnyway, "%s goes to Xero as a new contact.")
}

func (s contactsCustomer) decide(ctx context.Context, out output, step func(*xero.Service, context.Context, crm.CustomerID) error, done string) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		customer, err := d.customer(ctx, s.Customer)
		if err != nil {
			return err
		}
		if err := step(d.Xero, ctx, customer.ID); err != nil {
			return err
		}
		return out.tell(done, customer.Name)
	})
}

type contactsKeep struct {
	orgPlace `embed:""`
	Conflict uuid.UUID `arg:"" help:"Id of the conflict, as renoz contacts conflicts shows it."`
	Side     string    `arg:"" enum:"ours,theirs" help:"ours, or theirs for Xero's."`
}

// Run gives both sides the value that is kept.
func (s *contactsKeep) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		if err := d.Xero.DecideConflict(ctx, s.Conflict, store.ConflictState(s.Side)); err != nil {
			return err
		}
		return out.tell("Both sides get the value that you kept.")
	})
}
