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

// MendFigures adds up the mail of a day anew, by a clock in loc, and reports how
// many figures were wrong. Who counts on this day meanwhile waits until the
// transaction ends.
func (t *Tx) MendFigures(ctx context.Context, org crm.OrgID, day crm.Day, loc *time.Location) (wrong int, err error) {
	if err := t.q.HoldFigures(ctx, org, day.String()); err != nil {
		return 0, fmt.Errorf("hold what became of mail: %w", err)
	}
	changes := figureChanges{}
	since := day.Time(loc)
	err = t.eachThatLeft(ctx, org, since, day.AddDays(1).Time(loc), func(all []mail.Message) error {
		for _, m := range all {
			changes.add(org, m.FigureKeys(loc), m.Figures())
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	kept, err := t.q.FiguresOn(ctx, org, day.String())
	if err != nil {
		return 0, fmt.Errorf("read what became of mail: %w", err)
	}
	for _, row := range kept {
		changes.add(org, []mail.FigureKey{{Facet: mail.Facet(row.Facet), Value: row.Value, Day: day}}, mail.Figures{}.Minus(figuresOf(row)))
	}
	for place, f := range changes {
		if f == (mail.Figures{}) {
			delete(changes, place)
		}
	}
	t.figures = changes
	return len(changes), nil
}

// MendMonth makes the figures of a month that are kept beside those of its days
// equal to them, and reports how many were not. One statement reads both, so that
// what others add meanwhile is in both or in neither.
func (t *Tx) MendMonth(ctx context.Context, org crm.OrgID, month crm.Day) (wrong int, err error) {
	first := monthOf(month)
	rows, err := t.q.MonthsOff(ctx, org, first.String(), crm.NewDay(first.Year(), first.Month()+1, 1).AddDays(-1).String())
	if err != nil {
		return 0, fmt.Errorf("compare months with their days: %w", err)
	}
	changes := figureChanges{}
	for _, r := range rows {
		f := mail.Figures{Sent: int(r.Sent), Delivered: int(r.Delivered), Opened: int(r.Opened), OpenedByPerson: int(r.OpenedByPerson), Clicked: int(r.Clicked),
			ClickedByPerson: int(r.ClickedByPerson), Bounced: int(r.Bounced), Complained: int(r.Complained), Unsubscribed: int(r.Unsubscribed), Stopped: int(r.Stopped)}
		if f != (mail.Figures{}) {
			changes.add(org, []mail.FigureKey{{Facet: domainMonth, Value: r.Value, Day: first}}, f)
		}
	}
	t.figures = changes
	return len(changes), nil
}

// pageThatLeft is how many mails are read at once.
const pageThatLeft = 500

// eachThatLeft hands out the mails that left from since until before until, in
// the order in which they left.
func (r Reader) eachThatLeft(ctx context.Context, org crm.OrgID, since, until time.Time, do func([]mail.Message) error) error {
	p := db.MailsThatLeftParams{OrgID: org, Since: instant.Ptr(since), Until: instant.Ptr(until), MaxRows: pageThatLeft}
	for {
		rows, err := r.q.MailsThatLeft(ctx, p)
		if err != nil {
			return fmt.Errorf("list mails that left: %w", err)
		}
		if len(rows) == 0 {
			return nil
		}
		if err := do(each(rows, mailOf)); err != nil {
			return err
		}
		last := rows[len(rows)-1]
		p.Since, p.After = last.LeftAt, last.ID
	}
}

// MailsBehind are the mails that left in a time and of which more was told than
// they show.
func (r Reader) MailsBehind(ctx context.Context, org crm.OrgID, since, until time.Time) (behind []mail.ID, err error) {
	err = r.eachThatLeft(ctx, org, since, until, func(all []mail.Message) error {
		told, err := r.eventsOf(ctx, all)
		for _, m := range all {
			folded := m
			for _, e := range told[m.ID.UUID] {
				folded.Fold(e)
			}
			if folded != m && !sameTimes(folded, m) {
				behind = append(behind, m.ID)
			}
		}
		return err
	})
	return behind, err
}

// sameTimes compares what messages show by value.
func sameTimes(a, b mail.Message) bool {
	if a.State != b.State || a.Problem != b.Problem {
		return false
	}
	x, y := a.Times, b.Times
	for _, pair := range [][2]*time.Time{
		{x.Sent, y.Sent}, {x.Delayed, y.Delayed}, {x.Delivered, y.Delivered}, {x.Opened, y.Opened}, {x.Clicked, y.Clicked}, {x.OpenedByPerson, y.OpenedByPerson},
		{x.ClickedByPerson, y.ClickedByPerson}, {x.Bounced, y.Bounced}, {x.Complained, y.Complained}, {x.Failed, y.Failed}, {x.Suppressed, y.Suppressed}, {x.Cancelled, y.Cancelled},
	} {
		if (pair[0] == nil) != (pair[1] == nil) || pair[0] != nil && !pair[0].Equal(*pair[1]) {
			return false
		}
	}
	return true
}

// eventsOf is what was told of some mails.
func (r Reader) eventsOf(ctx context.Context, all []mail.Message) (map[uuid.UUID][]mail.Event, error) {
	values := make([]any, len(all))
	for i, m := range all {
		values[i] = m.ID.UUID.String()
	}
	rows, err := r.raw.Query(ctx, "select mail_id, what, at, agent, permanent, code, text from mail_events where mail_id in ("+parameters(1, len(all))+")", values...)
	if err != nil {
		return nil, fmt.Errorf("list what was told of mails: %w", err)
	}
	defer rows.Close()
	told := map[uuid.UUID][]mail.Event{}
	for rows.Next() {
		var id uuid.UUID
		var at instant.Time
		var e mail.Event
		if err := rows.Scan(&id, &e.What, &at, &e.Agent, &e.Permanent, &e.Code, &e.Text); err != nil {
			return nil, fmt.Errorf("read what was told of mails: %w", err)
		}
		e.At = at.Time
		told[id] = append(told[id], e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read what was told of mails: %w", err)
	}
	return told, nil
}

// FirstThatLeft is when the first mail of an organisation left; nil: none has.
func (r Reader) FirstThatLeft(ctx context.Context, org crm.OrgID) (*time.Time, error) {
	rows, err := r.q.FirstThatLeft(ctx, org)
	if err != nil || len(rows) == 0 {
		return nil, doing(err, "find the first mail")
	}
	return rows[0].Std(), nil
}

// FiguresCounted keeps by which zone's clock the days of an organisation's
// figures were told apart.
func (t *Tx) FiguresCounted(ctx context.Context, org crm.OrgID, zone string) error {
	return doing(t.q.SetFiguresZone(ctx, zone, org), "keep that mail was added up")
}

// LastMarketingTo is the marketing mail that left last to an address. The zero
// ID: none has.
func (r Reader) LastMarketingTo(ctx context.Context, org crm.OrgID, address string) (mail.ID, error) {
	ids, err := r.q.LastMarketingTo(ctx, org, address)
	if err != nil || len(ids) == 0 {
		return mail.ID{}, doing(err, "find the last marketing mail")
	}
	return mail.ID{UUID: ids[0]}, nil
}

func figuresOf(row db.MailFigure) mail.Figures {
	return mail.Figures{Sent: int(row.Sent), Delivered: int(row.Delivered), Opened: int(row.Opened), OpenedByPerson: int(row.OpenedByPerson), Clicked: int(row.Clicked),
		ClickedByPerson: int(row.ClickedByPerson), Bounced: int(row.Bounced), Complained: int(row.Complained), Unsubscribed: int(row.Unsubscribed), Stopped: int(row.Stopped)}
}
