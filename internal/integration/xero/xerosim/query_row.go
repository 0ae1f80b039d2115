package xerosim

import "strings"

func contactRow(v *Contact) row {
	return row{id: v.ContactID, number: v.ContactNumber, contact: v.ContactID, status: v.ContactStatus,
		archived: v.ContactStatus != statusActive, updated: v.UpdatedDateUTC,
		words: []string{v.Name, v.FirstName, v.LastName, v.ContactNumber, v.EmailAddress, v.CompanyNumber},
		value: func(path string) (any, bool) {
			switch path {
			case "ContactID":
				return v.ContactID, true
			case "Name":
				return v.Name, true
			case "ContactNumber":
				return v.ContactNumber, true
			case "AccountNumber":
				return v.AccountNumber, true
			case "EmailAddress":
				return v.EmailAddress, true
			case "FirstName":
				return v.FirstName, true
			case "LastName":
				return v.LastName, true
			case "TaxNumber":
				return v.TaxNumber, true
			case "ContactStatus":
				return v.ContactStatus, true
			case "IsCustomer":
				return v.IsCustomer != nil && *v.IsCustomer, true
			case "IsSupplier":
				return v.IsSupplier != nil && *v.IsSupplier, true
			case "UpdatedDateUTC":
				return v.UpdatedDateUTC, true
			}
			return nil, false
		}}
}

func (b *books) invoiceRow(v *Invoice) row {
	contact := b.contacts.rows[v.Contact.ContactID]
	return row{id: v.InvoiceID, number: v.InvoiceNumber, contact: v.Contact.ContactID, status: v.Status,
		updated: v.UpdatedDateUTC, words: []string{v.InvoiceNumber, v.Reference, contact.Name},
		archived: v.Status == statusDeleted,
		value: func(path string) (any, bool) {
			switch path {
			case "InvoiceID":
				return v.InvoiceID, true
			case "InvoiceNumber":
				return v.InvoiceNumber, true
			case "Type":
				return v.Type, true
			case "DueDate":
				return v.DueDate, true
			case "AmountDue":
				return amountOf(v.AmountDue), true
			case "AmountPaid":
				return amountOf(v.AmountPaid), true
			case "FullyPaidOnDate":
				return v.FullyPaidOnDate, true
			}
			return commonValue(path, common{v.Status, v.Reference, v.Date, v.UpdatedDateUTC, v.Total, contact})
		}}
}

func (b *books) noteRow(v *CreditNote) row {
	contact := b.contacts.rows[v.Contact.ContactID]
	return row{id: v.CreditNoteID, number: v.CreditNoteNumber, contact: v.Contact.ContactID, status: v.Status,
		updated: v.UpdatedDateUTC, words: []string{v.CreditNoteNumber, v.Reference, contact.Name},
		archived: v.Status == statusDeleted,
		value: func(path string) (any, bool) {
			switch path {
			case "CreditNoteID":
				return v.CreditNoteID, true
			case "CreditNoteNumber":
				return v.CreditNoteNumber, true
			case "Type":
				return v.Type, true
			case "RemainingCredit":
				return amountOf(v.RemainingCredit), true
			}
			return commonValue(path, common{v.Status, v.Reference, v.Date, v.UpdatedDateUTC, v.Total, contact})
		}}
}

func (b *books) paymentRow(v *Payment) row {
	document := b.documentOf(v)
	contact := b.contacts.rows[document.Contact.ContactID]
	return row{id: v.PaymentID, status: v.Status, updated: v.UpdatedDateUTC, words: []string{v.Reference, document.InvoiceNumber},
		value: func(path string) (any, bool) {
			switch path {
			case "PaymentID":
				return v.PaymentID, true
			case "PaymentType":
				return v.PaymentType, true
			case "Amount":
				return v.Amount, true
			case "IsReconciled":
				return v.IsReconciled, true
			case "Invoice.InvoiceID":
				return document.InvoiceID, true
			case "Invoice.InvoiceNumber":
				return document.InvoiceNumber, true
			case "Invoice.Type":
				return document.Type, true
			case "CreditNote.CreditNoteID", "Overpayment.OverpaymentID", "Prepayment.PrepaymentID":
				return nil, true // all documents of payments are answered under Invoice
			case "Invoice.Contact.ContactID":
				path = "Contact.ContactID"
			case "Account.Code":
				return v.Account.Code, true
			}
			return commonValue(path, common{v.Status, v.Reference, v.Date, v.UpdatedDateUTC, &v.Amount, contact})
		}}
}

// common holds what invoices, credit notes and payments can all be asked for.
type common struct {
	status, reference string
	date, updated     *Date
	total             *Amount
	contact           *Contact
}

func commonValue(path string, v common) (any, bool) {
	switch path {
	case "Status":
		return v.status, true
	case "Reference":
		return v.reference, true
	case "Date":
		return v.date, true
	case "UpdatedDateUTC":
		return v.updated, true
	case "Total":
		return amountOf(v.total), true
	}
	if v.contact == nil {
		return nil, strings.HasPrefix(path, "Contact.")
	}
	switch path {
	case "Contact.ContactID":
		return v.contact.ContactID, true
	case "Contact.Name":
		return v.contact.Name, true
	case "Contact.ContactNumber":
		return v.contact.ContactNumber, true
	}
	return nil, false
}
