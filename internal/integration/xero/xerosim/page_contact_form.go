package xerosim

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
)

const mostPersons = 5

// contactForms is what a person can do on the page of a contact.
func contactForms() map[string]pageForm {
	status := func(to string) func(*change, *http.Request) []string {
		return func(ch *change, r *http.Request) []string {
			_, problems := ch.setContactStatus(r.PathValue("id"), to)
			return problems
		}
	}
	return map[string]pageForm{
		"edit":    {"Contact changed.", editContactForm},
		"archive": {"Contact archived.", status(statusArchived)},
		"restore": {"Contact restored.", status(statusActive)},
		"erase":   {"Contact erased.", func(ch *change, r *http.Request) []string { return ch.erase(r.PathValue("id")) }},
		"merge":   {"Contact merged; its documents have moved.", mergeForm},
		"prepay":  {"Prepayment received.", receiveForm(true)},
		"overpay": {"Overpayment received.", receiveForm(false)},
	}
}

// mergeForm takes the id or the name of an active contact.
func mergeForm(ch *change, r *http.Request) []string {
	into := strings.TrimSpace(r.PostFormValue("into"))
	if id, named := ch.b.activeNames.other(nameKey(into), ""); named && into != "" {
		into = id
	}
	if ch.b.contacts.rows[into] == nil {
		return []string{"No active contact has that name."}
	}
	return ch.merge(r.PathValue("id"), into)
}

func receiveForm(prepayment bool) func(*change, *http.Request) []string {
	return func(ch *change, r *http.Request) []string {
		amount, date, problems := amountAndDate(r)
		if len(problems) > 0 {
			return problems
		}
		_, problems = ch.receive(received{prepayment: prepayment, contact: r.PathValue("id"), amount: amount, date: date,
			reference: strings.TrimSpace(r.PostFormValue("reference"))})
		return problems
	}
}

func editContactForm(ch *change, r *http.Request) []string {
	old := ch.b.contacts.rows[r.PathValue("id")]
	if old == nil {
		return []string{"The contact is not in these books."}
	}
	raw, err := json.Marshal(contactFields(old, r.PostForm))
	if err != nil {
		return []string{err.Error()}
	}
	_, problems := ch.saveContact(raw, true)
	return problems
}

// contactFields is the request that a filled-in form stands for: every field of the form is sent, empty ones
// too; addresses and phones of other types stay as they are.
func contactFields(old *Contact, form url.Values) map[string]any {
	fields := map[string]any{"ContactID": old.ContactID}
	for name, field := range map[string]string{"name": "Name", "first": "FirstName", "last": "LastName", "email": "EmailAddress",
		"abn": "TaxNumber", "account": "AccountNumber"} {
		fields[field] = strings.TrimSpace(form.Get(name))
	}
	street := Address{AddressType: "STREET", AddressLine1: form.Get("line1"), City: form.Get("city"), Region: form.Get("region"),
		PostalCode: form.Get("postcode"), Country: form.Get("country")}
	addresses := []Address{street}
	for _, a := range old.Addresses {
		if a.AddressType != "STREET" {
			addresses = append(addresses, a)
		}
	}
	phones := []Phone{{PhoneType: "MOBILE", PhoneNumber: strings.TrimSpace(form.Get("mobile"))}}
	for _, p := range old.Phones {
		if p.PhoneType != "MOBILE" {
			phones = append(phones, p)
		}
	}
	fields["Addresses"], fields["Phones"], fields["ContactPersons"] = addresses, phones, formPersons(form)
	return fields
}

// formPersons reads the people of a contact; rows without any word are left out.
func formPersons(form url.Values) []ContactPerson {
	persons := []ContactPerson{}
	at := func(name string, i int) string {
		if i < len(form[name]) {
			return strings.TrimSpace(form[name][i])
		}
		return ""
	}
	for i := range min(len(form["personFirst"]), mostPersons+1) {
		p := ContactPerson{FirstName: at("personFirst", i), LastName: at("personLast", i), EmailAddress: at("personEmail", i)}
		p.IncludeInEmails = at("personMail", i) == "yes" && p != (ContactPerson{})
		if p != (ContactPerson{}) {
			persons = append(persons, p)
		}
	}
	return persons
}
