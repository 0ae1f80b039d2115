package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
)

// MatchFilter says which contacts and customers a list shows.
type MatchFilter struct {
	Service  string
	Search   string
	MinScore int  // of suggestions
	Skipped  bool // the skipped suggestions in place of the open ones
	After    string
	Limit    int
}

// MatchRow is a contact and a customer side by side; one of them may be missing.
type MatchRow struct {
	RemoteID, RemoteName, RemoteNumber, RemoteEmail, RemoteStatus, RemoteABN string
	Customer                                                                 crm.CustomerID
	Name, Number, Email, ABN                                                 string // of the customer
	Match                                                                    ContactMatch
	Skipped                                                                  string
	LinkState, Problem                                                       string
	sort                                                                     string
}

// MatchCounts is how many rows each list has.
type MatchCounts struct{ Suggested, OnlyRemote, OnlyOwn, Linked, Conflicts int }

const topScore = 101

// SuggestedMatches lists contacts without a customer that have a likely one,
// the most likely first.
func (r Reader) SuggestedMatches(ctx context.Context, org crm.OrgID, f MatchFilter) (Page[MatchRow], error) {
	keys, err := parseCursor(f.After, 2)
	if err != nil {
		return Page[MatchRow]{}, err
	}
	before := topScore
	if f.After != "" {
		if before, err = strconv.Atoi(keys[0]); err != nil {
			return Page[MatchRow]{}, badCursor()
		}
	}
	skipped := ""
	if f.Skipped {
		skipped = "skipped"
	}
	size := limit(f.Limit)
	rows, err := r.q.SuggestedContacts(ctx, db.SuggestedContactsParams{
		OrgID: org, Service: f.Service, MinScore: int64(f.MinScore), Skipped: skipped, BeforeScore: int64(before), After: keys[1], Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[MatchRow]{}, fmt.Errorf("list suggested matches: %w", err)
	}
	return page(each(rows, func(x db.SuggestedContactsRow) MatchRow {
		m := matchOf(x.MatchID, x.Score, x.Reasons, x.Runners)
		return MatchRow{
			RemoteID: x.RemoteID, RemoteName: x.Name, RemoteNumber: x.Number, RemoteEmail: x.Email, RemoteStatus: x.Status, RemoteABN: x.ABNKey,
			Customer: m.Customer, Name: x.CustomerName, Number: x.CustomerNumber, Email: x.CustomerEmail, Match: m, Skipped: x.SkippedBy}
	}), size, func(m MatchRow) string { return cursorOf(strconv.Itoa(m.Match.Score), m.RemoteID) }), nil
}

// OnlyRemote lists contacts that have no customer and none below MinScore, by
// name.
func (r Reader) OnlyRemote(ctx context.Context, org crm.OrgID, f MatchFilter) (Page[MatchRow], error) {
	keys, err := parseCursor(f.After, 2)
	if err != nil {
		return Page[MatchRow]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.OnlyRemoteContacts(ctx, db.OnlyRemoteContactsParams{
		OrgID: org, Service: f.Service, Below: int64(f.MinScore), AfterName: keys[0], After: keys[1], Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[MatchRow]{}, fmt.Errorf("list contacts without a customer: %w", err)
	}
	return page(each(rows, func(x db.OnlyRemoteContactsRow) MatchRow {
		return MatchRow{
			RemoteID: x.RemoteID, RemoteName: x.Name, RemoteNumber: x.Number, RemoteEmail: x.Email, RemoteStatus: x.Status, RemoteABN: x.ABNKey,
			Match: ContactMatch{Score: int(x.Score), Reasons: x.Reasons}, Skipped: x.SkippedBy, sort: x.PlainName}
	}), size, func(m MatchRow) string { return cursorOf(m.sort, m.RemoteID) }), nil
}

// OnlyOwn lists active customers that have no contact at the service, by name.
func (r Reader) OnlyOwn(ctx context.Context, org crm.OrgID, f MatchFilter) (Page[MatchRow], error) {
	name, after, err := nameCursor(f.After)
	if err != nil {
		return Page[MatchRow]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.OnlyOwnCustomers(ctx, db.OnlyOwnCustomersParams{OrgID: org, Service: f.Service, AfterName: name, AfterID: after, Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[MatchRow]{}, fmt.Errorf("list customers without a contact: %w", err)
	}
	return page(each(rows, func(x db.OnlyOwnCustomersRow) MatchRow {
		return MatchRow{Customer: x.ID, Name: x.Name, Number: x.Number, Email: x.Email, ABN: x.ABN, LinkState: x.LinkState, Problem: x.ErrorText, sort: x.NameKey}
	}), size, customerCursor), nil
}

// Linked lists customers with their contacts, by name.
func (r Reader) Linked(ctx context.Context, org crm.OrgID, f MatchFilter) (Page[MatchRow], error) {
	name, after, err := nameCursor(f.After)
	if err != nil {
		return Page[MatchRow]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.LinkedContacts(ctx, db.LinkedContactsParams{OrgID: org, Service: f.Service, AfterName: name, AfterID: after, Pattern: contains(f.Search), MaxRows: size + 1})
	if err != nil {
		return Page[MatchRow]{}, fmt.Errorf("list linked customers: %w", err)
	}
	return page(each(rows, func(x db.LinkedContactsRow) MatchRow {
		return MatchRow{Customer: x.ID, Name: x.Name, Number: x.Number, RemoteID: x.RemoteID, RemoteName: x.RemoteName, RemoteStatus: x.RemoteStatus, LinkState: x.State, Problem: x.ErrorText, sort: x.NameKey}
	}), size, customerCursor), nil
}

func customerCursor(m MatchRow) string { return cursorOf(m.sort, m.Customer.String()) }

func nameCursor(cursor string) (string, crm.CustomerID, error) {
	keys, err := parseCursor(cursor, 2)
	if err != nil {
		return "", crm.CustomerID{}, err
	}
	after, err := parseIDCursor[crm.Customer](keys[1], uuid.Nil)
	return keys[0], after, err
}

// MatchCounts counts the lists; suggestions from minScore on.
func (r Reader) MatchCounts(ctx context.Context, org crm.OrgID, service string, minScore int) (MatchCounts, error) {
	var c MatchCounts
	for _, count := range []struct {
		to  *int
		ask func() (int64, error)
	}{
		{&c.Suggested, func() (int64, error) { return r.q.CountSuggested(ctx, org, service, int64(minScore)) }},
		{&c.OnlyRemote, func() (int64, error) { return r.q.CountOnlyRemote(ctx, org, service, int64(minScore)) }},
		{&c.OnlyOwn, func() (int64, error) { return r.q.CountOnlyOwn(ctx, org, service) }},
		{&c.Linked, func() (int64, error) { return r.q.CountLinkedContacts(ctx, org, service) }},
		{&c.Conflicts, func() (int64, error) { return r.q.CountConflicts(ctx, org) }},
	} {
		n, err := count.ask()
		if err != nil {
			return c, fmt.Errorf("count contacts: %w", err)
		}
		*count.to = int(n)
	}
	return c, nil
}

// CountSuggested is how many suggestions reach a score.
func (r Reader) CountSuggested(ctx context.Context, org crm.OrgID, service string, minScore int) (int, error) {
	n, err := r.q.CountSuggested(ctx, org, service, int64(minScore))
	if err != nil {
		return 0, fmt.Errorf("count suggested matches: %w", err)
	}
	return int(n), nil
}
