package walltest

import (
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// TestOneClickEndsMail posts what a mail client posts, without cookies and from
// nowhere, after reading the page, which changes nothing.
func TestOneClickEndsMail(t *testing.T) {
	engines(t, func(w *world) {
		const address = "fan@quokka-solar.example"
		path := "/unsubscribe/" + stopToken(w, w.app.Resend, resend.Stop{Org: w.first, Address: address, Mail: mail.FollowUp})
		held := func() []mail.Suppression {
			return must(w.app.Store.SuppressionsOf(w.Context(), w.first, address))(w)
		}
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if a := w.send(request{method: method, path: path}); a.Code != http.StatusOK || len(held()) != 0 || strings.Contains(a.Body.String(), address) {
				w.Fatalf("%s is answered with %d and changes %v: %s", method, a.Code, held(), a.Body)
			}
		}
		waiting := w.waits(address)
		for range 2 {
			a := w.send(request{method: http.MethodPost, path: path, body: "List-Unsubscribe=One-Click"})
			if a.Code != http.StatusOK || len(a.Result().Cookies()) > 0 || !strings.Contains(a.Body.String(), "gets no such mail any more") {
				w.Fatalf("one click is answered with %d: %s", a.Code, a.Body)
			}
		}
		if all := held(); len(all) != 1 || all[0].Scope != mail.ScopeOf(mail.FollowUp) || all[0].Reason != mail.ForUnsubscribe {
			w.Fatalf("held: %+v", all)
		}
		if m := must(w.app.Store.Mail(w.Context(), w.first, waiting))(w); m.State != mail.Suppressed {
			w.Errorf("what waited is %s", m.State)
		}
		if a := w.send(request{method: http.MethodPost, path: path, body: "stop=all"}); a.Code != http.StatusOK || !strings.Contains(a.Body.String(), "No marketing mail of any kind") {
			w.Errorf("stopping all is answered with %d: %s", a.Code, a.Body)
		}
		for _, broken := range []string{path[:len(path)-2], path + "x", "/unsubscribe/v1.x"} {
			if a := w.send(request{method: http.MethodPost, path: broken, body: "List-Unsubscribe=One-Click"}); a.Code != http.StatusNotFound || !strings.Contains(a.Body.String(), "This link is not whole") {
				w.Errorf("%s is answered with %d", broken, a.Code)
			}
		}
	})
}

// waits queues marketing mail to an address whose customer agreed to it.
func (w *world) waits(address string) (id mail.ID) {
	w.Helper()
	ctx := w.as(w.first)
	customer := must(w.app.Book.CreateCustomer(ctx, records.CustomerInput{Name: quokka + " fan", Email: address, MarketingConsent: true}))(w)
	w.check(w.app.Store.InTx(ctx, func(tx *store.Tx) error {
		m, err := w.app.Resend.Queue(ctx, tx, w.first, resend.Draft{
			Category: mail.FollowUp, Customer: &customer.ID, To: address, Subject: quokka + " Solar", HTML: "<p>x</p>", Text: "x", By: quokka, Unsubscribe: "https://renoz.example.com/unsubscribe/x",
		})
		id = m.ID
		if err == nil && m.State != mail.Queued {
			w.Errorf("before, it is %s", m.State)
		}
		return err
	}))
	return id
}

// TestConfirmedConsentReachesTheCustomer asks for mail again: opening the link in
// the mail changes nothing, its button notes consent with the customer too.
func TestConfirmedConsentReachesTheCustomer(t *testing.T) {
	engines(t, func(w *world) {
		const address = "again@bilby.example"
		ctx := w.as(w.first)
		c := must(w.app.Book.CreateCustomer(ctx, records.CustomerInput{Name: "Bilby again", Email: address}))(w)
		path := "/subscribe/" + wishToken(w.T, ctx, w.app, resend.Stop{Org: w.first, Address: address, Mail: mail.Newsletter})
		consents := func() bool { return must(w.app.Book.Customer(ctx, c.ID))(w).MarketingConsent }
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			if a := w.send(request{method: method, path: path}); a.Code != http.StatusOK || consents() || strings.Contains(a.Body.String(), address) {
				w.Fatalf("%s is answered with %d: %s", method, a.Code, a.Body)
			}
		}
		if a := w.send(request{method: http.MethodPost, path: path, header: http.Header{"Sec-Fetch-Site": {"cross-site"}}}); a.Code != http.StatusForbidden || consents() {
			w.Errorf("another site confirms: %d", a.Code)
		}
		for range 2 {
			if a := w.send(request{method: http.MethodPost, path: path}); a.Code != http.StatusOK || len(a.Result().Cookies()) > 0 || !consents() {
				w.Fatalf("confirming is answered with %d: %s", a.Code, a.Body)
			}
		}
		list := must(w.app.Resend.CustomerConsents(ctx, c.ID, mail.ConsentFilter{}))(w)
		if len(list) != 3 || list[0].Way != mail.ByDoubleOptIn || list[1].Way != mail.ByDoubleOptIn || list[2].Given {
			w.Errorf("the log says %+v", list)
		}
		for _, broken := range []string{path[:len(path)-1], path + "x", "/subscribe/x"} {
			if a := w.send(request{method: http.MethodPost, path: broken}); a.Code != http.StatusNotFound {
				w.Errorf("%s is answered with %d", broken, a.Code)
			}
		}
	})
}
