package xerosim

import (
	"net/http"
	"sort"
	"strings"
)

type contactLine struct{ URL, Name, Number, Email, TaxNumber, Status string }

type contactsPage struct {
	recordsPage
	Rows []contactLine
}

func (s *Server) contactsPage(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	if b == nil {
		s.mu.Unlock()
		s.noOrganisation(w)
		return
	}
	data := contactsPage{recordsPage: s.records(r, b, "contacts")}
	q := query{search: strings.ToLower(data.Search), includeArchived: true, paged: true, page: data.Page, pageSize: pageRows, orderBy: "Name"}
	list := collect(&b.contacts, q, contactRow)
	data.Total, data.Pages = list.pagination.ItemCount, list.pagination.PageCount
	for _, row := range list.rows {
		data.Rows = append(data.Rows, contactLine{b.address("contacts/contact/", row.ContactID),
			row.Name, row.ContactNumber, row.EmailAddress, row.TaxNumber, row.ContactStatus})
	}
	s.mu.Unlock()
	s.render(w, http.StatusOK, "contacts", data)
}

type contactPage struct {
	pageFrame
	Org                 Organisation
	URL                 string
	Contact             Contact
	Street              Address
	Mobile              string
	MergedURL           string
	Person, Outstanding string
	Addresses, Phones   []string
	Persons             []ContactPerson // as many as a contact takes
	Rows                []invoiceLine
	Credits             []creditLine
	Active, Restorable  bool
	Erased              bool
}

func (s *Server) contactPage(w http.ResponseWriter, r *http.Request) {
	s.showContact(w, r, http.StatusOK, "")
}

func (s *Server) showContact(w http.ResponseWriter, r *http.Request, status int, problem string) {
	s.mu.Lock()
	b := s.booksOf(r.PathValue("short"))
	var row *Contact
	if b != nil {
		row = b.contacts.rows[r.PathValue("id")]
	}
	if row == nil {
		s.mu.Unlock()
		s.message(w, http.StatusNotFound, "No such contact", "The contact is not in these books.")
		return
	}
	data := b.contactPage(row, Date{s.now()})
	s.mu.Unlock()
	data.Problem, data.Notice = problem, notice(r, contactForms())
	s.render(w, status, "contact", data)
}

func (b *books) contactPage(row *Contact, now Date) contactPage {
	out := contactPage{pageFrame: pageFrame{Title: row.Name}, Org: b.org, Contact: *row, URL: b.address("contacts/contact/", row.ContactID),
		Person:      strings.TrimSpace(row.FirstName + " " + row.LastName),
		Outstanding: b.balances(row.ContactID, now).AccountsReceivable.Outstanding.grouped(),
		Persons:     append(append([]ContactPerson{}, row.ContactPersons...), make([]ContactPerson, mostPersons-min(mostPersons, len(row.ContactPersons)))...),
		Active:      row.ContactStatus == statusActive, Erased: row.ContactStatus == statusErased,
		Restorable: row.ContactStatus == statusArchived && row.MergedToContactID == ""}
	if row.MergedToContactID != "" {
		out.MergedURL = b.address("contacts/contact/", row.MergedToContactID)
	}
	for _, a := range row.Addresses {
		if a.AddressType == "STREET" {
			out.Street = a
		}
		if text := joined(a.AddressLine1, a.AddressLine2, a.City, a.Region, a.PostalCode, a.Country); text != "" {
			out.Addresses = append(out.Addresses, text)
		}
	}
	for _, p := range row.Phones {
		if p.PhoneType == "MOBILE" {
			out.Mobile = p.PhoneNumber
		}
		if p.PhoneNumber != "" {
			out.Phones = append(out.Phones, strings.TrimSpace(p.PhoneCountryCode+" "+p.PhoneAreaCode+" "+p.PhoneNumber))
		}
	}
	for id := range b.invoiced[row.ContactID] {
		if invoice := b.invoices.rows[id]; invoice != nil {
			out.Rows = append(out.Rows, b.invoiceLine(invoice))
		} else {
			out.Credits = append(out.Credits, b.creditLine(id))
		}
	}
	sort.Slice(out.Rows, func(i, j int) bool { return out.Rows[i].Number < out.Rows[j].Number })
	sort.Slice(out.Credits, func(i, j int) bool {
		return out.Credits[i].Words+out.Credits[i].URL < out.Credits[j].Words+out.Credits[j].URL
	})
	return out
}

func joined(parts ...string) string {
	var kept []string
	for _, part := range parts {
		if part != "" {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, ", ")
}
