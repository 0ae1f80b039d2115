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

// intranet is the one site that may show cards.
const intranet = "https://intranet.example.com"

// framedCard is a page for frames of other sites.
type framedCard struct {
	path  string
	link  func(t fataler, a *app.App, ctx context.Context) string // with a pass that a page goes on with: it outlives the one that opens it
	words [2]string                                               // that only the first organisation's has, and only the second's
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func framedCards() []framedCard {
	return []framedCard{
		{"/embed/xero", framed, [2]string{"Quokka Power Pty Ltd", "Choose the organisation in Xero."}}, // the second still has to
		{"/embed/mail", framedMail, [2]string{"Sent today", "Mail is not set up."}},
	}
}

// framed is the address of the card of Xero for an organisation.
func framed(t fataler, a *app.App, ctx context.Context) string {
	t.Helper()
	u := must(url.Parse(must(a.Xero.LinkCard(ctx))(t).URL))(t)
	pass := must(a.Xero.OpenCard(u.Query().Get("card")))(t)
	return u.Path + "?card=" + must(a.Xero.RenewCard(pass))(t)
}

// framedMail is that of the card of mail.
func framedMail(t fataler, a *app.App, ctx context.Context) string {
	t.Helper()
	u := must(url.Parse(must(a.Resend.LinkCard(ctx))(t).URL))(t)
	pass := must(a.Resend.Embed.Open(u.Query().Get("card")))(t)
	return u.Path + "?card=" + must(a.Resend.Embed.Renew(pass))(t)
}

// TestTheCardShowsItsOwnOrganisation gives links to both, and to people of the
// other one.
func TestTheCardShowsItsOwnOrganisation(t *testing.T) {
	engines(t, func(w *world) {
		for _, card := range framedCards() {
			for i, path := range []string{card.link(w, w.app, w.as(w.first)), card.link(w, w.app, w.as(w.second))} {
				for _, cookie := range []*http.Cookie{nil, w.cookies[w.first][auth.Owner], w.cookies[w.second][auth.Viewer]} {
					w.showsOne(card, i, request{method: "GET", path: path, cookie: cookie})
				}
			}
		}
	})
}

// showsOne checks that a card has the words of one organisation alone.
func (w *world) showsOne(card framedCard, i int, q request) {
	w.Helper()
	a := w.send(q)
	body := a.Body.String()
	if a.Code != http.StatusOK || !strings.Contains(body, card.words[i]) || strings.Contains(body, card.words[1-i]) || len(a.Result().Cookies()) > 0 {
		w.Errorf("the card with %q is answered with %d: %.300s", card.words[i], a.Code, body)
	}
	if what := leaks(a, w.values); what != "" {
		w.Errorf("the card shows %s", what)
	}
	policy := a.Header().Get("Content-Security-Policy")
	if !strings.HasSuffix(policy, "frame-ancestors "+intranet) || a.Header().Get("X-Frame-Options") != "" || a.Header().Get("Referrer-Policy") != "no-referrer" {
		w.Errorf("the headers are %v", a.Header())
	}
}

// TestTheCardNeedsItsLink asks without one, with a changed one, with that of
// another card and with that of another program, signed in as an owner.
func TestTheCardNeedsItsLink(t *testing.T) {
	w, other := newWorld(t, ""), newWorld(t, "")
	cards := framedCards()
	for i, card := range cards {
		good := card.link(w, w.app, w.as(w.first))
		_, pass, _ := strings.Cut(cards[1-i].link(w, w.app, w.as(w.first)), "?")
		for _, path := range []string{
			card.path, card.path + "?card=", card.path + "?card=v1.AAAA", good[:len(good)-4], good + "AAAA", card.path + "?" + pass,
			card.link(other, other.app, other.as(other.first)), card.path + "?card=" + w.tokens[w.first][auth.Owner],
		} {
			a := w.send(request{method: "GET", path: path, cookie: w.cookies[w.first][auth.Owner]})
			if a.Code != http.StatusForbidden || strings.Contains(a.Body.String(), "Pty Ltd") || !strings.Contains(a.Body.String(), "does not open a card") {
				t.Errorf("%s is answered with %d: %.300s", path, a.Code, a.Body)
			}
		}
	}
}
