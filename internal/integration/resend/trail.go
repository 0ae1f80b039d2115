package resend

import (
	"context"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/resendapi"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/synclog"
)

type callKey struct{}

// watched collects the call that is made under the context.
func watched(ctx context.Context) (context.Context, *resendapi.Call) {
	var call resendapi.Call
	return context.WithValue(ctx, callKey{}, &call), &call
}

// observe notes a call. It runs on the goroutine that made it.
func observe(ctx context.Context, c resendapi.Call) {
	if into, ok := ctx.Value(callKey{}).(*resendapi.Call); ok {
		*into = c
	}
}

// keepCall writes a call to the history, if there was one. What mails say and
// whom they go to is kept with the mails only.
func (s *Service) keepCall(ctx context.Context, tx *store.Tx, org crm.OrgID, got answer) (*crm.CallID, error) {
	c := got.call
	if _, held := heldBack(got.err, s.Now()); held || c.Method == "" {
		return nil, nil //nolint:nilnil // nothing left this machine
	}
	call := synclog.Call{
		ID: crm.NewID[crm.Call](), Org: org, Service: Name, Method: c.Method, Path: c.Path, HTTPStatus: c.Status, Duration: c.Duration,
		CorrelationID: c.IdempotencyKey, Response: synclog.Mask(c.ResponseBody), At: s.Now(),
	}
	if c.Err != nil {
		call.Error = c.Err.Error()
	}
	return &call.ID, tx.InsertCall(ctx, call)
}

// keepEntry writes what a call did for one mail to the history.
func (s *Service) keepEntry(ctx context.Context, tx *store.Tx, m mail.Message, p settling) error {
	c := p.answer.call
	e := synclog.Entry{
		ID: uuid.Must(uuid.NewV7()), Org: m.Org, Service: Name, Direction: synclog.Out, EntityType: "mail", EntityID: m.ID.String(),
		Label: m.Category.Label() + " mail", Action: synclog.Create, Status: synclog.Success, Attempt: max(m.Attempts, 1), Actor: m.By,
		CallID: p.call, Duration: c.Duration, HTTPStatus: c.Status, At: s.Now(),
	}
	if m.State == mail.Failed {
		e.Status, e.Error = synclog.Failed, m.Problem.Text
	}
	return tx.InsertEntry(ctx, e)
}
