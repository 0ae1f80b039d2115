package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// BulkWish is what is to be sent to Xero or read from it.
type BulkWish struct {
	Direction string   `json:"direction" enum:"push,pull" doc:"push sends to Xero, pull reads from Xero."`
	Kind      string   `json:"kind" maxLength:"40" example:"invoice" doc:"contact, invoice, payment, credit_note or all."`
	State     string   `json:"state,omitempty" maxLength:"40" doc:"Of the records: active or archived customers; open, issued, part_paid, paid or voided invoices; booked or reversed payments; issued, applied or voided credit notes."`
	From      *crm.Day `json:"from,omitempty" format:"date" doc:"First day of issue or payment."`
	To        *crm.Day `json:"to,omitempty" format:"date" doc:"Last day of issue or payment."`
	Missing   bool     `json:"missing,omitempty" doc:"Only what Xero does not have yet; all that differ when left out."`
	TakeOver  bool     `json:"take_over,omitempty" doc:"Make records of invoices and credit notes that only Xero has. For pull."`
}

// BulkRun is the sending or reading of many records.
type BulkRun struct {
	ID        string     `json:"id" format:"uuid"`
	Direction string     `json:"direction" enum:"push,pull"`
	Kind      string     `json:"kind"`
	Records   string     `json:"records_state,omitempty" doc:"The state that its records have."`
	From      *crm.Day   `json:"from,omitempty" format:"date"`
	To        *crm.Day   `json:"to,omitempty" format:"date"`
	Missing   bool       `json:"missing"`
	TakeOver  bool       `json:"take_over" doc:"Whether documents that only Xero has become records."`
	State     string     `json:"state" enum:"preparing,ready,running,paused,stopping,done,cancelled,failed" doc:"A preview is ready when it is complete; start it then."`
	Problem   string     `json:"problem,omitempty" doc:"Why it failed."`
	Actor     string     `json:"actor" doc:"Who began it."`
	CreatedAt time.Time  `json:"created_at"`
	BegunAt   *time.Time `json:"begun_at,omitempty"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
}

// BulkReport is a run with what it will do, and how far it is.
type BulkReport struct {
	BulkRun
	Plan     BulkPlan     `json:"plan" doc:"What sending would do, counted over all records that were found."`
	Progress BulkProgress `json:"progress"`
	Read     BulkRead     `json:"read" doc:"What was read from Xero, for pull."`
	Reasons  []BulkReason `json:"reasons" nullable:"false" doc:"Why records are skipped or blocked, the largest group first."`
}

// BulkPlan counts what a run will do.
type BulkPlan struct {
	Create  int `json:"create"`
	Change  int `json:"change"`
	Link    int `json:"link" doc:"In Xero already; the two are linked."`
	Skip    int `json:"skip"`
	Blocked int `json:"blocked" doc:"Something has to be mended first."`
}

// BulkProgress counts how far a run is.
type BulkProgress struct {
	Total       int `json:"total"`
	Done        int `json:"done"`
	Waiting     int `json:"waiting"`
	Failed      int `json:"failed"`
	Blocked     int `json:"blocked"`
	Skipped     int `json:"skipped"`
	Cancelled   int `json:"cancelled"`
	Rate        int `json:"rate" doc:"Settled in a minute, lately."`
	SecondsLeft int `json:"seconds_left,omitempty"`
}

// BulkRead counts what was read.
type BulkRead struct {
	Pages     int `json:"pages"`
	Records   int `json:"records"`
	Changed   int `json:"changed" doc:"Before the run is started: would change. With what was taken over."`
	Unchanged int `json:"unchanged"`
	Ignored   int `json:"ignored" doc:"Not linked to a record of ours."`
}

// BulkReason is why some records are skipped or blocked.
type BulkReason struct {
	Plan       string `json:"plan" enum:"skip,blocked"`
	Code       string `json:"code"`
	Example    string `json:"example" doc:"In words, of one of the records."`
	NextAction string `json:"next_action,omitempty"`
	Count      int    `json:"count"`
}

// BulkItem is a record in a run.
type BulkItem struct {
	Kind       string `json:"kind"`
	RecordID   string `json:"record_id" format:"uuid"`
	Label      string `json:"label"`
	About      string `json:"about,omitempty" doc:"What else tells it apart, such as its customer and amount."`
	Plan       string `json:"plan" enum:"create,change,link,skip,blocked"`
	Reason     string `json:"reason,omitempty" doc:"Of the plan, or what changed."`
	Code       string `json:"code,omitempty" doc:"Of the reason."`
	NextAction string `json:"next_action,omitempty" doc:"The one thing for a person to do."`
	Outcome    string `json:"outcome" enum:"waiting,done,failed,blocked,skipped,cancelled" doc:"How it stands now."`
	Error      string `json:"error,omitempty" doc:"What went wrong."`
	RemoteID   string `json:"remote_id,omitempty" doc:"In Xero."`
}

// BulkRetry names the record to try again.
type BulkRetry struct {
	Kind     string `json:"kind,omitempty" maxLength:"40"`
	RecordID string `json:"record_id,omitempty" format:"uuid" doc:"All that failed or are blocked when left out."`
}

type (
	bulkWishInput struct{ Body BulkWish }
	bulkRunsInput struct {
		Paging
		State     string `query:"state" enum:"open,preparing,ready,running,paused,stopping,done,cancelled,failed" doc:"open: not ended."`
		Direction string `query:"direction" enum:"push,pull"`
		Search    string `query:"q" maxLength:"200" doc:"In who began it, and the kind."`
	}
	bulkRunInput struct {
		ID string `path:"id" format:"uuid"`
	}
	bulkItemsInput struct {
		Paging
		ID      string `path:"id" format:"uuid"`
		Plan    string `query:"plan" enum:"create,change,link,skip,blocked"`
		Outcome string `query:"outcome" enum:"waiting,done,failed,blocked,skipped,cancelled"`
		Kind    string `query:"kind" maxLength:"40"`
		Search  string `query:"q" maxLength:"200" doc:"In labels, what tells records apart, and reasons."`
	}
	bulkRetryInput struct {
		ID   string `path:"id" format:"uuid"`
		Body BulkRetry
	}
	bulkRunAnswer    struct{ Body BulkRun }
	bulkReportAnswer struct{ Body BulkReport }
)

func (t *table) xeroBulk() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: path, permission: p, summary: summary, tag: "Xero in bulk"}
	}
	accepted := func(s spec) spec { s.status = http.StatusAccepted; return s }
	add(t, accepted(row("preview-bulk-run", http.MethodPost, "/xero/bulk/preview", auth.SyncRetry, "Find out what a bulk run would do, without doing it")), t.previewBulk)
	add(t, accepted(row("begin-bulk-run", http.MethodPost, "/xero/bulk", auth.SyncRetry, "Send or read many records")), t.beginBulk)
	add(t, row("list-bulk-runs", http.MethodGet, "/xero/bulk", auth.SyncView, "List bulk runs, the newest first"), t.listBulk)
	add(t, row("get-bulk-run", http.MethodGet, "/xero/bulk/{id}", auth.SyncView, "What a bulk run will do, and how far it is"), t.getBulk)
	add(t, row("list-bulk-items", http.MethodGet, "/xero/bulk/{id}/items", auth.SyncView, "List the records of a bulk run"), t.listBulkItems)
	for _, s := range []struct {
		name, summary string
		take          func(*xero.Service, context.Context, uuid.UUID) error
	}{
		{"start", "Begin a run whose preview is ready", (*xero.Service).StartBulk}, {"pause", "Hold a run back", (*xero.Service).PauseBulk},
		{"resume", "Let a paused run go on", (*xero.Service).ResumeBulk}, {"cancel", "End a run; what was sent stays", (*xero.Service).CancelBulk},
	} {
		add(t, row(s.name+"-bulk-run", http.MethodPost, "/xero/bulk/{id}/"+s.name, auth.SyncRetry, s.summary), func(ctx context.Context, in *bulkRunInput) (*bulkReportAnswer, error) {
			return t.stepBulk(ctx, in, s.take)
		})
	}
	add(t, row("retry-bulk-items", http.MethodPost, "/xero/bulk/{id}/retry", auth.SyncRetry, "Send what failed again, one record or all"), t.retryBulk)
}

func (b BulkWish) wish() xero.BulkWish {
	w := xero.BulkWish{Direction: store.BulkDirection(b.Direction), Kind: b.Kind, Filter: store.BulkFilter{State: b.State, Missing: b.Missing, TakeOver: b.TakeOver}}
	if b.From != nil {
		w.Filter.From = *b.From
	}
	if b.To != nil {
		w.Filter.To = *b.To
	}
	return w
}

func (a *API) previewBulk(ctx context.Context, in *bulkWishInput) (*bulkRunAnswer, error) {
	run, err := a.xero.PreviewBulk(ctx, in.Body.wish())
	return &bulkRunAnswer{showBulkRun(run)}, err
}

func (a *API) beginBulk(ctx context.Context, in *bulkWishInput) (*bulkRunAnswer, error) {
	run, err := a.xero.RunBulk(ctx, in.Body.wish())
	return &bulkRunAnswer{showBulkRun(run)}, err
}

func (a *API) listBulk(ctx context.Context, in *bulkRunsInput) (*listed[BulkRun], error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return nil, err
	}
	page, err := a.store.BulkRuns(ctx, who.Org, store.BulkRunFilter{
		Service: xero.Name, State: in.State, Direction: store.BulkDirection(in.Direction), Search: in.Search, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, page, showBulkRun), nil
}

// bulkRunOf is the run of the reader's organisation.
func (a *API) bulkRunOf(ctx context.Context, text string) (store.BulkRun, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return store.BulkRun{}, err
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return store.BulkRun{}, crm.Errorf(crm.NotFound, "There is no such run, or no longer.")
	}
	return a.store.BulkRun(ctx, who.Org, id)
}

func (a *API) getBulk(ctx context.Context, in *bulkRunInput) (*bulkReportAnswer, error) {
	run, err := a.bulkRunOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	p, err := a.xero.BulkProgress(ctx, run)
	if err != nil {
		return nil, err
	}
	reasons, err := a.store.BulkReasons(ctx, run)
	return &bulkReportAnswer{showBulkReport(p, reasons)}, err
}

func (a *API) listBulkItems(ctx context.Context, in *bulkItemsInput) (*listed[BulkItem], error) {
	run, err := a.bulkRunOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	page, err := a.store.BulkItems(ctx, run, store.BulkItemFilter{
		Plan: store.BulkPlan(in.Plan), Outcome: store.BulkItemState(in.Outcome), Kind: link.Kind(in.Kind), Search: in.Search, After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return pageOf(ctx, page, showBulkItem), nil
}

func (a *API) stepBulk(ctx context.Context, in *bulkRunInput, take func(*xero.Service, context.Context, uuid.UUID) error) (*bulkReportAnswer, error) {
	run, err := a.bulkRunOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := take(a.xero, ctx, run.ID); err != nil {
		return nil, err
	}
	return a.getBulk(ctx, in)
}

func (a *API) retryBulk(ctx context.Context, in *bulkRetryInput) (*countAnswer, error) {
	run, err := a.bulkRunOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	key := link.Key{Kind: link.Kind(in.Body.Kind)}
	if (in.Body.Kind == "") != (in.Body.RecordID == "") {
		return nil, crm.FieldErrors(map[string]string{"record_id": "Name the kind and the id of the record, or neither for all."})
	}
	if in.Body.RecordID != "" {
		if key.Record, err = uuid.Parse(in.Body.RecordID); err != nil {
			return nil, crm.FieldErrors(map[string]string{"record_id": "This is not an id."})
		}
	}
	n, err := a.xero.RetryBulk(ctx, run.ID, key)
	return &countAnswer{Count{n}}, err
}

func showBulkRun(r store.BulkRun) BulkRun {
	out := BulkRun{
		ID: r.ID.String(), Direction: string(r.Direction), Kind: r.Kind, Records: r.Filter.State, Missing: r.Filter.Missing, TakeOver: r.Filter.TakeOver, State: string(r.State),
		Problem: r.Problem, Actor: r.Actor, CreatedAt: r.CreatedAt, BegunAt: r.BegunAt, EndedAt: r.EndedAt,
	}
	if !r.Filter.From.IsZero() {
		out.From = &r.Filter.From
	}
	if !r.Filter.To.IsZero() {
		out.To = &r.Filter.To
	}
	return out
}

func showBulkReport(p xero.BulkProgress, reasons []store.BulkReason) BulkReport {
	out := BulkReport{
		BulkRun:  showBulkRun(p.Run),
		Plan:     BulkPlan{p.Planned(store.PlanCreate), p.Planned(store.PlanChange), p.Planned(store.PlanLink), p.Planned(store.PlanSkip), p.Planned(store.PlanBlocked)},
		Progress: BulkProgress{p.Total, p.Done, p.Waiting, p.Failed, p.Blocked, p.Skipped, p.Cancelled, int(p.Rate), int(p.Left.Seconds())},
		Read:     BulkRead{p.Run.Pages, p.Run.Records, p.Run.Changed, p.Run.Unchanged, p.Run.Ignored},
		Reasons:  make([]BulkReason, len(reasons)),
	}
	for i, r := range reasons {
		out.Reasons[i] = BulkReason{string(r.Plan), r.Code, r.Example, string(r.Action), r.Count}
	}
	return out
}

func showBulkItem(i store.BulkItem) BulkItem {
	out := BulkItem{
		Kind: string(i.Key.Kind), RecordID: i.Key.Record.String(), Label: i.Label, About: i.About, Plan: string(i.Plan), Reason: i.Reason, Code: i.Code,
		NextAction: string(i.Action), Outcome: string(i.Outcome), Error: i.Words, RemoteID: i.RemoteID,
	}
	if i.Words != "" {
		out.NextAction = string(i.Remedy)
	}
	return out
}
