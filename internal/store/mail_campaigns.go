package store

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// AddCampaign keeps a new campaign, without recipients.
func (t *Tx) AddCampaign(ctx context.Context, c mail.Campaign) error {
	return doing(t.q.InsertCampaign(ctx, db.InsertCampaignParams{
		ID: c.ID.UUID, OrgID: c.Org, Name: c.Name, Template: c.Template, Category: string(c.Category), Audience: string(c.Audience.Kind), Search: c.Audience.Search,
		State: string(c.State), StartAt: instant.Maybe(c.StartAt), Actor: c.Actor, Now: instant.At(t.Now()),
	}), "keep a campaign")
}

// Campaign is one. A missing one is an Error of kind NotFound.
func (r Reader) Campaign(ctx context.Context, org crm.OrgID, id mail.CampaignID) (mail.Campaign, error) {
	row, err := r.q.Campaign(ctx, org, id.UUID)
	if err != nil {
		return mail.Campaign{}, notFound(err, "campaign")
	}
	return campaignOf(row), nil
}

// CampaignState is where one stands. A missing one is an Error of kind NotFound.
func (r Reader) CampaignState(ctx context.Context, org crm.OrgID, id mail.CampaignID) (mail.CampaignState, error) {
	state, err := r.q.CampaignState(ctx, org, id.UUID)
	if err != nil {
		return "", notFound(err, "campaign")
	}
	return mail.CampaignState(state), nil
}

// Campaigns lists campaigns, the newest first.
func (r Reader) Campaigns(ctx context.Context, org crm.OrgID, f mail.CampaignFilter) (Page[mail.Campaign], error) {
	before, err := parseIDCursor[mail.Campaign](f.After, uuid.Max)
	if err != nil {
		return Page[mail.Campaign]{}, err
	}
	size := limit(f.Limit)
	var rows []db.MailCampaign
	if f.State == "" {
		rows, err = r.q.Campaigns(ctx, db.CampaignsParams{OrgID: org, Before: before.UUID, Pattern: contains(f.Text), MaxRows: size + 1})
	} else {
		rows, err = r.q.CampaignsInState(ctx, db.CampaignsInStateParams{OrgID: org, State: string(f.State), Before: before.UUID, Pattern: contains(f.Text), MaxRows: size + 1})
	}
	if err != nil {
		return Page[mail.Campaign]{}, fmt.Errorf("list campaigns: %w", err)
	}
	return page(each(rows, campaignOf), size, func(c mail.Campaign) string { return c.ID.String() }), nil
}

// OpenCampaigns are an organisation's campaigns that something has to be done for.
func (r Reader) OpenCampaigns(ctx context.Context, org crm.OrgID) ([]mail.Campaign, error) {
	rows, err := r.q.OpenCampaigns(ctx, org)
	if err != nil {
		return nil, fmt.Errorf("list campaigns that go: %w", err)
	}
	return each(rows, campaignOf), nil
}

// OrganisationsWithCampaigns are those with campaigns that something has to be
// done for now. Lists that nobody has read on since stale are given up.
func (r Reader) OrganisationsWithCampaigns(ctx context.Context, now, stale time.Time) ([]crm.OrgID, error) {
	orgs, err := r.q.OrganisationsWithCampaigns(ctx, instant.Ptr(now), instant.At(stale))
	return orgs, doing(err, "list organisations with campaigns")
}

// StepCampaign moves a campaign on from a state. It returns an Error of kind
// Conflict when it is in another.
func (t *Tx) StepCampaign(ctx context.Context, c mail.Campaign, from mail.CampaignState) error {
	n, err := t.q.StepCampaign(ctx, db.StepCampaignParams{
		State: string(c.State), Problem: c.Problem, StartAt: instant.Maybe(c.StartAt), BegunAt: instant.Maybe(c.BegunAt), ResumedAt: instant.Maybe(c.ResumedAt),
		EndedAt: instant.Maybe(c.EndedAt), Settled: int64(c.Settled), Now: instant.At(t.Now()), OrgID: c.Org, ID: c.ID.UUID, Was: string(from),
	})
	switch {
	case err != nil:
		return fmt.Errorf("step a campaign: %w", err)
	case n == 0:
		return crm.Errorf(crm.Conflict, "This campaign has gone on meanwhile. Look at it again.")
	default:
		return nil
	}
}

// HoldCampaign keeps a campaign in a state until the transaction ends. It
// reports false when it is in another.
func (t *Tx) HoldCampaign(ctx context.Context, c mail.Campaign, state mail.CampaignState) (bool, error) {
	n, err := t.q.HoldCampaign(ctx, db.HoldCampaignParams{Now: instant.At(t.Now()), OrgID: c.Org, ID: c.ID.UUID, State: string(state)})
	return n > 0, doing(err, "hold a campaign")
}

// AdvanceCampaign keeps how far a campaign is planned. It reports false when
// somebody else has planned on, or it is planned no more.
func (t *Tx) AdvanceCampaign(ctx context.Context, c mail.Campaign, place string, planned int) (bool, error) {
	n, err := t.q.AdvanceCampaign(ctx, db.AdvanceCampaignParams{Place: place, Planned: int64(planned), Now: instant.At(t.Now()), OrgID: c.Org, ID: c.ID.UUID, Was: c.Place})
	return n > 0, doing(err, "plan a campaign")
}

// CampaignTally counts how the recipients of a campaign stand.
func (r Reader) CampaignTally(ctx context.Context, c mail.Campaign) (mail.CampaignTally, error) {
	tally := mail.CampaignTally{Recipients: map[mail.RecipientState]int{}, Mails: map[mail.State]int{}}
	recipients, err := r.q.CountRecipients(ctx, c.ID.UUID, c.Org)
	if err != nil {
		return tally, fmt.Errorf("count the recipients of a campaign: %w", err)
	}
	for _, row := range recipients {
		tally.Recipients[mail.RecipientState(row.State)] = int(row.N)
	}
	if tally.Recipients[mail.RecipientQueued] == 0 {
		return tally, nil
	}
	mails, err := r.q.CountCampaignMails(ctx, &c.ID.UUID)
	for _, row := range mails {
		tally.Mails[mail.State(row.State)] = int(row.N)
	}
	return tally, doing(err, "count the mails of a campaign")
}

// MailsWaitingIn is how many mails of a campaign have yet to leave.
func (r Reader) MailsWaitingIn(ctx context.Context, id mail.CampaignID) (int, error) {
	n, err := r.q.CountMailsWaitingIn(ctx, &id.UUID)
	return int(n), doing(err, "count the mails of a campaign that wait")
}

// reasonsShown is how many reasons are told apart.
const reasonsShown = 50

// SkipReasons groups whom a campaign leaves out, the largest group first.
func (r Reader) SkipReasons(ctx context.Context, c mail.Campaign) ([]mail.SkipReason, error) {
	planned, err := r.q.CountSkipped(ctx, c.ID.UUID, c.Org, reasonsShown)
	if err != nil {
		return nil, fmt.Errorf("group whom a campaign leaves out: %w", err)
	}
	held, err := r.q.CountHeldBack(ctx, &c.ID.UUID, c.Org, reasonsShown)
	if err != nil {
		return nil, fmt.Errorf("group what a campaign holds back: %w", err)
	}
	out := each(planned, func(x db.CountSkippedRow) mail.SkipReason { return mail.SkipReason{Code: x.Code, Text: x.Reason, Count: int(x.N)} })
	return append(out, each(held, func(x db.CountHeldBackRow) mail.SkipReason { return mail.SkipReason{Code: x.Code, Text: x.Reason, Count: int(x.N)} })...), nil
}

func campaignOf(x db.MailCampaign) mail.Campaign {
	return mail.Campaign{
		ID: mail.CampaignID{UUID: x.ID}, Org: x.OrgID, Name: x.Name, Template: x.Template, Category: mail.Category(x.Category),
		Audience: mail.Audience{Kind: mail.AudienceKind(x.Audience), Search: x.Search}, State: mail.CampaignState(x.State), StartAt: x.StartAt.Std(), Place: x.Place,
		Planned: int(x.Planned), Lines: int(x.Lines), BadLines: int(x.BadLines), Settled: int(x.Settled), Problem: x.Problem, Actor: x.Actor, CreatedAt: x.CreatedAt.Time,
		BegunAt: x.BegunAt.Std(), ResumedAt: x.ResumedAt.Std(), EndedAt: x.EndedAt.Std(), UpdatedAt: x.UpdatedAt.Time,
	}
}
