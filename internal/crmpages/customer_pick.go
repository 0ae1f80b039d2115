package crmpages

import (
	"context"
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// customerPick is a choice among customers, of whom there may be ten thousand.
type customerPick struct {
	id    string // the chosen one; empty: none
	text  string // what was typed, or what the chosen one is called
	found []ui.Choice
	more  bool // than were found
	asked bool // the reader wants to see what matches
}

// mostChoices is how many customers are shown to choose from.
const mostChoices = 20

func customerNouns() [2]string { return [2]string{"customer", "customers"} }

func customerLabel(name, number string) string { return name + " · " + number }

// pickOf shows a customer that is chosen already. One that is archived stays.
func (p *Pages) pickOf(ctx context.Context, id string) (customerPick, error) {
	chosen, err := crm.ParseID[crm.Customer](id)
	if err != nil {
		return customerPick{}, nil
	}
	c, err := p.book.Customer(ctx, chosen)
	if crm.KindOf(err) == crm.NotFound {
		return customerPick{}, nil
	}
	return customerPick{id: id, text: customerLabel(c.Name, c.Number)}, err
}

// readPick reads the choice that a form sent. What was typed over the chosen
// one counts, and chooses by itself where it is a customer's number or name.
func (p *Pages) readPick(r *http.Request) (customerPick, error) {
	const name = "customer_id"
	if picked := r.FormValue(name + "_pick"); picked != "" {
		return p.pickOf(r.Context(), picked)
	}
	pick, err := p.pickOf(r.Context(), r.FormValue(name))
	if err != nil {
		return pick, err
	}
	if pick.id == "" && r.FormValue(name) != "" { // for records to complain about
		pick.id = r.FormValue(name)
	}
	typed := strings.TrimSpace(r.FormValue(name + "_text"))
	asked := r.Form.Has(name + "_find")
	if !r.Form.Has(name+"_text") || typed == pick.text && !asked {
		return pick, nil
	}
	pick = customerPick{text: typed, asked: asked}
	if typed == "" {
		return pick, nil
	}
	rows, more, err := p.matching(r.Context(), typed)
	if err != nil {
		return pick, err
	}
	for _, c := range rows {
		same := strings.EqualFold(c.Number, typed) || strings.EqualFold(c.Name, typed) || customerLabel(c.Name, c.Number) == typed
		if same && !asked {
			return customerPick{id: c.ID.String(), text: customerLabel(c.Name, c.Number)}, nil
		}
	}
	pick.found, pick.more = choicesOf(rows), more
	return pick, nil
}

// matching are the active customers that match what was typed.
func (p *Pages) matching(ctx context.Context, typed string) (rows []store.CustomerRow, more bool, err error) {
	if name, number, labelled := strings.Cut(typed, " · "); labelled && number != "" {
		typed = name
	}
	page, err := p.book.Customers(ctx, store.CustomerFilter{Search: typed, State: "active", Limit: mostChoices + 1})
	if err != nil {
		return nil, false, err
	}
	if len(page.Rows) > mostChoices {
		return page.Rows[:mostChoices], true, nil
	}
	return page.Rows, page.Next != "", nil
}

// choicesOf tells customers of similar names apart.
func choicesOf(rows []store.CustomerRow) []ui.Choice {
	choices := make([]ui.Choice, len(rows))
	for i, c := range rows {
		var notes []string
		if c.ABN != "" {
			notes = append(notes, "ABN "+crm.FormatABN(c.ABN))
		}
		if c.Email != "" {
			notes = append(notes, c.Email)
		}
		choices[i] = ui.Choice{Value: c.ID.String(), Label: customerLabel(c.Name, c.Number), Note: strings.Join(notes, " · ")}
	}
	return choices
}

// showChoices answers what is typed in a field for a customer.
func (p *Pages) showChoices(w http.ResponseWriter, r *http.Request) error {
	typed := strings.TrimSpace(r.FormValue("customer_id_text"))
	rows, more, err := p.matching(r.Context(), typed)
	if err != nil {
		return err
	}
	return web.ShowFragment(w, r, ui.Choices("customer_id", customerNouns(), choicesOf(rows), more))
}

// err says what keeps the choice open; nil when it is made, or when nothing was
// typed, which is for records to complain about.
func (c customerPick) err() error {
	switch {
	case c.id != "" || c.text == "":
		return nil
	case len(c.found) == 0:
		return crm.Errorf(crm.Invalid, "No active customer matches this. Type a part of the name, number, ABN or e-mail address.")
	}
	return crm.Errorf(crm.Invalid, "Choose one of the customers found.")
}

// field shows the choice in a form.
func (c customerPick) field(wrong string) ui.Picker {
	if wrong == "" && c.asked && c.err() != nil && len(c.found) == 0 {
		wrong = c.err().Error()
	}
	return ui.Picker{
		Field: ui.Field{Name: "customer_id", Label: "Customer", Value: c.id, Placeholder: "Type a name, number, ABN or e-mail", Required: true, Error: wrong},
		Text:  c.text, Search: "/customers", Found: c.found, More: c.more, Nouns: customerNouns(),
	}
}
