package crmpages_test

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/crmpages"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/web/webtest"
)

// business fills a world and returns the addresses of its pages.
func business(t testing.TB, w *world) []string {
	c := w.customer("Harbour Solar")
	old := w.customer("Kestrel Farms")
	must(t, second(w.book.ArchiveCustomer(w.owner(), old.ID)))
	w.product("LFP-100", "100 Ah lithium battery", 1_249_9900)
	p := w.product("BMS-8S", "Battery management board, 8 cells", 89_5000)
	draft, picked := w.order(c), w.order(c, crm.OrderConfirmed, crm.OrderPicking, crm.OrderPicked)
	sent, paid, manual := w.invoice(c), w.invoice(c), w.draft(c)
	must(t, second(w.book.RecordPayment(w.owner(), records.PaymentInput{InvoiceID: sent.ID, Amount: 1_000_00, PaidOn: crm.NewDay(2026, 11, 20), Method: "Bank transfer", Reference: "NAB 0042"})))
	must(t, second(w.book.RecordPayment(w.owner(), records.PaymentInput{InvoiceID: paid.ID, Amount: paid.Due(), Method: "Card"})))
	w.links.set(sent.ID.UUID, crmpages.RemoteLink{State: link.Rejected, Text: "The account code 201 is archived in Xero. Choose another code.", NextAction: "Open settings", NextURL: "/settings"})
	w.links.set(paid.ID.UUID, crmpages.RemoteLink{State: link.Synced, URL: "https://go.xero.com/AccountsReceivable/View.aspx?InvoiceID=1"})
	w.links.set(c.ID.UUID, crmpages.RemoteLink{State: link.Synced, Text: "Harbour Solar", URL: "https://go.xero.com/Contacts/View/1"})
	credit, err := w.book.CreateCreditNote(w.owner(), records.CreditNoteInput{InvoiceID: &sent.ID, Reason: "Damaged in transit"})
	must(t, err)
	must(t, second(w.book.IssueCreditNote(w.owner(), credit.ID, false)))
	must(t, second(w.book.Allocate(w.owner(), records.AllocationInput{CreditNoteID: credit.ID, InvoiceID: sent.ID, Amount: 100_00})))
	must(t, second(w.book.RecordRefund(w.owner(), records.RefundInput{CreditNoteID: credit.ID, Amount: 50_00, Method: "Card"})))
	note := "/credit-notes/" + credit.ID.String()
	customer, invoice := "/customers/"+c.ID.String(), "/invoices/"+sent.ID.String()
	return []string{"/customers", "/customers?q=nobody", "/customers/new", "/customers/import", customer, customer + "/edit",
		"/products", "/products/new", "/products/" + p.ID.String() + "/edit",
		"/orders", "/orders?customer=" + c.ID.String(), "/orders/new", "/orders/" + draft.ID.String(), "/orders/" + picked.ID.String(),
		"/orders/" + paid.OrderID.String(), "/orders/" + draft.ID.String() + "/edit",
		"/invoices", "/invoices/new", invoice, invoice + "/payments/new", "/invoices/" + paid.ID.String(),
		"/invoices/" + manual.ID.String(), "/invoices/" + manual.ID.String() + "/edit",
		"/credit-notes", "/credit-notes/new", "/credit-notes/new?invoice=" + paid.ID.String(), note, note + "/allocations/new", note + "/refunds/new"}
}

func second[T any](_ T, err error) error { return err }

// TestPagesAreAccessible audits every page on both devices, in light and dark,
// in one tab for each, because opening a tab takes longer than the audit.
func TestPagesAreAccessible(t *testing.T) {
	w := newWorld(t)
	paths := business(t, w)
	for _, v := range []webtest.View{{}, {Dark: true}, {Device: webtest.Phone}, {Device: webtest.Phone, Dark: true}} {
		name := v.Device.String() + map[bool]string{false: "-light", true: "-dark"}[v.Dark]
		t.Run(name, func(t *testing.T) {
			v.Path = paths[0]
			p := webtest.Open(t, w.url, v)
			for i, path := range paths {
				t.Run(strconv.Itoa(i), func(t *testing.T) {
					at := *p
					at.TB = t
					t.Log(path)
					at.Go(path)
					at.ShootFull(name + "-" + strconv.Itoa(i))
					at.Audit()
					at.Fits()
				})
			}
		})
	}
}

func TestEmptyLists(t *testing.T) {
	webtest.Check(t, newWorld(t).url, webtest.View{Path: "/customers"}, webtest.View{Path: "/invoices"})
}

func TestCreateCustomer(t *testing.T) {
	w := newWorld(t)
	p := webtest.Open(t, w.url, webtest.View{Path: "/customers/new", Expect: []string{"422"}})
	p.Do(chromedp.SendKeys(`#name`, "Harbour Solar"), chromedp.SendKeys(`#abn`, "12 345"),
		chromedp.Click(`[name=add-contact]`), chromedp.WaitVisible(`#contacts-0-first_name`),
		chromedp.SendKeys(`#contacts-0-first_name`, "Mia"),
		chromedp.Click(`[name=add-address]`), chromedp.WaitVisible(`#addresses-0-line1`),
		chromedp.SendKeys(`#addresses-0-line1`, "12 Wharf Street"),
		chromedp.SendKeys(`#email`, "accounts@harbour.example"+kb.Enter),
		webtest.Eventually(`document.querySelector('#abn').getAttribute('aria-invalid') && document.activeElement.id === 'abn'`))
	p.Audit()
	p.Shoot("customer-wrong")
	p.Do(chromedp.SetValue(`#abn`, "51 824 753 556"), chromedp.SendKeys(`#abn`, kb.Enter),
		webtest.Eventually(`document.querySelector('h1')?.textContent === 'Harbour Solar' && document.querySelector('.toast h2')?.textContent === 'Customer added'`))
	p.Shoot("customer-added")
	p.Do(chromedp.Click(`form[action$="/archive"] button`), webtest.Eventually(`document.querySelector('form[action$="/restore"]') && document.querySelector('.toast form')`),
		chromedp.Click(`.toast form button`), webtest.Eventually(`document.querySelector('#customer form[action$="/archive"]')`))
}

// TestPickCustomer finds a customer by typing, with the keyboard and with the
// mouse, and is told when what was typed fits several.
func TestPickCustomer(t *testing.T) {
	w := newWorld(t)
	solar, marine := w.customer("Harbour Solar"), w.customer("Harbour Marine")
	w.archived("Harbour Ice")
	for n := range 25 {
		w.plain("Outback Power " + strconv.Itoa(n))
	}
	p := webtest.Open(t, w.url, webtest.View{Path: "/invoices/new", Expect: []string{"422"}})
	const options = `[...document.querySelectorAll('.picker-panel:not([hidden]) [role=option] span:first-child')].map((o) => o.textContent).join()`
	p.Do(chromedp.SendKeys(`#customer_id`, "harb"), webtest.Eventually(options+` === 'Harbour Marine · `+marine.Number+`,Harbour Solar · `+solar.Number+`'`))
	p.Audit()
	p.Shoot("picker")
	p.Do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowDown), webtest.Eventually(`document.getElementById(document.querySelector('#customer_id').getAttribute('aria-activedescendant'))?.textContent.includes('Solar')`),
		chromedp.KeyEvent(kb.Enter), webtest.Eventually(`document.querySelector('[name=customer_id]').value === '`+solar.ID.String()+`' && !document.querySelector('.picker-panel:not([hidden])') && document.querySelector('#customer_id').value.startsWith('Harbour Solar')`),
		webtest.JS(`document.querySelector('#reference').focus()`), webtest.JS(`document.querySelector('#customer_id').value = ''`))
	p.Do(chromedp.SendKeys(`#customer_id`, "outback"), webtest.Eventually(`document.querySelector('.picker-panel').textContent.includes('More than 20 customers match')`),
		chromedp.KeyEvent(kb.Escape), webtest.Eventually(`!document.querySelector('.picker-panel:not([hidden])')`),
		webtest.JS(`document.querySelector('#customer_id').value = 'harbour'`))
	p.Do(chromedp.Click(`#invoice-form > div:last-of-type .btn:first-child`),
		webtest.Eventually(`document.querySelectorAll('[name=customer_id_pick]').length === 2 && document.querySelector('#customer_id').getAttribute('aria-invalid') && document.querySelector('#customer_id').value === 'harbour'`))
	p.Audit()
	p.Shoot("picker-open-choice")
	p.Do(chromedp.SendKeys(`#customer_id`, " mar"), webtest.Eventually(`document.querySelectorAll('.picker-panel:not([hidden]) [role=option]').length === 1`),
		chromedp.Click(`.picker-panel [role=option]`), webtest.Eventually(`document.querySelector('[name=customer_id]').value === '`+marine.ID.String()+`' && !document.querySelector('[name=customer_id_pick]')`),
		chromedp.SetValue(`#lines-description-0`, "Advice"), chromedp.SetValue(`#lines-price-0`, "10"), chromedp.Click(`#invoice-form > div:last-of-type .btn:first-child`),
		webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Invoice added' || document.querySelector('h1')?.textContent === 'Draft invoice'`))
}

// total is what the lines of a form come to.
const total = `document.querySelector('.line-totals > div:last-child dd').textContent`

func TestOrderToInvoice(t *testing.T) {
	w := newWorld(t)
	c := w.customer("Harbour Solar")
	battery := w.product("LFP-100", "100 Ah lithium battery", 1_249_9900)
	w.links.after = 2
	p := webtest.Open(t, w.url, webtest.View{Path: "/orders/new?customer=" + c.ID.String()})
	p.Do(chromedp.SetValue(`#lines-product-0`, battery.SKU), changed(`#lines-product-0`),
		webtest.Eventually(`document.querySelector('#lines-description-0').value === '100 Ah lithium battery' && document.querySelector('#lines-price-0').value === '1249.99'`),
		chromedp.SetValue(`#lines-quantity-0`, "4"), chromedp.SetValue(`#lines-discount-0`, "10%"), changed(`#lines-discount-0`),
		webtest.Eventually(total+` === '$4,949.96'`),
		chromedp.Click(`[name=add-line]`), webtest.Eventually(`document.querySelector('#lines-product-1')`),
		chromedp.SetValue(`#lines-product-1`, "shipping"), changed(`#lines-product-1`),
		webtest.Eventually(`document.querySelector('#lines-description-1').value === 'Shipping'`),
		chromedp.SetValue(`#lines-price-1`, "125"), changed(`#lines-price-1`), webtest.Eventually(total+` === '$5,087.46'`))
	p.Audit()
	p.Shoot("order-lines")
	p.Do(chromedp.Click(`#order-form > div:last-of-type .btn:first-child`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Order added'`))
	for _, step := range []string{"confirm", "start-picking", "picked", "ship"} {
		p.Do(chromedp.Click(`form[action$="/`+step+`"] button`), webtest.Eventually(`!document.querySelector('form[action$="/`+step+`"]')`))
	}
	p.Do(webtest.Eventually(`document.querySelector('#invoice')?.textContent.includes('INV-00001')`))
	p.Shoot("order-shipped")
	orders := made[storeOrders](t)(w.book.Orders(w.owner(), allOrders()))
	i := made[crm.Invoice](t)(w.book.InvoiceOfOrder(w.owner(), orders.Rows[0].ID))
	if i.Totals.Total != 5_087_46 {
		t.Errorf("the invoice comes to %d", i.Totals.Total)
	}
	w.links.set(i.ID.UUID, crmpages.RemoteLink{State: link.Pending, Text: "It is sent within seconds."})
	p.Go("/invoices/" + i.ID.String())
	p.Do(webtest.Eventually(`document.querySelector('#links').textContent.includes('Waiting')`),
		webtest.Eventually(`document.querySelector('#links a[href^="https://go.xero.com/"]') && !document.querySelector('#links[hx-get]')`))
}

// TestPickProduct finds products among a thousand by typing, with the keyboard
// and with the mouse, on lines of the page and on added ones.
func TestPickProduct(t *testing.T) {
	w := newWorld(t)
	c := w.customer("Harbour Solar")
	for n := range 1000 {
		w.product("SKU-"+strconv.Itoa(n), "Cable of "+strconv.Itoa(n)+" metres", crm.Price(n)*1_0000)
	}
	free := made[crm.Product](t)(w.book.CreateProduct(w.owner(), records.ProductInput{SKU: "TRAIN-1", Name: "Training", Price: 250_0000, TaxClass: crm.GSTFree}))
	webtest.Budget(t, w.url, webtest.View{Path: "/orders/new"})
	p := webtest.Open(t, w.url, webtest.View{Path: "/orders/new?customer=" + c.ID.String()})
	const options = `[...document.querySelectorAll('.picker-panel:not([hidden]) [role=option] span:first-child')].map((o) => o.textContent).join()`
	p.Do(chromedp.SendKeys(`#lines-product-0`, "sku-77"), webtest.Eventually(`document.querySelector('#lines-product-0-choices').textContent.includes('SKU-777 · Cable of 777 metres')`))
	p.Audit()
	p.Shoot("product-picker")
	inView(p, `#lines-product-0-choices`)
	p.Do(chromedp.KeyEvent("7"), webtest.Eventually(options+` === 'SKU-777 · Cable of 777 metres'`),
		chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.Enter),
		webtest.Eventually(`document.querySelector('#lines-description-0').value === 'Cable of 777 metres' && document.querySelector('#lines-price-0').value === '777.00' && document.querySelector('#lines-product-0').value === 'SKU-777 · Cable of 777 metres'`),
		webtest.Eventually(total+` === '$854.70'`),
		chromedp.Click(`[name=add-line]`), webtest.Eventually(`document.querySelector('#lines-product-1')`),
		chromedp.SendKeys(`#lines-product-1`, "train"), webtest.Eventually(options+` === 'TRAIN-1 · Training'`),
		chromedp.Click(`#lines-product-1-choices [role=option]`),
		webtest.Eventually(`document.querySelector('#lines-price-1').value === '250.00' && document.querySelector('#lines-tax_class-1').value === 'gst_free'`),
		webtest.Eventually(total+` === '$1,104.70'`),
		chromedp.Click(`[name=add-line]`), webtest.Eventually(`document.querySelector('#lines-product-2')`),
		chromedp.SendKeys(`#lines-product-2`, "ship"), webtest.Eventually(options+`.startsWith('Shipping')`), chromedp.KeyEvent(kb.Enter),
		webtest.Eventually(`document.querySelector('#lines-description-2').value === 'Shipping'`),
		chromedp.SetValue(`#lines-price-2`, "10"), changed(`#lines-price-2`), webtest.Eventually(total+` === '$1,115.70'`))
	p.Do(chromedp.Click(`#lines-0 [name=remove-line]`), webtest.Eventually(`!document.querySelector('#lines-2') && document.querySelector('#lines-product-0').value === 'TRAIN-1 · Training'`),
		webtest.Eventually(total+` === '$261.00'`))
	p.Shoot("product-picked")
	p.Do(chromedp.Click(`#order-form > div:last-of-type .btn:first-child`), webtest.Eventually(`document.querySelector('.toast h2')?.textContent === 'Order added'`))
	rows := made[storeOrders](t)(w.book.Orders(w.owner(), allOrders()))
	o := made[crm.Order](t)(w.book.Order(w.owner(), rows.Rows[0].ID))
	if len(o.Lines) != 2 || o.Lines[0].ProductID == nil || *o.Lines[0].ProductID != free.ID || o.Lines[0].TaxClass != crm.GSTFree || o.Lines[1].Kind != crm.Shipping {
		t.Errorf("the lines are %+v", o.Lines)
	}
}

// TestPickProductOnAPhone looks at the choices where lines are cards.
func TestPickProductOnAPhone(t *testing.T) {
	w := newWorld(t)
	for n := range 30 {
		w.product("SKU-"+strconv.Itoa(n), "Cable of "+strconv.Itoa(n)+" metres with plugs on both ends", crm.Price(n)*1_0000)
	}
	for _, dark := range []bool{false, true} {
		p := webtest.Open(t, w.url, webtest.View{Path: "/invoices/new", Device: webtest.Phone, Dark: dark})
		p.Do(chromedp.SendKeys(`#lines-product-0`, "sku"), webtest.Eventually(`document.querySelector('#lines-product-0-choices').textContent.includes('More than 20 products match')`))
		p.Audit()
		p.Fits()
		p.Shoot("product-picker-phone-" + strconv.FormatBool(dark))
		inView(p, `#lines-product-0-choices`)
		p.Do(chromedp.Click(`#lines-product-0-list-1`), webtest.Eventually(`document.querySelector('#lines-price-0').value === '1.00'`))
		p.Fits()
		p.ShootFull("product-picked-phone-" + strconv.FormatBool(dark))
	}
}

// inView fails the test when something cuts an element off.
func inView(p *webtest.Page, selector string) {
	p.Helper()
	const cut = `(e => { const b = e.getBoundingClientRect(); return !e.contains(document.elementFromPoint(b.left + b.width / 2, Math.min(b.bottom - 4, innerHeight - 4))) })`
	if webtest.Get[bool](p, cut+`(document.querySelector('`+selector+`'))`) {
		p.Errorf("%s is cut off", selector)
	}
}

// changed tells the page that a reader has left a control.
func changed(selector string) webtest.Step {
	return webtest.JS(`document.querySelector('` + selector + `').dispatchEvent(new Event('change', {bubbles: true}))`)
}

func TestRecordAndReversePayment(t *testing.T) {
	w := newWorld(t)
	i := w.invoice(w.customer("Harbour Solar"))
	p := webtest.Open(t, w.url, webtest.View{Path: "/invoices/" + i.ID.String(), Expect: []string{"422"}})
	p.Do(chromedp.Click(`[command=show-modal][commandfor=record-payment]`), webtest.Eventually(`document.querySelector('#record-payment').open`))
	p.Shoot("payment-dialog")
	p.Audit()
	p.Do(chromedp.SetValue(`#amount`, "9,999"), chromedp.SendKeys(`#amount`, kb.Enter),
		webtest.Eventually(`location.pathname.endsWith('/payments/new') && document.activeElement.id === 'amount'`))
	p.Shoot("payment-wrong")
	p.Audit()
	p.Do(chromedp.SetValue(`#amount`, "1,000"), chromedp.SendKeys(`#amount`, kb.Enter),
		webtest.Eventually(`document.querySelector('#payments tbody')?.textContent.includes('PAY-00001') && document.querySelector('.toast form')`))
	p.Shoot("payment-recorded")
	p.Do(chromedp.Click(`#payments [commandfor^=reverse]`), webtest.Eventually(`document.querySelector('dialog[open]')`))
	p.Shoot("payment-reverse")
	p.Do(chromedp.Click(`dialog[open] [data-variant=destructive]`), webtest.Eventually(`document.querySelector('#payments').textContent.includes('Reversed') && !document.querySelector('#payments [commandfor]')`))
}

func TestWithoutScripts(t *testing.T) {
	w := newWorld(t)
	c := w.customer("Harbour Solar")
	battery := w.product("LFP-100", "100 Ah lithium battery", 1_249_9900)
	w.customer("Harbour Marine")
	p := webtest.Open(t, w.url, webtest.View{Path: "/orders/new", WithoutScripts: true, Expect: []string{"422"}})
	p.Do(chromedp.SendKeys(`#customer_id`, "harb"), chromedp.SendKeys(`#reference`, "PO 1"), chromedp.Click(`[name=customer_id_find]`), chromedp.WaitVisible(`[name=customer_id_pick]`), loaded())
	p.Shoot("picker-without-scripts")
	p.Do(chromedp.Click(`[name=customer_id_pick][value="` + c.ID.String() + `"]`))
	w.product("LFP-200", "200 Ah lithium battery", 2_249_9900)
	p.Do(chromedp.SendKeys(`#lines-product-0`, "lithium"), chromedp.Click(`[name=add-line]`), chromedp.WaitVisible(`#lines-1`), loaded())
	p.Do(chromedp.SetValue(`#lines-0 select[name=product_pick]`, battery.ID.String()), chromedp.Click(`button[name=refresh]`))
	p.Do(chromedp.WaitVisible(`#lines-price-0[value="1249.99"]`),
		chromedp.Click(`#lines-1 [name=remove-line]`), chromedp.WaitNotPresent(`#lines-1`))
	p.Do(loaded(), webtest.Eventually(`document.querySelector('#customer_id').value === 'Harbour Solar · `+c.Number+`' && document.querySelector('#reference').value === 'PO 1'`),
		chromedp.SendKeys(`#reference`, kb.Enter), chromedp.WaitVisible(`.toast`), loaded(),
		chromedp.Click(`form[action$="/confirm"] button`), chromedp.WaitVisible(`form[action$="/start-picking"] button`))
}

// loaded waits until keys and clicks go to the page that was asked for.
func loaded() webtest.Step { return webtest.Eventually(`document.readyState === 'complete'`) }
