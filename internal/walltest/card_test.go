package walltest

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/auth"
)

// framedCard is the one page for frames of other sites, and intranet the one
// site that may show it.
const (
	framedCard = "/embed/xero"
	intranet   = "https://intranet.example.com"
)

// framed is the address of the card for an organisation, with a pass that a
// page goes on with: it outlives the one that opens it.
func framed(t interface {
	Helper()
	Fatal(...any)
}, a *app.App, ctx context.Context) string {
	t.Helper()
	u := must(url.Parse(must(a.Xero.LinkCard(ctx))(t).URL))(t)
	pass := must(a.Xero.OpenCard(u.Query().Get("card")))(t)
	return framedCard + "?card=" + must(a.Xero.RenewCard(pass))(t)
}

// TestTheCardShowsItsOwnOrganisation gives links to both, and to people of the
// other one.
func TestTheCardShowsItsOwnOrganisation(t *testing.T) {
	engines(t, func(w *world) {
		words := []string{"Quokka Power Pty Ltd", "Choose the organisation in Xero."} // the second still has to
		for i, path := range []string{framed(w, w.app, w.as(w.first)), framed(w, w.app, w.as(w.second))} {
			for _, cookie := range []*http.Cookie{nil, w.cookies[w.first][auth.Owner], w.cookies[w.second][auth.Viewer]} {
				a := w.send(request{method: "GET", path: path, cookie: cookie})
				body := a.Body.String()
				if a.Code != http.StatusOK || !strings.Contains(body, words[i]) || strings.Contains(body, words[1-i]) || len(a.Result().Cookies()) > 0 {
					w.Errorf("the card with %q is answered with %d: %.300s", words[i], a.Code, body)
				}
				if what := leaks(a, w.values); what != "" {
					w.Errorf("the card shows %s", what)
				}
				policy := a.Header().Get("Content-Security-Policy")
				if !strings.HasSuffix(policy, "frame-ancestors "+intranet) || a.Header().Get("X-Frame-Options") != "" || a.Header().Get("Referrer-Policy") != "no-referrer" {
					w.Errorf("the headers are %v", a.Header())
				}
			}
		}
	})
}

// TestTheCardNeedsItsLink asks without one, with a changed one and with that of
// another program, signed in as an owner.
func TestTheCardNeedsItsLink(t *testing.T) {
	w, other := newWorld(t, ""), newWorld(t, "")
	good := framed(w, w.app, w.as(w.first))
	for _, path := range []string{
		framedCard, framedCard + "?card=", framedCard + "?card=v1.AAAA", good[:len(good)-4], good + "AAAA",
		framed(other, other.app, other.as(other.first)), framedCard + "?card=" + w.tokens[w.first][auth.Owner],
	} {
		a := w.send(request{method: "GET", path: path, cookie: w.cookies[w.first][auth.Owner]})
		if a.Code != http.StatusForbidden || strings.Contains(a.Body.String(), "Pty Ltd") || !strings.Contains(a.Body.String(), "does not open a card") {
			t.Errorf("%s is answered with %d: %.300s", path, a.Code, a.Body)
		}
	}
}
