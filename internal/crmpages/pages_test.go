package crmpages_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/crmpages"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

type storeOrders = store.Page[store.OrderRow]

func allOrders() store.OrderFilter { return store.OrderFilter{} }

func TestListsFilterAndPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("Harbour Solar")
	w.customer("Bluegum Caravans")
	w.get("/customers").wants(t, http.StatusOK, "Harbour Solar", "Bluegum Caravans", "C-00001", "<html")
	fragment := w.ask(auth.Owner, "customers", "/customers?q=blue", nil)
	fragment.wants(t, http.StatusOK, "Bluegum Caravans")
	fragment.lacks(t, "Harbour Solar", "<html")
	for range 51 {
		w.order(c)
	}
	first := w.get("/orders?state=draft")
	first.wants(t, http.StatusOK, "SO-00051", "SO-00002", "50 orders on this page", "/orders?after=")
	first.lacks(t, "SO-00001")
	_, after, _ := strings.Cut(first.body, "/orders?after=")
	after, _, _ = strings.Cut(after, `"`)
	last := w.get("/orders?after=" + strings.ReplaceAll(after, "&amp;", "&"))
	last.wants(t, http.StatusOK, "SO-00001", `href="/orders?state=draft"`)
	w.get("/orders?after=nonsense").wants(t, http.StatusUnprocessableEntity)
}

func TestCustomerForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("/customers/new", url.Values{"name": {"Harbour <Solar>"}, "terms_days": {"30"}, "contact_first_name": {""}, "contact_email": {"no"}}).
		wants(t, http.StatusUnprocessableEntity, "Harbour &lt;Solar&gt;", "Leave out", "Enter a first or a last name.", `value="no"`, "3 fields need attention")
	saved := w.post("/customers/new", url.Values{"name": {"Harbour Solar"}, "contact_first_name": {"Mia"}, "contact_email": {"mia@harbour.example"}})
	saved.wants(t, http.StatusSeeOther)
	if !strings.HasSuffix(saved.to, "?done=customer-added") {
		t.Errorf("saving leads to %s", saved.to)
	}
	w.get(saved.to).wants(t, http.StatusOK, "Customer added", "mia@harbour.example", "Added the customer.")
	w.post("/customers/new", url.Values{"name": {"harbour solar"}}).wants(t, http.StatusUnprocessableEntity, "has this name")

	at, _, _ := strings.Cut(saved.to, "?")
	htmx := w.ask(auth.Owner, "customer-form", at+"/edit", url.Values{"name": {"Harbour Sun"}, "version": {"1"}})
	if htmx.status != http.StatusNoContent || htmx.to != at+"?done=customer-saved" {
		t.Errorf("htmx is sent to %q with %d", htmx.to, htmx.status)
	}
	w.post(at+"/edit", url.Values{"name": {"Harbour Moon"}, "version": {"1"}}).wants(t, http.StatusConflict, "Somebody else changed", `value="Harbour Moon"`)
	w.post(at+"/edit", url.Values{"name": {"Harbour Moon"}, "version": {"2"}, "add-contact": {"1"}}).wants(t, http.StatusOK, `value="Harbour Moon"`, "contacts-0-first_name")
	w.get("/customers/x").wants(t, http.StatusNotFound)
	w.get("/customers/"+crm.NewID[crm.Customer]().String()).wants(t, http.StatusNotFound)
}

func TestArchiveIsUndone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := "/customers/" + w.customer("Harbour Solar").ID.String()
	done := w.post(at+"/archive", nil)
	done.wants(t, http.StatusSeeOther)
	w.get(done.to).wants(t, http.StatusOK, "Customer archived", "Undo", at+"/restore")
	w.get("/customers").lacks(t, "Harbour Solar")
	w.get("/customers?state=archived").wants(t, http.StatusOK, "Harbour Solar")
	w.get(w.post(at+"/restore", nil).to).wants(t, http.StatusOK, "Customer restored")
}

func TestProductForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.post("/products/new", url.Values{"sku": {"LFP-100"}, "name": {"Battery"}, "price": {"12,50"}, "tax_class": {"gst"}}).
		wants(t, http.StatusUnprocessableEntity, "is not clear", `value="12,50"`)
	w.post("/products/new", url.Values{"sku": {"LFP-100"}, "name": {"Battery"}, "price": {"$1,249.99"}, "tax_class": {"gst"}, "offered": {"on"}}).wants(t, http.StatusSeeOther)
	w.get("/products").wants(t, http.StatusOK, "LFP-100", "$1,249.99")
	w.post("/products/new", url.Values{"sku": {"LFP-100"}, "name": {"Other"}, "price": {"1"}, "tax_class": {"gst"}}).wants(t, http.StatusUnprocessableEntity, "has this SKU")
}

// line is one line of a form as a browser sends it: product, description,
// quantity, price, discount, and the product that it was.
func line(form url.Values, cells ...string) {
	for i, name := range []string{"product", "description", "quantity", "price", "discount", "was"} {
		form.Add(name, cells[i])
	}
	form.Add("tax_class", "gst")
}

func TestOrderForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, battery := w.customer("Harbour Solar"), w.product("LFP-100", "100 Ah lithium battery", 1_249_9900)
	form := url.Values{"customer_id": {c.ID.String()}, "ordered_on": {"22/11/2026"}}
	line(form, battery.ID.String(), "", "4", "", "10%", "")
	line(form, "shipping", "", "1", "125", "", "")
	line(form, "discount", "Loyal customer", "1", "50", "", "discount")
	line(form, "", "", "1", "", "", "")
	form.Set("refresh", "1")
	fragment := w.ask(auth.Owner, "lines", "/orders/new", form)
	fragment.wants(t, http.StatusOK, `value="100 Ah lithium battery"`, `value="1249.99"`, "$4,499.96", "-$50.00", "$5,032.46", "hx-partial")
	fragment.lacks(t, "<html")
	form.Del("refresh")
	saved := w.post("/orders/new", form)
	saved.wants(t, http.StatusSeeOther)
	page := w.get(saved.to)
	page.wants(t, http.StatusOK, "SO-00001", "Draft", "$5,032.46", "22/11/2026", "10%", "Confirm", "Order added")
	page.lacks(t, "Mark shipped")

	at, _, _ := strings.Cut(saved.to, "?")
	w.get(at+"/edit").wants(t, http.StatusOK, `value="50.00"`, `value="10%"`, "Loyal customer")
	line(form, "", "Spare fuse", "none", "1", "", "")
	w.post("/orders/new", form).wants(t, http.StatusUnprocessableEntity, "is not a number", `id="lines-quantity-3-error"`, `value="none"`)
	w.post("/orders/new", url.Values{"ordered_on": {"soon"}}).wants(t, http.StatusUnprocessableEntity, "is not a date")
}

// TestProductFields reads what a line's field for a product may hold.
func TestProductFields(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	small, large := w.product("LFP-100", "Lithium battery", 1_249_9900), w.product("LFP-200", "Lithium battery, large", 2_249_9900)
	gone := w.product("OLD-1", "Old charger", 99_0000)
	for name, c := range map[string]struct {
		product, text, pick, was string
		want, price              string // price: what the line then has, of 1.00 before
		found                    int
	}{
		"nothing":                    {"", "", "", "", "", "1.00", 0},
		"a SKU":                      {"", "lfp-200", "", "", large.ID.String(), "2249.99", 0},
		"a name of several":          {"", "lithium battery", "", "", small.ID.String(), "1249.99", 0},
		"a label":                    {"", "LFP-100 · Lithium battery", "", "", small.ID.String(), "1249.99", 0},
		"a part of one":              {"", "charger", "", "", gone.ID.String(), "99.00", 0},
		"a part of several":          {"", "lithium", "", "", "", "1.00", 2},
		"a part of several, chosen":  {"", "lithium", large.ID.String(), "", large.ID.String(), "2249.99", 0},
		"a part of none":             {"", "sail", "", "", "", "1.00", 0},
		"shipping":                   {"", "Ship", "", "", "shipping", "1.00", 0},
		"a discount":                 {"", "discount on all", "", "", "discount", "1.00", 0},
		"what was chosen before":     {small.ID.String(), "LFP-100 · Lithium battery", "", small.ID.String(), small.ID.String(), "1.00", 0},
		"other text over the chosen": {small.ID.String(), "LFP-200", "", small.ID.String(), large.ID.String(), "2249.99", 0},
		"nothing over the chosen":    {small.ID.String(), "", "", small.ID.String(), "", "1.00", 0},
	} {
		form := url.Values{"refresh": {"1"}, "product_text": {c.text}, "product_pick": {c.pick}}
		line(form, c.product, "Something", "1", "1.00", "", c.was)
		a := w.ask(auth.Owner, "lines", "/orders/new", form)
		a.wants(t, http.StatusOK, `name="product" value="`+c.want+`"`, `value="`+c.price+`"`, `name="was" value="`+c.want+`"`)
		if got := strings.Count(a.body, `name="product_pick"`); got != 1 {
			t.Errorf("%s: the line sends %d choices", name, got)
		}
		if got := max(0, strings.Count(between(a.body, `<select class="select mt-1`, `</select>`), "<option")-1); got != c.found {
			t.Errorf("%s: %d are found, want %d", name, got, c.found)
		}
	}
	form := url.Values{"product_text": {"sail"}, "product_pick": {""}}
	line(form, "", "Something", "1", "1.00", "", "")
	w.post("/orders/new", form).wants(t, http.StatusUnprocessableEntity, "No product matches this", `id="lines-product-0-error"`, `value="sail"`)
	form.Set("product_text", "lithium")
	w.post("/orders/new", form).wants(t, http.StatusUnprocessableEntity, "Choose one of the products found", "Choose of 2 found")
}

// between is the text between two others, or "".
func between(text, from, to string) string {
	_, rest, _ := strings.Cut(text, from)
	found, _, _ := strings.Cut(rest, to)
	return found
}

func TestProductChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.product("LFP-100", "Lithium battery", 1_249_9900)
	a := w.ask(auth.Owner, "lines-product-3-choices", "/products?product_text=lfp", nil)
	a.wants(t, http.StatusOK, `id="lines-product-3-list"`, "LFP-100 · Lithium battery", "$1,249.99")
	a.lacks(t, "<html", "Shipping")
	w.ask(auth.Owner, "lines-product-3-choices", "/products?product_text=sh", nil).wants(t, http.StatusOK, "Shipping")
	w.ask(auth.Owner, "lines-product-3-choices", "/products?product_text=sail", nil).wants(t, http.StatusOK, "No product matches")
}

func TestOrderSteps(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	at := "/orders/" + w.order(w.customer("Harbour Solar")).ID.String()
	w.post(at+"/ship", nil).wants(t, http.StatusConflict, "can become confirmed or cancelled")
	for _, step := range []string{"confirm", "start-picking", "picked", "ship"} {
		w.post(at+"/"+step, nil).wants(t, http.StatusSeeOther)
	}
	w.get(at).wants(t, http.StatusOK, "Shipped", "INV-00001", "Mark delivered")
	fragment := w.ask(auth.Owner, "order", at+"?done=order-shipped", nil)
	fragment.wants(t, http.StatusOK, "Order shipped", "hx-partial")
	fragment.lacks(t, "<html")
	w.get(at).lacks(t, "Cancel order</button>", at+"/edit")
}

func TestInvoiceLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	form := url.Values{"customer_id": {w.customer("Harbour Solar").ID.String()}}
	line(form, "", "Commissioning", "2.5", "180", "", "")
	saved := w.post("/invoices/new", form)
	saved.wants(t, http.StatusSeeOther)
	at, _, _ := strings.Cut(saved.to, "?")
	w.get(saved.to).wants(t, http.StatusOK, "Draft invoice", "Issue", "$495.00", "Draft saved")
	issued := w.post(at+"/issue", nil)
	w.get(issued.to).wants(t, http.StatusOK, "INV-00001", "22/12/2026", "Record payment", "Invoice issued")
	w.get(at+"/edit").wants(t, http.StatusOK, "The lines of an issued invoice are fixed")
	w.post(at+"/amend", url.Values{"due_on": {"2026-01-01"}, "version": {"2"}}).wants(t, http.StatusUnprocessableEntity, "before its own date")
	w.post(at+"/amend", url.Values{"due_on": {"1/12/2026"}, "reference": {"PO 9"}, "version": {"2"}}).wants(t, http.StatusSeeOther)

	w.post(at+"/payments/new", url.Values{"amount": {"900"}}).wants(t, http.StatusUnprocessableEntity, "more than what is owed", `value="900"`)
	part := w.post(at+"/payments/new", url.Values{"amount": {"95"}, "paid_on": {"2026-11-20"}, "method": {"Card"}})
	part.wants(t, http.StatusSeeOther)
	w.get(part.to).wants(t, http.StatusOK, "Part paid", "$400.00", "PAY-00001", "20/11/2026", "Undo", "/reverse")
	w.post(at+"/void", nil).wants(t, http.StatusConflict, "take them back")
	w.post(at+"/payments/new", url.Values{"amount": {"400"}, "paid_on": {"2026-11-24"}}).wants(t, http.StatusSeeOther)
	w.get(at).wants(t, http.StatusOK, "Paid on 24/11/2026", "$495.00 received.")
	w.get(at+"/edit").wants(t, http.StatusConflict, "cannot be changed any more")
	_, payment, _ := strings.Cut(part.to, "payment=")
	w.post(at+"/payments/"+payment+"/reverse", nil).wants(t, http.StatusSeeOther)
	w.get(at).wants(t, http.StatusOK, "Reversed", "Part paid")
	w.get("/invoices?state=paid").lacks(t, "INV-00001")
}

func TestLinkCardAsksUntilItArrives(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	i := w.invoice(w.customer("Harbour Solar"))
	at := "/invoices/" + i.ID.String()
	w.links.set(i.ID.UUID, crmpages.RemoteLink{State: link.Pending})
	w.get(at).wants(t, http.StatusOK, at+"?poll=1", "every 1s", "data-poll", "Waiting")
	card := w.ask(auth.Owner, "links", at+"?poll=59", nil)
	card.wants(t, http.StatusOK, at+"?poll=60")
	card.lacks(t, "INV-00001")
	w.ask(auth.Owner, "links", at+"?poll=60", nil).lacks(t, "hx-get")
	w.links.set(i.ID.UUID, crmpages.RemoteLink{State: link.Synced, URL: "https://go.xero.com/1"})
	done := w.ask(auth.Owner, "links", at+"?poll=2", nil)
	done.wants(t, http.StatusOK, "Open in Xero", "Synced")
	done.lacks(t, "hx-get")
	w.get("/orders/"+i.OrderID.String()).wants(t, http.StatusOK, "Open in Xero", "INV-00001")
}

func TestRolesSeeWhatTheyMayDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("Harbour Solar")
	i := w.invoice(c)
	customer, invoice, order := "/customers/"+c.ID.String(), "/invoices/"+i.ID.String(), "/orders/"+i.OrderID.String()
	tests := []struct {
		role   auth.Role
		path   string
		status int
		has    []string
		lacks  []string
	}{
		{auth.Viewer, "/customers", http.StatusOK, nil, []string{"New customer"}},
		{auth.Viewer, customer, http.StatusOK, []string{"Owed"}, []string{"Archive", "Edit", "New order"}},
		{auth.Operations, customer, http.StatusOK, []string{"New order"}, []string{"Owed", "INV-00001"}},
		{auth.Operations, order, http.StatusOK, []string{"Mark delivered"}, []string{"/invoices/", "$5,637.46 due"}},
		{auth.Viewer, order, http.StatusOK, []string{"INV-00001"}, []string{"Mark delivered"}},
		{auth.Viewer, invoice, http.StatusOK, nil, []string{"Record payment", "Void", "Edit"}},
		{auth.Finance, invoice, http.StatusOK, []string{"Record payment", "Void", "Edit"}, nil},
		{auth.Operations, invoice, http.StatusForbidden, nil, nil},
		{auth.Viewer, "/orders/new", http.StatusForbidden, nil, nil},
		{auth.Viewer, "/products", http.StatusOK, nil, []string{"New product"}},
	}
	for _, test := range tests {
		t.Run(string(test.role)+test.path, func(t *testing.T) {
			t.Parallel()
			a := w.ask(test.role, "", test.path, nil)
			a.wants(t, test.status, test.has...)
			a.lacks(t, test.lacks...)
		})
	}
	w.ask(auth.Finance, "", order+"/deliver", url.Values{}).wants(t, http.StatusForbidden)
}

func TestOverdueInvoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.customer("Harbour Solar")
	in := records.InvoiceInput{CustomerID: c.ID, IssuedOn: crm.NewDay(2026, 10, 1), Lines: []records.LineInput{{Description: "Service", Quantity: 1_0000, UnitPrice: price(100_0000), TaxClass: crm.GST}}}
	i := made[crm.Invoice](t)(w.book.CreateInvoice(w.owner(), in))
	made[crm.Invoice](t)(w.book.IssueInvoice(w.owner(), i.ID))
	w.get("/invoices").wants(t, http.StatusOK, "$110.00 owed to you, $110.00 of it overdue", "Overdue")
	w.get("/invoices/"+i.ID.String()).wants(t, http.StatusOK, "should have been paid by 31/10/2026, 22 days ago")
	w.get("/customers/"+c.ID.String()).wants(t, http.StatusOK, "1 invoice past due")
}

func TestDaysAsTyped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	customer := w.customer("Harbour Solar").ID.String()
	for typed, want := range map[string]string{"1/7/2026": "01/07/2026", "01072026": "01/07/2026", "1.7.2026": "01/07/2026", "01-07-2026": "01/07/2026", "2026-07-01": "01/07/2026", "1 7 2026": "01/07/2026"} {
		saved := w.post("/orders/new", url.Values{"customer_id": {customer}, "ordered_on": {typed}})
		w.get(saved.to).wants(t, http.StatusOK, want)
	}
	w.post("/orders/new", url.Values{"customer_id": {customer}, "ordered_on": {"07/31/2026"}}).wants(t, http.StatusUnprocessableEntity, "is not a date")
}

// TestFormsDoNotGrowWithCustomers compares forms before and after many customers
// were added.
func TestFormsDoNotGrowWithCustomers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.customer("Harbour Solar")
	before := map[string]int{}
	for _, path := range []string{"/orders/new", "/invoices/new"} {
		before[path] = len(w.get(path).body)
	}
	for n := range 60 {
		w.plain("Outback Power " + strconv.Itoa(n))
	}
	for path, size := range before {
		if now := len(w.get(path).body); now != size {
			t.Errorf("%s has %d bytes with 61 customers, %d with one", path, now, size)
		}
	}
}

// TestTypedCustomer leaves the choice to what was typed.
func TestTypedCustomer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	solar, marine := w.customer("Harbour Solar"), w.customer("Harbour Marine")
	old := w.archived("Harbour Ice")
	line := url.Values{"description": {"Advice"}, "quantity": {"1"}, "price": {"10"}, "tax_class": {"gst"}, "product": {""}, "discount": {""}, "was": {""}}
	send := func(more url.Values) answer {
		form := url.Values{}
		for _, from := range []url.Values{line, more} {
			for name, values := range from {
				form[name] = values
			}
		}
		return w.post("/invoices/new", form)
	}
	for typed, want := range map[string]string{
		"harbour solar": "", solar.Number: "", "Harbour Marine · " + marine.Number: "",
		"harbour": "Choose one of the customers found", "harbour i": "No active customer matches", "": "Choose a customer",
		old.Number: "No active customer matches",
	} {
		out := send(url.Values{"customer_id": {""}, "customer_id_text": {typed}})
		if want == "" {
			out.wants(t, http.StatusSeeOther)
		} else {
			out.wants(t, http.StatusUnprocessableEntity, want)
		}
	}
	send(url.Values{"customer_id": {solar.ID.String()}, "customer_id_text": {"harbour mar"}}).wants(t, http.StatusUnprocessableEntity, "Choose one", marine.ID.String())
	send(url.Values{"customer_id": {""}, "customer_id_text": {"harb"}, "customer_id_pick": {marine.ID.String()}}).wants(t, http.StatusSeeOther)
	send(url.Values{"customer_id": {"nobody"}}).wants(t, http.StatusUnprocessableEntity, "Choose a customer")
}
