package cli

import (
	"context"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

type errorsCommand struct {
	List       errorsList       `cmd:"" default:"withargs" help:"List records that need a person, the latest first."`
	Causes     errorsCauses     `cmd:"" help:"Say why records failed, the commonest cause first."`
	Retry      errorsRetry      `cmd:"" help:"Try one record again, several, all of a cause, or all."`
	Dismiss    errorsDismiss    `cmd:"" help:"Take one record off the list, several, or all of a cause, with a reason."`
	Restore    errorsRestore    `cmd:"" help:"Put dismissed records back on the list, or what is left of a dismissal."`
	Dismissals errorsDismissals `cmd:"" help:"List dismissals that can be undone, the latest first."`
	Resolved   errorsResolved   `cmd:"" help:"List records that had failed and became right within 30 days."`
}

type errorsList struct {
	orgPlace `embed:""`
	Kind     string `help:"Only records of this kind, such as invoice or credit_note."`
	State    string `help:"Only in this state: blocked, rejected, dead or dismissed."`
	Text     string `help:"Only with this in the record's label or the reason."`
	Limit    int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists records that failed.
func (l *errorsList) Run(ctx context.Context, out output) error {
	kind, err := kindOf(l.Kind)
	if err != nil {
		return err
	}
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		rows, err := d.Store.Failures(ctx, d.org.ID, store.FailureFilter{State: link.State(l.State), Kind: kind, Text: l.Text, Limit: l.Limit})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return out.tell("There is no such error.")
		}
		c := columnsOf(out, "RECORD", "LABEL", "STATE", "FAILED", "TRIES", "NEXT", "REASON")
		for _, f := range rows {
			c.row(string(f.Kind)+"/"+f.Record.String(), f.Label, f.State, moment(f.FailedAt), f.Attempts, f.Problem.Action, f.Problem.Text)
		}
		return c.Flush()
	})
}

// kindOf reads a kind of link; none is every kind.
func kindOf(text string) (link.Kind, error) {
	if text == "" {
		return "", nil
	}
	var all []string
	for _, k := range link.Kinds() {
		if string(k) == text {
			return k, nil
		}
		all = append(all, string(k))
	}
	return "", crm.Errorf(crm.Invalid, "There are no records of kind %q that go to Xero. Choose among %s.", text, strings.Join(all, ", "))
}

type errorsCauses struct {
	orgPlace `embed:""`
}

// Run lists causes, each with what --cause takes.
func (l *errorsCauses) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		causes, err := d.Store.FailureCauses(ctx, d.org.ID)
		if err != nil {
			return err
		}
		if len(causes) == 0 {
			return out.tell("Nothing failed.")
		}
		c := columnsOf(out, "COUNT", "CAUSE", "EXAMPLE")
		for _, x := range causes {
			c.row(x.Count, causeText(x), x.Example)
		}
		return c.Flush()
	})
}

// causeText names a cause by its code, sort of trouble, next action and kind of
// record.
func causeText(c store.Cause) string {
	return strings.Join([]string{c.Code, c.Kind, string(c.Action), string(c.Record)}, "/")
}

func parseCause(text string) (store.Cause, error) {
	parts := strings.Split(text, "/")
	if len(parts) != 4 {
		return store.Cause{}, crm.Errorf(crm.Invalid, "%q is no cause. `renoz errors causes` shows them, such as document_locked/invalid/look_remote/invoice.", text)
	}
	kind, err := kindOf(parts[3])
	return store.Cause{Code: parts[0], Kind: parts[1], Action: link.Action(parts[2]), Record: kind}, err
}

type errorsResolved struct {
	orgPlace `embed:""`
	Kind     string `help:"Only records of this kind, such as invoice or credit_note."`
	Text     string `help:"Only with this in the record's label, the reason or who retried."`
	Limit    int    `default:"50" help:"How many at most, up to 200."`
}

// Run lists records that became right.
func (l *errorsResolved) Run(ctx context.Context, out output) error {
	kind, err := kindOf(l.Kind)
	if err != nil {
		return err
	}
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		rows, err := d.Store.Resolutions(ctx, d.org.ID, store.ResolutionFilter{Kind: kind, Text: l.Text, Limit: l.Limit})
		if err != nil {
			return err
		}
		c := columnsOf(out, "RECORD", "LABEL", "FAILED", "RESOLVED", "AFTER", "BY", "REASON")
		for _, r := range rows {
			c.row(string(r.Kind)+"/"+r.Record.String(), r.Label, moment(&r.FailedAt), moment(&r.ResolvedAt), r.Mend, r.By, r.Failed.Text)
		}
		return c.Flush()
	})
}

type errorsDismissals struct {
	orgPlace `embed:""`
	Limit    int `default:"50" help:"How many at most, up to 200."`
}

// Run lists dismissals of which something is left.
func (l *errorsDismissals) Run(ctx context.Context, out output) error {
	return l.act(ctx, out, func(ctx context.Context, d desk) error {
		rows, err := d.Store.Dismissals(ctx, d.org.ID, time.Time{}, l.Limit)
		if err != nil {
			return err
		}
		c := columnsOf(out, "ID", "AT", "RECORDS", "BY", "REASON")
		for _, x := range rows {
			c.row(x.ID, moment(&x.At), x.Count, x.By, x.Reason)
		}
		return c.Flush()
	})
}
