package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
)

type recordPath struct {
	ID string `path:"id" format:"uuid"`
}

// xeroRecords has one operation for each kind of record that goes to Xero by
// itself.
func (t *table) xeroRecords() {
	for _, r := range []struct {
		kind       link.Kind
		path, name string
	}{{link.Contact, "customers", "customer"}, {link.Invoice, "invoices", "invoice"}, {link.CreditNote, "credit-notes", "credit note"}} {
		add(t, spec{
			id: "sync-" + r.path[:len(r.path)-1], method: http.MethodPost, path: "/" + r.path + "/{id}/sync", permission: auth.SyncRetry, tag: "Xero", status: http.StatusAccepted,
			summary: "Bring one " + r.name + " into line with Xero at once", about: "What waits or failed is sent, and one that is in Xero is read back. A draft is refused with 409.",
		}, func(ctx context.Context, in *recordPath) (*begunAnswer, error) {
			id, err := uuid.Parse(in.ID)
			if err != nil {
				return nil, crm.Errorf(crm.Invalid, "%q is not an id.", in.ID)
			}
			return said("What waited is on its way, and what Xero says of it was read."), t.xero.SyncRecord(ctx, r.kind, id)
		})
	}
}
