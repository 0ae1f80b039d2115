package api_test

import (
	"net/http"
	"testing"

	"github.com/renoz/renoz/internal/auth"
)

func TestCustomerFromAddingToArchiving(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Sales)
	a := p.post("/customers", object{"name": "Sunny Side Solar", "abn": "51 824 753 556", "terms_days": 14, "contacts": []object{{"first_name": "Ann"}},
		"addresses": []object{{"kind": "postal", "line1": "1 High Street", "country": "au"}}})
	c := a.is(http.StatusCreated)
	id := c.text("id")
	if a.header.Get("Location") != "/api/v1/customers/"+id || a.header.Get("ETag") != `"1"` {
		t.Errorf("headers %v", a.header)
	}
	if c.text("abn") != "51824753556" || c.text("number") != "C-00001" || c["terms_days"] != 14.0 {
		t.Errorf("got %s", a.text)
	}
	contact := c["contacts"].([]any)[0].(map[string]any)["id"]
	c = p.patch("/customers/"+id, object{"terms_days": nil, "phone": "02 5550 1234", "contacts": []object{{"id": contact, "first_name": "Anna"}}}).is(http.StatusOK)
	if c["terms_days"] != nil || c.text("phone") != "02 5550 1234" || c.text("abn") != "51824753556" {
		t.Errorf("changed to %v", c)
	}
	if again := c["contacts"].([]any)[0].(map[string]any); again["id"] != contact || again["first_name"] != "Anna" {
		t.Errorf("contact %v", again)
	}
	c = p.post("/customers/"+id+"/archive", nil).is(http.StatusOK)
	if c.text("archived_at") == "" {
		t.Errorf("not archived: %v", c)
	}
	p.post("/customers/"+id+"/archive", nil).refused(http.StatusConflict, "already archived")
	if n := len(p.get("/customers?state=active").is(http.StatusOK).items()); n != 0 {
		t.Errorf("%d active customers", n)
	}
	p.post("/customers/"+id+"/restore", nil).is(http.StatusOK)
	if c := p.get("/customers/" + id).is(http.StatusOK); c["version"] != 4.0 || c["archived_at"] != nil {
		t.Errorf("restored to %v", c)
	}
	if items := p.get("/customers?q=sunny").is(http.StatusOK).items(); len(items) != 1 || items[0].text("id") != id {
		t.Errorf("found %v", items)
	}
}

func TestProductIsAddedAndChanged(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Sales)
	made := p.post("/products", object{"sku": "BESS-50", "name": "Battery", "price": aud("0.0125"), "tax_class": "gst"}).is(http.StatusCreated)
	if made.in("price")["amount"] != "0.0125" || made["active"] != true {
		t.Errorf("made %v", made)
	}
	at := "/products/" + made.text("id")
	changed := p.patch(at, object{"price": aud("4995"), "active": false}).is(http.StatusOK)
	if changed.in("price")["amount"] != "4995.00" || changed["active"] != false || changed.text("sku") != "BESS-50" {
		t.Errorf("changed to %v", changed)
	}
	p.patch(at, object{"price": object{"amount": "1", "currency": "USD"}}).refused(http.StatusUnprocessableEntity, "Use AUD")
	p.post("/products", object{"sku": "BESS-50", "name": "Other", "price": aud("1"), "tax_class": "gst"}).refused(http.StatusConflict, "body.sku")
	if items := p.get("/products?state=inactive").is(http.StatusOK).items(); len(items) != 1 {
		t.Errorf("listed %v", items)
	}
}

func TestOrderBecomesAnInvoiceThatIsPaid(t *testing.T) {
	t.Parallel()
	x := open(t)
	sales, finance := x.as(auth.Admin), x.as(auth.Finance)
	order := sales.order(sales.customer("Sunny"))
	o := sales.patch("/orders/"+order, object{"reference": "PO 7"}).is(http.StatusOK)
	if o.in("totals")["total"].(map[string]any)["amount"] != "10439.55" || o.text("reference") != "PO 7" || o.text("ordered_on") != "2026-11-22" {
		t.Errorf("order %v", o)
	}
	for step, state := range map[string]string{"deliver": "", "picked": ""} {
		sales.post("/orders/"+order+"/"+step, nil).refused(http.StatusConflict, "it can become confirmed"+state)
	}
	for _, step := range [][2]string{{"confirm", "confirmed"}, {"pick", "picking"}, {"picked", "picked"}, {"ship", "shipped"}, {"deliver", "delivered"}} {
		if o := sales.post("/orders/"+order+"/"+step[0], nil).is(http.StatusOK); o.text("state") != step[1] {
			t.Fatalf("%s led to %v", step[0], o)
		}
	}
	i := finance.post("/orders/"+order+"/invoice", nil).is(http.StatusOK)
	if i.text("number") != "INV-00001" || i.text("due_on") != "2026-12-22" || i.in("due")["amount"] != "10439.55" {
		t.Errorf("invoice %v", i)
	}
	invoice := "/invoices/" + i.text("id")
	if i := finance.patch(invoice, object{"due_on": "2026-12-01"}).is(http.StatusOK); i.text("due_on") != "2026-12-01" {
		t.Errorf("amended to %v", i)
	}
	finance.patch(invoice, object{"lines": []object{battery()}}).refused(http.StatusConflict, "only the lines of drafts")
	finance.post(invoice+"/payments", object{"amount": aud("99999")}).refused(http.StatusUnprocessableEntity, "body.amount")
	paid := finance.post(invoice+"/payments", object{"amount": aud("10439.55"), "method": "bank transfer"})
	payment := paid.is(http.StatusCreated).text("id")
	if paid.header.Get("Location") != "/api/v1/payments/"+payment {
		t.Errorf("Location %q", paid.header.Get("Location"))
	}
	if i := finance.get(invoice).is(http.StatusOK); i.text("state") != "paid" || i.text("paid_on") != "2026-11-22" {
		t.Errorf("after payment %v", i)
	}
	finance.post(invoice+"/void", nil).refused(http.StatusConflict, "take them back")
	if p := finance.post("/payments/"+payment+"/reverse", nil).is(http.StatusOK); p.text("reversed_at") == "" {
		t.Errorf("reversed %v", p)
	}
	if list := finance.get(invoice + "/payments").is(http.StatusOK).items(); len(list) != 1 || list[0].in("amount")["amount"] != "10439.55" {
		t.Errorf("payments %v", list)
	}
	if i := finance.post(invoice+"/void", nil).is(http.StatusOK); i.text("state") != "voided" {
		t.Errorf("voided %v", i)
	}
	if list := finance.get("/invoices?state=voided").is(http.StatusOK).items(); len(list) != 1 {
		t.Errorf("listed %v", list)
	}
}

func TestDraftInvoiceIsChangedAndIssued(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Finance)
	customer := p.customer("Sunny")
	i := p.post("/invoices", object{"customer_id": customer, "due_on": "2026-12-24", "lines": []object{battery()}}).is(http.StatusCreated)
	at := "/invoices/" + i.text("id")
	i = p.patch(at, object{"due_on": nil, "lines": []object{battery(), {"kind": "shipping", "description": "Freight", "quantity": "1", "unit_price": aud("100"), "tax_class": "gst"}}}).is(http.StatusOK)
	if i["due_on"] != nil || i.in("totals")["total"].(map[string]any)["amount"] != "10549.55" {
		t.Errorf("changed to %v", i)
	}
	if i = p.post(at+"/issue", nil).is(http.StatusOK); i.text("state") != "issued" || i.text("due_on") != "2026-12-22" {
		t.Errorf("issued %v", i)
	}
}

func TestOrdersOfOneCustomer(t *testing.T) {
	t.Parallel()
	p := open(t).as(auth.Admin)
	ann, bob := p.customer("Ann"), p.customer("Bob")
	order := p.order(ann)
	p.order(bob)
	if items := p.get("/orders?customer_id=" + ann).is(http.StatusOK).items(); len(items) != 1 || items[0].text("id") != order {
		t.Errorf("orders of Ann: %v", items)
	}
	p.post("/orders/"+order+"/cancel", nil).is(http.StatusOK)
	if items := p.get("/orders?state=open").is(http.StatusOK).items(); len(items) != 1 {
		t.Errorf("open orders: %v", items)
	}
}

func TestMe(t *testing.T) {
	t.Parallel()
	me := open(t).as(auth.Viewer).get("/me").is(http.StatusOK)
	if me.in("organisation")["name"] != "Volt Supply" || me.text("role") != "viewer" || me.in("token")["name"] != "viewer" {
		t.Errorf("me: %v", me)
	}
}
