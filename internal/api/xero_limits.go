package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/xero"
)

// XeroLimits is how much Xero takes, and how much of that is used.
type XeroLimits struct {
	Budgets []XeroBudget `json:"budgets" nullable:"false" doc:"None before an organisation in Xero is chosen."`
	Breaker XeroBreaker  `json:"breaker"`
	Minutes []XeroMinute `json:"minutes" nullable:"false" doc:"The latest 60, the newest last; that one is not over."`
}

// XeroBudget is a limit of calls.
type XeroBudget struct {
	Window       string     `json:"window" enum:"minute,day,concurrent,appminute" doc:"concurrent: under way at the same moment; appminute: of all organisations in a minute."`
	Used         int        `json:"used"`
	Limit        int        `json:"limit" doc:"Xero's own once it has told it, as configured until then."`
	BlockedUntil *time.Time `json:"blocked_until,omitempty" doc:"There while Xero wishes to wait."`
}

// XeroBreaker says whether calls are held back after failures in a row.
type XeroBreaker struct {
	State    string     `json:"state" enum:"closed,open,half_open" doc:"closed: calls go through; half_open: one call is under way to find out whether Xero works again."`
	Failures int        `json:"failures" doc:"In a row."`
	Cause    string     `json:"cause,omitempty" doc:"Of the last failure."`
	Until    *time.Time `json:"until,omitempty" doc:"When the next call is tried."`
}

// XeroMinute is how many calls were made in a minute.
type XeroMinute struct {
	At    time.Time `json:"at"`
	Calls int       `json:"calls"`
}

type limitsAnswer struct{ Body XeroLimits }

func (t *table) xeroLimits() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Xero"}
	}
	add(t, row("get-xero-limits", http.MethodGet, "/xero/limits", auth.SyncView, "How much Xero takes, how much of it is used, and whether calls are held back"), t.getLimits)
	add(t, row("reset-xero-breaker", http.MethodPost, "/xero/breaker/reset", auth.BreakerReset, "Let calls go on that are held back after failures in a row"), t.resetBreaker)
	off := row("disconnect-xero", http.MethodPost, "/xero/disconnect", auth.XeroConnect, "End the access to Xero")
	off.about = "Nothing is sent or read any more. Connecting the same organisation again, which takes a person and a browser, goes on where it stopped."
	add(t, off, t.disconnect)
}

func (a *API) getLimits(ctx context.Context, _ *struct{}) (*limitsAnswer, error) {
	l, err := a.xero.Limits(ctx)
	if err != nil {
		return nil, err
	}
	return &limitsAnswer{showLimits(l)}, nil
}

func showLimits(l xero.Limits) XeroLimits {
	c := l.Circuit
	out := XeroLimits{make([]XeroBudget, len(l.Budgets)), XeroBreaker{string(c.State), c.Failures, c.Cause, some(c.Until)}, []XeroMinute{}}
	for i, b := range l.Budgets {
		out.Budgets[i] = XeroBudget{b.Window, b.Used, b.Limit, some(b.BlockedUntil)}
	}
	for i, n := range l.Calls {
		if !l.Since.IsZero() {
			out.Minutes = append(out.Minutes, XeroMinute{l.Since.Add(time.Duration(i) * time.Minute), n})
		}
	}
	return out
}

func (a *API) resetBreaker(ctx context.Context, _ *struct{}) (*begunAnswer, error) {
	return said("Calls to Xero go on. The next failures in a row pause them again."), a.xero.ResetBreaker(ctx)
}

func (a *API) disconnect(ctx context.Context, _ *struct{}) (*begunAnswer, error) {
	return said("Xero is disconnected. Nothing is sent or read any more."), a.xero.Disconnect(ctx)
}
