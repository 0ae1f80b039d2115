package store

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
)

// domainMonth holds the figures of whole months by domain, of which there are
// so many that months of days would take long to add up.
const domainMonth mail.Facet = "domain_month"

// figureChanges are what a transaction adds to figures.
type figureChanges map[figurePlace]mail.Figures

type figurePlace struct {
	org crm.OrgID
	mail.FigureKey
}

func (c figureChanges) add(org crm.OrgID, keys []mail.FigureKey, f mail.Figures) {
	for _, key := range keys {
		place := figurePlace{org, key}
		c[place] = c[place].Plus(f)
	}
}

// withMonths adds to months what is added to their days.
func (c figureChanges) withMonths() figureChanges {
	all := maps.Clone(c)
	for place, f := range c {
		if place.Facet == mail.ByDomain {
			place.Facet, place.Day = domainMonth, monthOf(place.Day)
			all[place] = all[place].Plus(f)
		}
	}
	maps.DeleteFunc(all, func(_ figurePlace, f mail.Figures) bool { return f == mail.Figures{} })
	return all
}

// sorted are the places in the order in which everybody holds them: those of all
// mail first, by day.
func (c figureChanges) sorted() []figurePlace {
	return slices.SortedFunc(maps.Keys(c), func(a, b figurePlace) int {
		return cmp.Or(
			cmp.Compare(a.org.String(), b.org.String()), -cmp.Compare(overall(a), overall(b)), cmp.Compare(a.Facet, b.Facet),
			a.Day.Compare(b.Day), cmp.Compare(a.Value, b.Value))
	})
}

func overall(p figurePlace) int {
	if p.Facet == mail.Overall {
		return 1
	}
	return 0
}

func monthOf(d crm.Day) crm.Day { return crm.NewDay(d.Year(), d.Month(), 1) }

// count takes into the figures that a mail changed.
func (t *Tx) count(ctx context.Context, before, after mail.Message) error {
	was, is := before.Figures(), after.Figures()
	if was == is && is == (mail.Figures{}) {
		return nil
	}
	loc, err := t.location(ctx, after.Org)
	if err != nil {
		return err
	}
	old, now := before.FigureKeys(loc), after.FigureKeys(loc)
	if was == is && slices.Equal(old, now) {
		return nil
	}
	if t.figures == nil {
		t.figures = figureChanges{}
	}
	t.figures.add(after.Org, old, mail.Figures{}.Minus(was))
	t.figures.add(after.Org, now, is)
	return nil
}

// location is where an organisation's clock stands, read once in a transaction.
func (t *Tx) location(ctx context.Context, org crm.OrgID) (*time.Location, error) {
	if loc, known := t.zones[org]; known {
		return loc, nil
	}
	o, err := t.Organisation(ctx, org)
	if err != nil {
		return nil, err
	}
	if t.zones == nil {
		t.zones = map[crm.OrgID]*time.Location{}
	}
	t.zones[org] = o.Location()
	return t.zones[org], nil
}

// keepFigures adds what the transaction counted, as the last thing that it does,
// so that others who count on the same day hardly wait.
func (t *Tx) keepFigures(ctx context.Context) error {
	changes := t.figures.withMonths()
	t.figures = nil
	const most = 500 // rows in a statement
	for places := range slices.Chunk(changes.sorted(), most) {
		if err := t.addFigures(ctx, places, changes); err != nil {
			return fmt.Errorf("count what became of mail: %w", err)
		}
	}
	return nil
}

var figureColumns = []string{"sent", "delivered", "opened", "opened_by_person", "clicked", "clicked_by_person", "bounced", "complained", "unsubscribed", "stopped"}

func (t *Tx) addFigures(ctx context.Context, places []figurePlace, changes figureChanges) error {
	width := 4 + len(figureColumns)
	rows := make([]string, len(places))
	values := make([]any, 0, width*len(places))
	for i, p := range places {
		f := changes[p]
		rows[i] = "(" + parameters(i*width+1, width) + ")"
		values = append(values, p.org.String(), string(p.Facet), p.Day.String(), p.Value, int64(f.Sent), int64(f.Delivered), int64(f.Opened), int64(f.OpenedByPerson),
			int64(f.Clicked), int64(f.ClickedByPerson), int64(f.Bounced), int64(f.Complained), int64(f.Unsubscribed), int64(f.Stopped))
	}
	sums := make([]string, len(figureColumns))
	for i, column := range figureColumns {
		sums[i] = column + " = mail_figures." + column + " + excluded." + column
	}
	_, err := t.raw.Exec(ctx, "insert into mail_figures (org_id, facet, day, value, "+strings.Join(figureColumns, ", ")+") values "+strings.Join(rows, ", ")+
		" on conflict (org_id, facet, day, value) do update set "+strings.Join(sums, ", "), values...)
	return err
}

// DayFigures is what became of the mail of a day.
type DayFigures struct {
	Day crm.Day
	mail.Figures
}

// FigureFilter selects figures of days, the last one included.
type FigureFilter struct {
	Facet       mail.Facet
	Value       string // of the facet
	First, Last crm.Day
}

// FiguresByDay are those of one value of a facet, the earliest first. Days on
// which nothing left are missing.
func (r Reader) FiguresByDay(ctx context.Context, org crm.OrgID, f FigureFilter) ([]DayFigures, error) {
	rows, err := r.q.FiguresByDay(ctx, db.FiguresByDayParams{OrgID: org, Facet: string(f.Facet), First: f.First.String(), Last: f.Last.String(), Value: f.Value})
	if err != nil {
		return nil, fmt.Errorf("read what became of mail: %w", err)
	}
	all := make([]DayFigures, 0, len(rows))
	for _, row := range rows {
		day, err := crm.ParseDay(row.Day)
		if err != nil {
			return nil, fmt.Errorf("read what became of mail: %w", err)
		}
		all = append(all, DayFigures{day, mail.Figures{Sent: int(row.Sent), Delivered: int(row.Delivered), Opened: int(row.Opened), OpenedByPerson: int(row.OpenedByPerson),
			Clicked: int(row.Clicked), ClickedByPerson: int(row.ClickedByPerson), Bounced: int(row.Bounced), Complained: int(row.Complained),
			Unsubscribed: int(row.Unsubscribed), Stopped: int(row.Stopped)}})
	}
	return all, nil
}

// FiguresOf are those of all values of a facet.
func (r Reader) FiguresOf(ctx context.Context, org crm.OrgID, f FigureFilter) (map[string]mail.Figures, error) {
	sums := map[string]mail.Figures{}
	for _, part := range f.parts() {
		rows, err := r.q.FiguresOf(ctx, db.FiguresOfParams{OrgID: org, Facet: string(part.Facet), First: part.First.String(), Last: part.Last.String()})
		if err != nil {
			return nil, fmt.Errorf("add up what became of mail: %w", err)
		}
		for _, row := range rows {
			sums[row.Value] = sums[row.Value].Plus(mail.Figures{Sent: int(row.Sent), Delivered: int(row.Delivered), Opened: int(row.Opened), OpenedByPerson: int(row.OpenedByPerson),
				Clicked: int(row.Clicked), ClickedByPerson: int(row.ClickedByPerson), Bounced: int(row.Bounced), Complained: int(row.Complained),
				Unsubscribed: int(row.Unsubscribed), Stopped: int(row.Stopped)})
		}
	}
	maps.DeleteFunc(sums, func(_ string, f mail.Figures) bool { return f == mail.Figures{} })
	return sums, nil
}

// parts reads whole months at once where they are kept.
func (f FigureFilter) parts() []FigureFilter {
	if f.Facet != mail.ByDomain {
		return []FigureFilter{f}
	}
	begin := monthOf(f.First) // of the first whole month
	if begin != f.First {
		begin = crm.NewDay(f.First.Year(), f.First.Month()+1, 1)
	}
	end := monthOf(f.Last.AddDays(1)) // behind the last whole month
	if !begin.Before(end) {
		return []FigureFilter{f}
	}
	parts := []FigureFilter{{Facet: domainMonth, First: begin, Last: end.AddDays(-1)}}
	if f.First.Before(begin) {
		parts = append(parts, FigureFilter{Facet: mail.ByDomain, First: f.First, Last: begin.AddDays(-1)})
	}
	if !f.Last.Before(end) {
		parts = append(parts, FigureFilter{Facet: mail.ByDomain, First: end, Last: f.Last})
	}
	return parts
}
