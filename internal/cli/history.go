package cli

import (
	"context"
	"io"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/synclog"
)

type historyCommand struct {
	List   historyList   `cmd:"" default:"withargs" help:"List operations with services, the newest first."`
	Show   historyShow   `cmd:"" help:"Show an operation with what was sent and what came back."`
	Export historyExport `cmd:"" help:"Write operations to a file."`
}

// historyFilter selects operations.
type historyFilter struct {
	orgPlace  `embed:""`
	Service   string `help:"Only with this service: xero or resend."`
	Kind      string `help:"Only on records of this kind, such as invoice."`
	Status    string `help:"Only with this end: success, failed or pending."`
	Direction string `help:"Only in this direction: out or in."`
	Who       string `help:"Only made by this person, or by sync, schedule or webhook."`
	From      string `help:"First day, on the organisation's clock." placeholder:"YYYY-MM-DD"`
	To        string `help:"Last day." placeholder:"YYYY-MM-DD"`
	Text      string `help:"Words in the record's label or id, the error or who made it."`
}

func (f historyFilter) filter(o crm.Organisation) (synclog.Filter, error) {
	out := synclog.Filter{Service: f.Service, EntityType: f.Kind, Text: f.Text, Status: synclog.Status(f.Status), Direction: synclog.Direction(f.Direction), Actor: f.Who}
	from, err := dayOf(f.From)
	if err != nil {
		return out, err
	}
	to, err := dayOf(f.To)
	if err != nil {
		return out, err
	}
	if !from.IsZero() {
		out.From = from.Time(o.Location())
	}
	if !to.IsZero() {
		out.Until = to.AddDays(1).Time(o.Location())
	}
	return out, nil
}

// dayOf reads a day; none is the zero Day.
func dayOf(text string) (crm.Day, error) {
	if text == "" {
		return crm.Day{}, nil
	}
	return crm.ParseDay(text)
}

type historyList struct {
	historyFilter `embed:""`
	Limit         int `default:"50" help:"How many at most, up to 200."`
}

// Run lists operations.
func (l *historyList) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		f, err := l.filter(d.org)
		if err != nil {
			return err
		}
		f.Limit = l.Limit
		rows, err := d.Store.Entries(ctx, d.org.ID, f)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return out.tell("There is no such operation.")
		}
		c := columnsOf(out, "ID", "AT", "DIRECTION", "KIND", "LABEL", "ACTION", "STATUS", "WHO", "ERROR")
		for _, e := range rows {
			c.row(e.ID, moment(&e.At), e.Direction, e.EntityType, e.Label, e.Action, e.Status, e.Actor, e.Error)
		}
		return c.Flush()
	})
}

type historyShow struct {
	orgPlace `embed:""`
	ID       uuid.UUID `arg:"" help:"Id of the operation, as renoz history list shows it."`
}

// Run shows an operation with its call, while that is kept.
func (s *historyShow) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		e, err := d.Store.Entry(ctx, d.org.ID, s.ID)
		if err != nil {
			return err
		}
		c := columnsOf(out)
		c.row("operation", string(e.Action)+" "+e.EntityType+" "+e.Label)
		c.row("record", e.EntityID)
		c.row("direction", e.Direction)
		c.row("at", moment(&e.At))
		c.row("who", e.Actor)
		c.row("status", e.Status)
		c.row("error", e.Error)
		call, err := d.callOf(ctx, e)
		if err != nil {
			return err
		}
		c.row("call", call.Method+" "+call.Path)
		c.row("http status", call.HTTPStatus)
		c.row("support id", call.CorrelationID)
		if err := c.Flush(); err != nil || call.Method == "" {
			return err
		}
		return out.tell("\n%s\n\n%s", call.Request, call.Response)
	})
}

// callOf is the call of an operation, or the zero Call when none was made or it
// is no longer kept.
func (d desk) callOf(ctx context.Context, e synclog.Entry) (synclog.Call, error) {
	if e.CallID == nil {
		return synclog.Call{}, nil
	}
	call, err := d.Store.Call(ctx, d.org.ID, *e.CallID)
	if crm.KindOf(err) == crm.NotFound {
		return synclog.Call{}, nil
	}
	return call, err
}

type historyExport struct {
	historyFilter `embed:""`
	Format        string `default:"csv" enum:"csv,jsonl" help:"csv, or jsonl for a JSON object a line."`
	File          string `arg:"" default:"-" help:"The file to write, which must not be there yet, or - for standard output."`
}

// Run writes all operations that the filter selects.
func (x *historyExport) Run(ctx context.Context, out output) error {
	return x.act(ctx, out, func(ctx context.Context, d desk) error {
		f, err := x.filter(d.org)
		if err != nil {
			return err
		}
		rows, err := synclog.NewExport(f, func(f synclog.Filter) ([]synclog.Entry, error) { return d.Store.Entries(ctx, d.org.ID, f) })
		if err != nil {
			return err
		}
		return writeFile(out, x.File, func(w io.Writer) error { return rows.WriteIn(synclog.Format(x.Format), w) })
	})
}
