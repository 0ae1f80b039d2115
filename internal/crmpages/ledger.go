package crmpages

import (
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/records"
)

// entryName is what people call an entry of an invoice's ledger.
func entryName(e records.LedgerEntry) string {
	switch e.Kind {
	case records.InvoiceEntry:
		return "Invoice " + e.Number
	case records.PaymentEntry:
		if e.Source == crm.FromXero {
			return "Payment in Xero"
		}
		return "Payment " + e.Number
	case records.AllocationEntry:
		return "Credit note " + e.Number
	case records.ForeignNoteEntry:
		return "Credit note " + e.Number
	case records.PrepaymentEntry:
		return "Prepayment"
	}
	return "Overpayment"
}

// entryText says more about an entry, and where it was recorded.
func entryText(e records.LedgerEntry) string {
	text := e.Text
	if e.Kind == records.PrepaymentEntry || e.Kind == records.OverpaidEntry {
		text = e.Number
	}
	if e.Source != crm.FromXero {
		return text
	}
	if text != "" {
		text += " · "
	}
	return text + "from Xero"
}

func entryState(e records.LedgerEntry) string {
	if e.Kind == records.PaymentEntry {
		return "Received"
	}
	return "Credited"
}

func entryGone(e records.LedgerEntry) string {
	if e.Kind == records.PaymentEntry {
		return "Reversed"
	}
	return "Taken back"
}

// entryURL is our page about an entry, or "" where there is none.
func entryURL(e records.LedgerEntry) string {
	if e.Kind == records.AllocationEntry {
		return creditURL(e.CreditNote)
	}
	return ""
}
