package xerosim

import (
	"net/http"
	"strings"
)

func (s *Server) routes() {
	s.mux = http.NewServeMux()
	s.identityRoutes()
	const base = "/api.xro/2.0/"
	for pattern, handler := range map[string]func(*call) answer{
		"GET Organisation":                (*call).getOrganisation,
		"GET Organisation/Actions":        (*call).getActions,
		"GET Accounts":                    (*call).listAccounts,
		"GET Accounts/{id}":               (*call).getAccount,
		"GET BrandingThemes":              (*call).listThemes,
		"GET BrandingThemes/{id}":         (*call).getTheme,
		"GET TaxRates":                    (*call).listTaxRates,
		"GET Items":                       (*call).listItems,
		"GET Items/{id}":                  (*call).getItem,
		"GET Contacts":                    (*call).listContacts,
		"PUT Contacts":                    (*call).writeContacts,
		"POST Contacts":                   (*call).writeContacts,
		"GET Contacts/{id}":               (*call).getContact,
		"POST Contacts/{id}":              named((*call).writeContacts, "ContactID"),
		"GET Invoices":                    (*call).listInvoices,
		"PUT Invoices":                    (*call).writeInvoices,
		"POST Invoices":                   (*call).writeInvoices,
		"GET Invoices/{id}":               (*call).getInvoice,
		"POST Invoices/{id}":              named((*call).writeInvoices, "InvoiceID"),
		"GET Invoices/{id}/pdf":           documentPDF((*call).getInvoice),
		"GET CreditNotes/{id}/pdf":        documentPDF((*call).getNote),
		"GET Invoices/{id}/OnlineInvoice": (*call).onlineInvoice,
		"POST Invoices/{id}/Email":        (*call).emailInvoice,
		"GET CreditNotes":                 (*call).listNotes,
		"PUT CreditNotes":                 (*call).writeNotes,
		"POST CreditNotes":                (*call).writeNotes,
		"GET CreditNotes/{id}":            (*call).getNote,
		"POST CreditNotes/{id}":           named((*call).writeNotes, "CreditNoteID"),
		"GET Overpayments":                listAdvances("Overpayments"),
		"GET Overpayments/{id}":           getAdvance("Overpayments"),
		"GET Prepayments":                 listAdvances("Prepayments"),
		"GET Prepayments/{id}":            getAdvance("Prepayments"),
		"GET Payments":                    (*call).listPayments,
		"PUT Payments":                    (*call).writePayments,
		"POST Payments":                   (*call).writePayments,
		"GET Payments/{id}":               (*call).getPayment,
		"POST Payments/{id}":              (*call).writePayments,
		"GET {type}/{id}/History":         (*call).getHistory,
		"PUT {type}/{id}/History":         (*call).addHistory,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		s.mux.Handle(method+" "+base+path, s.accounting(handler))
	}
	for _, list := range []string{"CreditNotes", "Overpayments", "Prepayments"} {
		s.mux.Handle("PUT "+base+list+"/{id}/Allocations", s.accounting(writeAllocations(list)))
		s.mux.Handle("DELETE "+base+list+"/{id}/Allocations/{allocation}", s.accounting(deleteAllocation(list)))
	}
	s.mux.Handle(base, s.accounting(func(*call) answer { return notFound() }))
	s.simRoutes()
	s.pageRoutes()
}

// named puts the id of the path into the one element of the body.
func named(handler func(*call) answer, key string) func(*call) answer {
	return func(c *call) answer {
		id := c.r.PathValue("id")
		var known bool
		switch key {
		case "ContactID":
			known = c.books.contacts.rows[id] != nil
		case "InvoiceID":
			if inv := c.books.invoice(id); inv != nil {
				id, known = inv.InvoiceID, true
			}
		case "CreditNoteID":
			if note := c.books.note(id); note != nil {
				id, known = note.CreditNoteID, true
			}
		}
		if !known {
			return notFound()
		}
		body, err := nameElement(c.body, strings.TrimSuffix(key, "ID")+"s", key, id)
		if err != nil {
			return badRequest(err.Error())
		}
		c.body = body
		return handler(c)
	}
}
