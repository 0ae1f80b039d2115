package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/link"
)

func TestInvoicesArePaid(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	n := o.good.Number
	o.does("invoices", n, o.locked.Number, "Harbour Solar", "$275.00", "rejected", "synced")
	o.does("invoices list --text nothing", "There is no such invoice.")
	o.does("invoices online "+n, "http")
	file := filepath.Join(t.TempDir(), "invoice.pdf")
	o.does("invoices pdf " + n + " " + file)
	if pdf, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(pdf), "%PDF") {
		t.Errorf("the file holds %.20q, %v", pdf, err)
	}
	o.does("invoices mail "+o.good.ID.String(), "Xero mails "+n)
	o.refuses("invoices mail INV-none", "There is no invoice")
	o.refuses("invoices online "+o.locked.Number, "Xero")
	o.does("invoices payments "+n, n+" has no payments.")
	o.refuses("invoices pay "+n+" much", "amount")
	o.refuses("invoices pay "+n+" 9999", "owed")
	text := o.does("invoices pay "+n+" 75 --on 2026-07-01 --method Cash --reference R-1", "$75.00 is recorded", "$200.00 is still owed")
	id := o.after(text, "id")
	o.does("invoices payments "+n, id, "Cash", "R-1", "2026-07-01", "$75.00")
	o.does("invoices ledger "+n, "$275.00", "-$75.00", "$200.00")
	o.pushes()
	if l := o.link(link.Payment, uuid.MustParse(id)); l.State != link.Synced {
		t.Errorf("the payment is %s: %s", l.State, l.Problem.Text)
	}
	o.does("invoices reverse "+id, "is taken back.")
	o.refuses("invoices reverse "+id, "")
	o.refuses("invoices reverse 7", "is not the id of a payment")
	o.does("invoices ledger "+n, "(taken back)")
	o.pushes()
	o.does("invoices void "+n, n+" is voided.")
	o.refuses("invoices void "+n, "")
	if l := o.link(link.Payment, uuid.MustParse(id)); l.State != link.Synced {
		t.Errorf("the payment is %s: %s", l.State, l.Problem.Text)
	}
}

func TestCreditNotesAreUsed(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.does("credit-notes", "There is no such credit note.")
	o.refuses("credit-notes create --invoice "+o.good.Number+" --line 3=1", "has no line 3; it has 2 lines")
	o.refuses("credit-notes create --invoice "+o.good.Number+" --line 1=many", "")
	draft := o.does("credit-notes create --invoice "+o.good.Number+" --line 1=1 --reason Broken", "The draft is draft: $110.00, of which $110.00 is left")
	id := o.after(draft, "id")
	issued := o.does("credit-notes issue "+id, "is issued: $110.00")
	number := strings.Fields(issued)[0]
	o.refuses("credit-notes issue "+number, "")
	o.does("credit-notes list --state issued", number, "Harbour Solar", "$110.00")
	o.pushes()
	record := must(crm.ParseID[crm.CreditNote](id))(t)
	if l := o.link(link.CreditNote, record.UUID); l.State != link.Synced {
		t.Errorf("the credit note is %s: %s", l.State, l.Problem.Text)
	}
	o.refuses("credit-notes allocate "+number+" "+o.good.Number+" 999", "")
	allocated := o.after(o.does("credit-notes allocate "+number+" "+o.good.Number+" 30", "$30.00 of "+number+" is set against "+o.good.Number), "id")
	refunded := o.after(o.does("credit-notes refund "+number+" 20 --method Cash", "$20.00 is recorded"), "id")
	o.does("credit-notes show "+number, "of which $60.00 is left", allocated, refunded, "allocation", "refund", o.good.Number)
	o.refuses("credit-notes void "+number, "")
	o.pushes()
	for kind, id := range map[link.Kind]string{link.Allocation: allocated, link.Refund: refunded} {
		if l := o.link(kind, uuid.MustParse(id)); l.State != link.Synced {
			t.Errorf("the %s is %s: %s", kind, l.State, l.Problem.Text)
		}
	}
	o.does("credit-notes take-back "+allocated, "taken back")
	o.does("credit-notes reverse "+refunded, "is taken back")
	o.refuses("credit-notes take-back 7", "is not the id of an allocation")
	o.refuses("credit-notes reverse 7", "is not the id of a refund")
	o.does("credit-notes show "+number, "of which $110.00 is left")
	o.does("credit-notes void "+number, "is voided")
	whole := o.does("credit-notes create --issue --invoice "+o.locked.Number, "is issued: $275.00")
	o.does("sync record credit-note "+strings.Fields(whole)[0], "is on its way")
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
