package cli

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
)

// mailRecord mails a record.
type mailRecord struct {
	mailPlace `embed:""`
	ID        string `arg:"" help:"Id of the record, as its page's address has it."`
	At        string `help:"Time of the organisation's clock at which it leaves, such as 2026-12-01T09:00; at once when left out."`
}

type (
	mailInvoice struct {
		mailRecord `embed:""`
	}
	mailCreditNote struct {
		mailRecord `embed:""`
	}
)

// Run mails an invoice; the process that works on jobs sends it.
func (m *mailInvoice) Run(ctx context.Context, out output) error {
	return sendRecord(ctx, out, m.mailRecord, (*resend.Service).SendInvoice)
}

// Run mails a credit note.
func (m *mailCreditNote) Run(ctx context.Context, out output) error {
	return sendRecord(ctx, out, m.mailRecord, (*resend.Service).SendCreditNote)
}

func sendRecord[K any](ctx context.Context, out output, m mailRecord, send func(*resend.Service, context.Context, crm.ID[K], string) error) error {
	id, err := crm.ParseID[K](m.ID)
	if err != nil {
		return crm.Errorf(crm.Invalid, "%q is not the id of a record. The address of its page ends with it.", m.ID)
	}
	return m.act(ctx, out, func(ctx context.Context, s *resend.Service) error {
		if err := send(s, ctx, id, m.At); err != nil {
			return err
		}
		_, err := fmt.Fprintln(out, "Its document is asked for, and the mail is written then.")
		return err
	})
}
