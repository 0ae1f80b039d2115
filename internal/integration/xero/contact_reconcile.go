package xero

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// meeting is a customer and its contact in Xero, side by side.
type meeting struct {
	*Service
	tx                 *store.Tx
	of                 contactsOf
	link               link.Link
	customer           crm.Customer
	base, ours, theirs Values
	theirsAt           time.Time
	judgement
	open map[Field]store.Conflict
}

// reconcile compares a customer with its contact field by field: what changed
// here is sent, what changed there is taken over, and what changed on both
// sides is decided by the field's owner or asked. It says what was done.
func (s *Service) reconcile(ctx context.Context, tx *store.Tx, of contactsOf, l link.Link, c xeroapi.Contact) (string, error) {
	m := meeting{Service: s, tx: tx, of: of, link: l, theirs: ValuesOfContact(c), theirsAt: orNow(c.UpdatedDateUTC.Time, s.Now())}
	var err error
	if m.customer, err = tx.Customer(ctx, l.Org, crm.CustomerID{UUID: l.Record}); err != nil {
		return "", err
	}
	m.base, m.ours = baseOf(l.Snapshot, m.theirs), valuesOf(m.customer)
	m.judgement = judge(m.base, m.ours, m.theirs, of.rules.Owners)
	if m.open, err = openConflicts(ctx, tx, m.customer); err != nil {
		return "", err
	}
	taken, err := m.takeOver(ctx)
	if err != nil {
		return "", err
	}
	asked, err := m.settleConflicts(ctx)
	if err != nil {
		return "", err
	}
	remote := link.Remote{ID: l.RemoteID, Number: c.ContactNumber, Version: version(c.UpdatedDateUTC), Snapshot: snapshot(m.next(m.base, m.ours, m.theirs))}
	if remote.Version == "" {
		remote.Version = l.RemoteVersion
	}
	if err := tx.RefreshLink(ctx, l.Key, remote); err != nil {
		return "", err
	}
	if len(m.judgement.of(send)) > 0 {
		if err := m.sendOurs(ctx); err != nil {
			return "", err
		}
	}
	return summary(taken, asked), nil
}

func openConflicts(ctx context.Context, tx *store.Tx, c crm.Customer) (map[Field]store.Conflict, error) {
	all, err := tx.ConflictsOf(ctx, c.OrgID, c.ID)
	if err != nil {
		return nil, err
	}
	open := map[Field]store.Conflict{}
	for _, x := range all {
		if x.State == store.ConflictOpen {
			open[Field(x.Field)] = x
		}
	}
	return open, nil
}

// takeOver changes the customer as Xero did. It does not bounce: the change
// carries its origin. What Renoz does not accept becomes a question.
func (m *meeting) takeOver(ctx context.Context) ([]Field, error) {
	fields := m.judgement.of(take)
	if len(fields) == 0 {
		return nil, nil
	}
	err := m.change(ctx, fields)
	if err == nil {
		return fields, nil
	}
	if !refusal(err) {
		return nil, err
	}
	var taken []Field
	for _, f := range fields { // find those that are refused; nothing is written for them
		switch err := m.change(ctx, []Field{f}); {
		case err == nil:
			taken = append(taken, f)
		case refusal(err):
			m.verdicts[f] = ask
			if err := m.question(ctx, f, "Renoz cannot take this over: "+reasonOf(err)); err != nil {
				return nil, err
			}
		default:
			return nil, err
		}
	}
	return taken, nil
}

func refusal(err error) bool {
	return crm.KindOf(err) == crm.Invalid || crm.KindOf(err) == crm.Conflict
}

func (m *meeting) change(ctx context.Context, fields []Field) error {
	in := records.CustomerInputOf(m.customer)
	for _, f := range fields {
		f.take(&in, m.theirs[f])
	}
	changed, err := m.Book.In(m.tx, records.By{Org: m.link.Org, Actor: "Xero", Origin: Name}).UpdateCustomer(ctx, m.customer.ID, m.customer.Version, in)
	if err != nil {
		return err
	}
	m.customer = changed
	for _, f := range fields { // what both sides had changed, the owner decided
		if m.both[f] {
			if err := m.decided(ctx, f, store.ConflictTheirs); err != nil {
				return err
			}
		}
	}
	return m.tx.AgreeContact(ctx, m.link.Key, changed.Version)
}

// settleConflicts keeps a question for each field that both sides changed, and
// ends those of which both sides say the same again.
func (m *meeting) settleConflicts(ctx context.Context) ([]Field, error) {
	for f, c := range m.open {
		if f != FieldMerge && m.verdicts[f] != ask {
			c.State, c.DecidedBy = store.ConflictGone, "both sides"
			if err := m.tx.CloseConflict(ctx, c); err != nil {
				return nil, err
			}
		}
	}
	for _, f := range m.judgement.of(send) {
		if m.both[f] {
			if err := m.decided(ctx, f, store.ConflictOurs); err != nil {
				return nil, err
			}
		}
	}
	asked := m.judgement.of(ask)
	for _, f := range asked {
		if err := m.question(ctx, f, ""); err != nil {
			return nil, err
		}
	}
	return asked, nil
}

// question opens a conflict, or keeps the newer values of an open one.
func (m *meeting) question(ctx context.Context, f Field, note string) error {
	c, there := m.open[f]
	if there && c.Ours == m.ours[f] && c.Theirs == m.theirs[f] {
		return nil
	}
	c.Ours, c.Theirs, c.TheirsAt, c.Note = m.ours[f], m.theirs[f], m.theirsAt, note
	var err error
	if c.OursBy, c.OursAt, err = m.lastChange(ctx); err != nil {
		return err
	}
	if there {
		err = m.tx.ChangeConflict(ctx, c)
	} else {
		c.ID, c.Org, c.Customer, c.RemoteID = crm.NewID[crm.Change]().UUID, m.link.Org, m.customer.ID, m.link.RemoteID
		c.Field, c.State = string(f), store.ConflictOpen
		err = m.tx.InsertConflict(ctx, c)
	}
	m.open[f] = c
	return err
}

// decided keeps the value that lost to the owner's, for those who look for it.
func (m *meeting) decided(ctx context.Context, f Field, state store.ConflictState) error {
	by, at, err := m.lastChange(ctx)
	if err != nil {
		return err
	}
	c := store.Conflict{
		ID: crm.NewID[crm.Change]().UUID, Org: m.link.Org, Customer: m.customer.ID, RemoteID: m.link.RemoteID, Field: string(f),
		Ours: m.ours[f], Theirs: m.theirs[f], OursBy: by, OursAt: at, TheirsAt: m.theirsAt, State: store.ConflictOpen}
	if old, there := m.open[f]; there {
		c = old
		delete(m.open, f)
	} else if err := m.tx.InsertConflict(ctx, c); err != nil {
		return err
	}
	c.State, c.DecidedBy = state, "the rule for this field"
	return m.tx.CloseConflict(ctx, c)
}

// lastChange is who changed the customer last on this side, and when.
func (m *meeting) lastChange(ctx context.Context) (string, time.Time, error) {
	changes, err := m.tx.ChangesOf(ctx, m.link.Org, m.customer.ID.UUID, 0)
	if err != nil {
		return "", time.Time{}, err
	}
	for _, c := range changes {
		if c.Actor != "Xero" {
			return c.Actor, c.At, nil
		}
	}
	return "", m.customer.UpdatedAt, nil
}

func (m *meeting) sendOurs(ctx context.Context) error {
	err := m.tx.WantLink(ctx, store.Want{Key: m.link.Key, Label: m.customer.Name, Version: max(m.customer.Version, m.link.Wanted), Priority: link.Normal})
	if err != nil {
		return err
	}
	return m.tx.Wake(ctx, PushArgs{m.link.Org}, jobs.Normal)
}

func reasonOf(err error) string {
	var e *crm.Error
	if errors.As(err, &e) {
		for _, text := range e.Fields {
			return text
		}
		return e.Message
	}
	return ""
}

func summary(taken, asked []Field) string {
	var parts []string
	if len(taken) > 0 {
		parts = append(parts, "Took over "+fieldList(taken)+".")
	}
	if len(asked) > 0 {
		parts = append(parts, "Both sides changed "+fieldList(asked)+"; somebody has to decide.")
	}
	return strings.Join(parts, " ")
}

func fieldList(fields []Field) string {
	words := make([]string, len(fields))
	for i, f := range fields {
		words[i] = strings.ToLower(f.Label()[:1]) + f.Label()[1:]
		if f == FieldABN {
			words[i] = f.Label()
		}
	}
	return strings.Join(words, ", ")
}
