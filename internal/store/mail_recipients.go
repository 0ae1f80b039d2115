package store

import (
	"context"
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Addressee is a customer as a campaign needs it.
type Addressee struct {
	Place    string // where a reading goes on behind it
	Position int    // among the recipients of a campaign, once it is one
	Planned  string // the address that the campaign planned with
	ID       crm.CustomerID
	Number   string
	Name     string
	Contact  string // first name of the first contact
	Email    string
	Consent  bool // to marketing
	Archived bool
}

// CampaignCustomers are up to max customers of a campaign's audience behind the
// place that it is at.
func (r Reader) CampaignCustomers(ctx context.Context, c mail.Campaign, max int) ([]Addressee, error) {
	if c.Audience.Kind == mail.Listed {
		return r.listed(ctx, c, max)
	}
	var after crm.CustomerID
	if c.Place != "" {
		var err error
		if after, err = crm.ParseID[crm.Customer](c.Place); err != nil {
			return nil, fmt.Errorf("read where a campaign is: %w", err)
		}
	}
	rows, err := r.q.CampaignCustomers(ctx, db.CampaignCustomersParams{
		OrgID: c.Org, After: after, Everybody: c.Audience.Kind != mail.Everybody || c.Category.Stream() != mail.Marketing, Pattern: contains(c.Audience.Search), MaxRows: batch(max),
	})
	if err != nil {
		return nil, fmt.Errorf("read the customers of a campaign: %w", err)
	}
	return each(rows, func(x db.CampaignCustomersRow) Addressee {
		return Addressee{Place: x.ID.String(), ID: x.ID, Number: x.Number, Name: x.Name, Contact: x.Contact, Email: x.Email, Consent: x.MarketingConsent, Archived: x.ArchivedAt != nil}
	}), nil
}

func (r Reader) listed(ctx context.Context, c mail.Campaign, max int) ([]Addressee, error) {
	after := 0
	if c.Place != "" {
		var err error
		if after, err = strconv.Atoi(c.Place); err != nil {
			return nil, fmt.Errorf("read where a campaign is: %w", err)
		}
	}
	rows, err := r.q.CampaignListed(ctx, db.CampaignListedParams{CampaignID: c.ID.UUID, OrgID: c.Org, After: int64(after), MaxRows: batch(max)})
	if err != nil {
		return nil, fmt.Errorf("read the list of a campaign: %w", err)
	}
	return each(rows, func(x db.CampaignListedRow) Addressee {
		return Addressee{Place: strconv.FormatInt(x.Line, 10), ID: x.ID, Number: x.Number, Name: x.Name, Contact: x.Contact, Email: x.Email, Consent: x.MarketingConsent, Archived: x.ArchivedAt != nil}
	}), nil
}

// AddRecipient adds a customer to a campaign. It reports false when the address
// is in it already.
func (t *Tx) AddRecipient(ctx context.Context, r mail.Recipient) (bool, error) {
	n, err := t.q.InsertRecipient(ctx, db.InsertRecipientParams{
		CampaignID: r.Campaign.UUID, Position: int64(r.Position), OrgID: r.Org, CustomerID: r.Customer, Address: r.Address, Name: r.Name,
		State: string(r.State), Code: r.Problem.Code, Reason: r.Problem.Text,
	})
	return n > 0, doing(err, "add a recipient to a campaign")
}

// WaitingRecipients are up to max of a campaign whose turn comes behind a
// position, as their customers are now.
func (r Reader) WaitingRecipients(ctx context.Context, c mail.Campaign, after, max int) ([]Addressee, error) {
	rows, err := r.q.WaitingRecipients(ctx, db.WaitingRecipientsParams{CampaignID: c.ID.UUID, OrgID: c.Org, After: int64(after), MaxRows: batch(max)})
	if err != nil {
		return nil, fmt.Errorf("read the recipients of a campaign: %w", err)
	}
	return each(rows, func(x db.WaitingRecipientsRow) Addressee {
		return Addressee{Position: int(x.Position), Planned: x.Address, ID: x.ID, Number: x.Number, Name: x.Name, Contact: x.Contact, Email: x.Email, Consent: x.MarketingConsent, Archived: x.ArchivedAt != nil}
	}), nil
}

// Recipient is one of a campaign, without how its mail stands. A missing one is
// an Error of kind NotFound.
func (r Reader) Recipient(ctx context.Context, c mail.Campaign, position int) (mail.Recipient, error) {
	row, err := r.q.Recipient(ctx, c.ID.UUID, c.Org, int64(position))
	if err != nil {
		return mail.Recipient{}, notFound(err, "recipient in this campaign")
	}
	out := mail.Recipient{Campaign: c.ID, Org: c.Org, Position: int(row.Position), Customer: row.CustomerID, Address: row.Address, Name: row.Name,
		State: mail.RecipientState(row.State), Problem: mail.Problem{Code: row.Code, Text: row.Reason}}
	if row.MailID != nil {
		out.Mail = &mail.ID{UUID: *row.MailID}
	}
	return out, nil
}

// SettleRecipient keeps what became of a recipient that waited. It reports false
// when somebody was faster.
func (t *Tx) SettleRecipient(ctx context.Context, r mail.Recipient) (bool, error) {
	params := db.SettleRecipientParams{State: string(r.State), Address: r.Address, Code: r.Problem.Code, Reason: r.Problem.Text,
		CampaignID: r.Campaign.UUID, OrgID: r.Org, Position: int64(r.Position)}
	if r.Mail != nil {
		params.MailID = &r.Mail.UUID
	}
	n, err := t.q.SettleRecipient(ctx, params)
	return n > 0, doing(err, "settle a recipient of a campaign")
}

// AddressTaken reports whether another recipient of a campaign that is held has
// an address.
func (t *Tx) AddressTaken(ctx context.Context, r mail.Recipient) (bool, error) {
	n, err := t.q.AddressTaken(ctx, db.AddressTakenParams{CampaignID: r.Campaign.UUID, OrgID: r.Org, Address: r.Address, Position: int64(r.Position)})
	return n > 0, doing(err, "look for an address in a campaign")
}

// campaignBatch is how much of a campaign one transaction changes.
const campaignBatch = 500

// CancelRecipients takes up to 500 that wait and as many mails that have not
// left back. It reports how many.
func (t *Tx) CancelRecipients(ctx context.Context, c mail.Campaign, why string) (int, error) {
	waiting, err := t.q.CancelRecipients(ctx, c.ID.UUID, c.Org, campaignBatch)
	if err != nil {
		return 0, fmt.Errorf("cancel the recipients of a campaign: %w", err)
	}
	mails, err := t.q.CancelCampaignMails(ctx, db.CancelCampaignMailsParams{Now: instant.Ptr(t.Now()), OrgID: c.Org, CampaignID: &c.ID.UUID, ErrorText: why, MaxRows: campaignBatch})
	return int(waiting + mails), doing(err, "take the mails of a campaign back")
}

// ReleaseCampaignMails lets mails leave that waited for a campaign to go on.
func (t *Tx) ReleaseCampaignMails(ctx context.Context, c mail.Campaign) error {
	_, err := t.q.ReleaseCampaignMails(ctx, db.ReleaseCampaignMailsParams{Now: instant.At(t.Now()), OrgID: c.Org, CampaignID: &c.ID.UUID, ErrorCode: mail.HeldForCampaign})
	return doing(err, "let the mails of a campaign leave")
}

// CountRetriable is how many mails of a campaign failed and certainly never left.
func (r Reader) CountRetriable(ctx context.Context, c mail.Campaign) (int, error) {
	n, err := r.q.CountRetriable(ctx, c.Org, &c.ID.UUID, mail.Uncertain)
	return int(n), doing(err, "count what failed in a campaign")
}

// RetryMails queues up to 500 of them again. It reports how many.
func (t *Tx) RetryMails(ctx context.Context, c mail.Campaign) (int, error) {
	n, err := t.q.RetryCampaignMails(ctx, db.RetryCampaignMailsParams{Now: instant.At(t.Now()), OrgID: c.Org, CampaignID: &c.ID.UUID, Uncertain: mail.Uncertain, MaxRows: campaignBatch})
	return int(n), doing(err, "retry what failed in a campaign")
}

// RetryUnwritten lets recipients wait again for whom the template lacked
// something, up to 500 behind a position, where no other has their address. The
// campaign has to be held. It reports how many, and the last position; 0: none.
func (t *Tx) RetryUnwritten(ctx context.Context, c mail.Campaign, after int) (again, last int, err error) {
	rows, err := t.q.UnwrittenRecipients(ctx, db.UnwrittenRecipientsParams{CampaignID: c.ID.UUID, OrgID: c.Org, Code: mail.CannotBeMade, After: int64(after), MaxRows: campaignBatch})
	if err != nil {
		return 0, 0, fmt.Errorf("read whom a campaign could not write to: %w", err)
	}
	for _, row := range rows {
		last = int(row.Position)
		taken, err := t.AddressTaken(ctx, mail.Recipient{Campaign: c.ID, Org: c.Org, Address: row.Address, Position: last})
		if err != nil {
			return 0, 0, err
		}
		if taken {
			continue
		}
		n, err := t.q.WaitAgain(ctx, c.ID.UUID, c.Org, row.Position)
		if err != nil {
			return 0, 0, fmt.Errorf("retry a recipient: %w", err)
		}
		again += int(n)
	}
	return again, last, nil
}

// Recipients lists those of a campaign in the order in which it goes.
func (r Reader) Recipients(ctx context.Context, c mail.Campaign, f mail.RecipientFilter) (Page[mail.Recipient], error) {
	if f.OfMail() {
		return r.recipientsByMail(ctx, c, f)
	}
	after := int64(-1)
	if f.After != "" {
		var err error
		if after, err = strconv.ParseInt(f.After, 10, 64); err != nil {
			return Page[mail.Recipient]{}, badCursor()
		}
	}
	size := limit(f.Limit)
	var rows []db.RecipientsRow
	var err error
	if o := mail.RecipientState(f.Outcome); o == mail.RecipientWaiting || o == mail.RecipientSkipped {
		var in []db.RecipientsInStateRow
		in, err = r.q.RecipientsInState(ctx, db.RecipientsInStateParams{CampaignID: c.ID.UUID, OrgID: c.Org, State: string(f.Outcome), After: after, Pattern: contains(f.Text), MaxRows: size + 1})
		rows = each(in, func(x db.RecipientsInStateRow) db.RecipientsRow { return db.RecipientsRow(x) })
	} else {
		rows, err = r.q.Recipients(ctx, db.RecipientsParams{CampaignID: c.ID.UUID, OrgID: c.Org, After: after, Outcome: string(f.Outcome), Pattern: contains(f.Text), MaxRows: size + 1})
	}
	if err != nil {
		return Page[mail.Recipient]{}, fmt.Errorf("list the recipients of a campaign: %w", err)
	}
	return page(each(rows, func(x db.RecipientsRow) mail.Recipient { return recipientOf(c, x) }), size, func(x mail.Recipient) string { return strconv.Itoa(x.Position) }), nil
}

func (r Reader) recipientsByMail(ctx context.Context, c mail.Campaign, f mail.RecipientFilter) (Page[mail.Recipient], error) {
	after, err := parseIDCursor[mail.Message](f.After, uuid.Nil)
	if err != nil {
		return Page[mail.Recipient]{}, err
	}
	size := limit(f.Limit)
	rows, err := r.q.RecipientsByMail(ctx, db.RecipientsByMailParams{CampaignID: &c.ID.UUID, OrgID: c.Org, State: string(f.Outcome), After: after.UUID, Pattern: contains(f.Text), MaxRows: size + 1})
	if err != nil {
		return Page[mail.Recipient]{}, fmt.Errorf("list the recipients of a campaign: %w", err)
	}
	return page(each(rows, func(x db.RecipientsByMailRow) mail.Recipient { return recipientOf(c, db.RecipientsRow(x)) }), size, func(x mail.Recipient) string { return x.Mail.String() }), nil
}

func recipientOf(c mail.Campaign, x db.RecipientsRow) mail.Recipient {
	out := mail.Recipient{Campaign: c.ID, Org: c.Org, Position: int(x.Position), Customer: x.CustomerID, Address: x.Address, Name: x.Name,
		Problem: mail.Problem{Code: x.Code, Text: x.Reason}, Outcome: mail.Outcome(x.Outcome)}
	if x.Problem != "" {
		out.Problem.Text = x.Problem
	}
	if x.MailID != nil {
		out.Mail = &mail.ID{UUID: *x.MailID}
	}
	return out
}
