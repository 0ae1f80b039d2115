package store

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Want is a record's wish to be brought into line with a service.
type Want struct {
	Key      link.Key
	Label    string
	Version  int64 // of our record
	Priority int
}

// WantLink marks a record as waiting to be sent. What is being sent at this
// moment is sent again afterwards.
func (t *Tx) WantLink(ctx context.Context, w Want) error {
	now := instant.At(t.Now())
	err := t.q.WantLink(ctx, db.WantLinkParams{
		OrgID: w.Key.Org, Service: w.Key.Service, Kind: string(w.Key.Kind), RecordID: w.Key.Record,
		Label: w.Label, Priority: int64(w.Priority), Wanted: w.Version, DueAt: now, Now: now,
	})
	if err != nil {
		return fmt.Errorf("mark %s %s as waiting: %w", w.Key.Kind, w.Label, err)
	}
	return nil
}

// AdoptLink records that a service's record is ours, unless a link is there.
func (t *Tx) AdoptLink(ctx context.Context, w Want, r link.Remote) error {
	err := t.q.AdoptLink(ctx, db.AdoptLinkParams{
		OrgID: w.Key.Org, Service: w.Key.Service, Kind: string(w.Key.Kind), RecordID: w.Key.Record,
		Label: w.Label, RemoteID: r.ID, RemoteNumber: r.Number, RemoteVersion: r.Version, Snapshot: r.Snapshot,
		Priority: int64(w.Priority), Wanted: w.Version, Now: instant.At(t.Now()),
	})
	if err != nil {
		return fmt.Errorf("adopt %s %s: %w", w.Key.Kind, w.Label, err)
	}
	return nil
}

// Claim selects waiting links of one kind for a process.
type Claim struct {
	Org     crm.OrgID
	Service string
	Kind    link.Kind
	Process uuid.UUID
	Max     int
	Least   int // priority of what is taken; zero: any
}

// ClaimLinks takes pending links that are due, the most urgent first. They are
// sending from then on.
func (t *Tx) ClaimLinks(ctx context.Context, c Claim) ([]link.Link, error) {
	if c.Least == 0 {
		c.Least = math.MaxInt32
	}
	rows, err := t.q.ClaimPendingLinks(ctx, db.ClaimPendingLinksParams{
		ClaimedBy: &c.Process, Now: instant.Ptr(t.Now()), OrgID: c.Org, Service: c.Service, Kind: string(c.Kind), MaxRows: int32(c.Max), // #nosec G115 -- at most 50
		Least: int64(c.Least),
	})
	return links(rows, err, "claim waiting records")
}

// ClaimUnknownLinks takes links whose outcome has to be looked up.
func (t *Tx) ClaimUnknownLinks(ctx context.Context, c Claim) ([]link.Link, error) {
	rows, err := t.q.ClaimUnknownLinks(ctx, db.ClaimUnknownLinksParams{
		ClaimedBy: &c.Process, Now: instant.Ptr(t.Now()), OrgID: c.Org, Service: c.Service, Kind: string(c.Kind), MaxRows: int32(c.Max), // #nosec G115 -- at most 50
	})
	return links(rows, err, "claim records in doubt")
}

// SettleLink ends a claim, and keeps how a link that had failed became right.
// It does nothing when process lost the claim. The version that the service gave
// a document never falls: somebody may have read a later one meanwhile.
func (t *Tx) SettleLink(ctx context.Context, process uuid.UUID, l link.Link) error {
	n, err := t.q.SettleLink(ctx, db.SettleLinkParams{
		Label: l.Label, RemoteID: l.RemoteID, RemoteNumber: l.RemoteNumber, RemoteVersion: l.RemoteVersion, Snapshot: l.Snapshot,
		State: string(l.State), Agreed: l.Agreed, Attempts: int64(l.Attempts), DueAt: instant.At(l.DueAt), WriteKey: l.WriteKey,
		ErrorKind: l.Problem.Kind, ErrorCode: l.Problem.Code, ErrorText: l.Problem.Text, NextAction: string(l.Problem.Action),
		FailedAt: instant.Maybe(l.FailedAt), SeenAt: instant.Maybe(l.SeenAt), Now: instant.At(t.Now()),
		FailedCode: l.FailedFor.Code, FailedText: l.FailedFor.Text, Mend: string(l.Mend), MendedBy: l.MendedBy,
		OrgID: l.Org, Service: l.Service, Kind: string(l.Kind), RecordID: l.Record, ClaimedBy: &process,
	})
	if err != nil {
		return fmt.Errorf("settle %s %s: %w", l.Kind, l.Label, err)
	}
	if n == 0 || l.Resolved == nil {
		return nil
	}
	return t.insertResolution(ctx, *l.Resolved)
}

// KeepWriteKey keeps the key of a write that is about to leave, so that whoever
// has to repeat it uses the same. It returns an Error of kind Conflict when
// process lost the claim.
func (t *Tx) KeepWriteKey(ctx context.Context, process uuid.UUID, l link.Link) error {
	n, err := t.q.KeepWriteKey(ctx, db.KeepWriteKeyParams{
		WriteKey: l.WriteKey, OrgID: l.Org, Service: l.Service, Kind: string(l.Kind), RecordID: l.Record, ClaimedBy: &process})
	return changed(n, err, "claim")
}

// RefreshLink keeps what a read of the service's record found. As with
// SettleLink, the version of a document never falls.
func (t *Tx) RefreshLink(ctx context.Context, k link.Key, r link.Remote) error {
	_, err := t.q.RefreshLink(ctx, db.RefreshLinkParams{
		RemoteNumber: r.Number, RemoteVersion: r.Version, Snapshot: r.Snapshot, Now: instant.At(t.Now()),
		OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RecordID: k.Record, RemoteID: r.ID,
	})
	if err != nil {
		return fmt.Errorf("refresh a link: %w", err)
	}
	return nil
}

// MendLink records that a failed or dismissed link is in line after all, with a
// version of our record. It does nothing to one in another state.
func (t *Tx) MendLink(ctx context.Context, l link.Link, agreed int64) error {
	n, err := t.q.MendLink(ctx, db.MendLinkParams{
		Agreed: agreed, Now: instant.At(t.Now()), OrgID: l.Org, Service: l.Service, Kind: string(l.Kind), RecordID: l.Record})
	if err != nil {
		return fmt.Errorf("mend %s %s: %w", l.Kind, l.Label, err)
	}
	l.Succeed(link.Remote{}, agreed, t.Now())
	if n == 0 || l.Resolved == nil {
		return nil
	}
	return t.insertResolution(ctx, *l.Resolved)
}

// UnblockLinks lets records that waited for code to be mended go on.
func (t *Tx) UnblockLinks(ctx context.Context, org crm.OrgID, service, code string) (int, error) {
	n, err := t.q.UnblockLinks(ctx, db.UnblockLinksParams{Now: instant.At(t.Now()), OrgID: org, Service: service, ErrorCode: code})
	if err != nil {
		return 0, fmt.Errorf("unblock records: %w", err)
	}
	return int(n), nil
}

// ReleaseLinks lets records go on that a service refused for code, which is
// mended, and returns how many.
func (t *Tx) ReleaseLinks(ctx context.Context, org crm.OrgID, service, code string) (int, error) {
	n, err := t.q.ReleaseLinks(ctx, db.ReleaseLinksParams{Now: instant.At(t.Now()), OrgID: org, Service: service, ErrorCode: code})
	if err != nil {
		return 0, fmt.Errorf("release refused records: %w", err)
	}
	return int(n), nil
}

// DueNow makes everything that waits for a service due.
func (t *Tx) DueNow(ctx context.Context, org crm.OrgID, service string) (int, error) {
	n, err := t.q.DueLinks(ctx, instant.At(t.Now()), org, service)
	if err != nil {
		return 0, fmt.Errorf("make waiting records due: %w", err)
	}
	return int(n), nil
}

// RetryLink makes a failed or waiting link due now, for who asked for it.
func (t *Tx) RetryLink(ctx context.Context, k link.Key, by string) error {
	n, err := t.q.RetryLink(ctx, db.RetryLinkParams{Now: instant.At(t.Now()), MendedBy: by, OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RecordID: k.Record})
	return stepped(n, err, "retried")
}

// RetryLinks makes all links due now that failed with a code, or all failed
// ones when it is empty, and returns how many there were.
func (t *Tx) RetryLinks(ctx context.Context, org crm.OrgID, code, by string) (int, error) {
	n, err := t.q.RetryLinks(ctx, db.RetryLinksParams{Now: instant.At(t.Now()), MendedBy: by, OrgID: org, ErrorCode: code})
	if err != nil {
		return 0, fmt.Errorf("retry records: %w", err)
	}
	return int(n), nil
}

// RetryCause makes all failed links of one cause due now, and returns how many
// there were.
func (t *Tx) RetryCause(ctx context.Context, org crm.OrgID, c Cause, by string) (int, error) {
	n, err := t.q.RetryCause(ctx, db.RetryCauseParams{Now: instant.At(t.Now()), MendedBy: by,
		OrgID: org, Kind: string(c.Record), ErrorCode: c.Code, ErrorKind: c.Kind, NextAction: string(c.Action)})
	if err != nil {
		return 0, fmt.Errorf("retry records of a cause: %w", err)
	}
	return int(n), nil
}

func stepped(n int64, err error, step string) error {
	switch {
	case err != nil:
		return fmt.Errorf("a record could not be %s: %w", step, err)
	case n == 0:
		return crm.Errorf(crm.Conflict, "This record cannot be %s now: it is being sent, or somebody dealt with it already.", step)
	default:
		return nil
	}
}

// SeeFailures clears the badge of new errors.
func (t *Tx) SeeFailures(ctx context.Context, org crm.OrgID) error {
	if err := t.q.SeeFailures(ctx, instant.Ptr(t.Now()), org); err != nil {
		return fmt.Errorf("mark errors as seen: %w", err)
	}
	return nil
}

// Link is one link. A missing one is an Error of kind NotFound.
func (r Reader) Link(ctx context.Context, k link.Key) (link.Link, error) {
	row, err := r.q.Link(ctx, db.LinkParams{OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RecordID: k.Record})
	if err != nil {
		return link.Link{}, notFound(err, "link")
	}
	return linkOf(row), nil
}

// LinkByRemote finds our record behind a service's id.
func (r Reader) LinkByRemote(ctx context.Context, k link.Key, remoteID string) (link.Link, error) {
	row, err := r.q.LinkByRemote(ctx, db.LinkByRemoteParams{OrgID: k.Org, Service: k.Service, Kind: string(k.Kind), RemoteID: remoteID})
	if err != nil {
		return link.Link{}, notFound(err, "link")
	}
	return linkOf(row), nil
}

// LinksOf are a record's links to all services.
func (r Reader) LinksOf(ctx context.Context, org crm.OrgID, record uuid.UUID) ([]link.Link, error) {
	rows, err := r.q.LinksOfRecord(ctx, org, record)
	return links(rows, err, "read links")
}

// LinkCounts is how many links of each kind are in each state.
func (r Reader) LinkCounts(ctx context.Context, org crm.OrgID, service string) (map[link.Kind]map[link.State]int, error) {
	rows, err := r.q.CountLinks(ctx, org, service)
	if err != nil {
		return nil, fmt.Errorf("count links: %w", err)
	}
	counts := map[link.Kind]map[link.State]int{}
	for _, row := range rows {
		kind := link.Kind(row.Kind)
		if counts[kind] == nil {
			counts[kind] = map[link.State]int{}
		}
		counts[kind][link.State(row.State)] = int(row.N)
	}
	return counts, nil
}

// FailureFilter selects failed links. Empty fields select all that need a person.
type FailureFilter struct {
	State    link.State
	Kind     link.Kind
	Text     string
	BeforeAt time.Time // zero: the newest
	BeforeID uuid.UUID
	Limit    int
}

// Failures lists links that need a person, the newest first.
func (r Reader) Failures(ctx context.Context, org crm.OrgID, f FailureFilter) ([]link.Link, error) {
	if f.BeforeAt.IsZero() {
		f.BeforeAt, f.BeforeID = endOfTime, uuid.Max
	}
	rows, err := r.q.FailedLinks(ctx, db.FailedLinksParams{
		OrgID: org, State: string(f.State), Kind: string(f.Kind), Pattern: contains(f.Text),
		BeforeAt: instant.Ptr(f.BeforeAt), BeforeID: f.BeforeID, MaxRows: limit(f.Limit),
	})
	return links(rows, err, "list errors")
}

// Cause is why a group of links failed.
type Cause struct {
	Code, Kind string
	Action     link.Action
	Record     link.Kind
	Count      int
	Example    string
}

// FailureCauses groups what failed, the largest group first.
func (r Reader) FailureCauses(ctx context.Context, org crm.OrgID) ([]Cause, error) {
	rows, err := r.q.FailureCauses(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("group errors: %w", err)
	}
	causes := make([]Cause, len(rows))
	for i, row := range rows {
		causes[i] = Cause{row.ErrorCode, row.ErrorKind, link.Action(row.NextAction), link.Kind(row.Kind), int(row.N), row.Example}
	}
	return causes, nil
}

// CountFailures is how many links need a person, and how many of them nobody
// has looked at.
func (r Reader) CountFailures(ctx context.Context, org crm.OrgID) (all, unseen int, err error) {
	n, err := r.q.CountFailures(ctx, org)
	if err != nil {
		return 0, 0, fmt.Errorf("count errors: %w", err)
	}
	return int(n.Failures), int(n.Failures - n.Seen), nil
}

// Waiting names an organisation with links that are due at a service.
type Waiting struct {
	Org     crm.OrgID
	Service string
	Count   int
}

// LinksWaiting lists the organisations with links that are due.
func (r Reader) LinksWaiting(ctx context.Context, now time.Time) ([]Waiting, error) {
	rows, err := r.q.LinksWaiting(ctx, instant.At(now))
	if err != nil {
		return nil, fmt.Errorf("list waiting links: %w", err)
	}
	out := make([]Waiting, len(rows))
	for i, row := range rows {
		out[i] = Waiting{row.OrgID, row.Service, int(row.Waiting)}
	}
	return out, nil
}

// NextLinkDue is when the next link of an organisation is due; zero: none waits.
func (r Reader) NextLinkDue(ctx context.Context, org crm.OrgID, service string) (time.Time, error) {
	due, err := r.q.NextLinkDue(ctx, org, service)
	if err != nil || len(due) == 0 {
		return time.Time{}, err
	}
	return due[0].Time, nil
}

func links(rows []db.Link, err error, doing string) ([]link.Link, error) {
	if err != nil {
		return nil, fmt.Errorf("%s: %w", doing, err)
	}
	out := make([]link.Link, len(rows))
	for i, row := range rows {
		out[i] = linkOf(row)
	}
	return out, nil
}

func linkOf(row db.Link) link.Link {
	return link.Link{
		Key:   link.Key{Org: row.OrgID, Service: row.Service, Kind: link.Kind(row.Kind), Record: row.RecordID},
		Label: row.Label, RemoteID: row.RemoteID, RemoteNumber: row.RemoteNumber, RemoteVersion: row.RemoteVersion, Snapshot: row.Snapshot,
		State: link.State(row.State), Priority: int(row.Priority), Wanted: row.Wanted, Agreed: row.Agreed, Attempts: int(row.Attempts),
		DueAt: row.DueAt.Time, WriteKey: row.WriteKey,
		Problem:  link.Problem{Code: row.ErrorCode, Kind: row.ErrorKind, Text: row.ErrorText, Action: link.Action(row.NextAction)},
		FailedAt: row.FailedAt.Std(), SeenAt: row.SeenAt.Std(),
		FailedFor: link.Problem{Code: row.FailedCode, Text: row.FailedText}, Mend: link.Mend(row.Mend), MendedBy: row.MendedBy,
		DismissedBy: row.DismissedBy, DismissReason: row.DismissReason, UpdatedAt: row.UpdatedAt.Time,
	}
}
