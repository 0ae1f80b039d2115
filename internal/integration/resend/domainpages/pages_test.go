package domainpages_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

func TestListSaysHowDomainsStand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.send(auth.Owner, http.MethodGet, "/mail/domains").want(t, 200, "Mail is not set up")
	w.setUp(works)
	w.send(auth.Owner, http.MethodGet, "/mail/domains").want(t, 200, works, broken, mixed, "Mail comes from accounts@"+works, "Not verified yet", "3 domains shown")
	if page := w.send(auth.Owner, http.MethodGet, "/mail/domains?q=NEWS"); page.Status != 200 || strings.Contains(page.Body, mixed) {
		t.Error("the filter shows another domain")
	}
	w.send(auth.Owner, http.MethodGet, "/mail/domains?q=nobody").want(t, 200, "Nothing matches")
	w.send(auth.Sales, http.MethodGet, "/mail/domains").want(t, 403)
	w.send(auth.Owner, http.MethodPost, "/mail/domains/read").want(t, 200, "The domains were read")
}

func TestSenderThatCannotSend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp(broken)
	w.send(auth.Owner, http.MethodGet, "/mail/domains").want(t, 200, "Mail cannot leave from accounts@"+broken, "has not verified")
	w.send(auth.Owner, http.MethodGet, w.at(broken)).want(t, 200, "Mail cannot leave from accounts@"+broken, "Enter the records below")
	w.setUp("elsewhere.example")
	w.send(auth.Owner, http.MethodGet, "/mail/domains").want(t, 200, "elsewhere.example is not among the domains at Resend")
}

func TestRecordsSayWhatToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp(works)
	w.send(auth.Owner, http.MethodGet, w.at(works)).want(t, 200, "feedback-smtp.us-east-1.amazonses.com", "resend._domainkey.mail", "It refuses nothing yet", "Verified", "DNS host of voltway.example", "Found")
	w.send(auth.Owner, http.MethodGet, w.at(broken)).want(t, 200,
		"More than one", "v=spf1 include:amazonses.com include:_spf.elsewhere.example ~all", "Found at the wrong name", "resend._domainkey.news.voltway.example.voltway.example", "Change its name there to resend._domainkey.news.")
	w.send(auth.Owner, http.MethodGet, w.at(mixed)).want(t, 200,
		"Add a record of type MX", "Resend makes new keys", "Switch the proxy off", "who may make certificates", "Give Resend&#39;s a lower one", "rua=mailto:dmarc@voltway.example", "aspf=s")
	w.send(auth.Owner, http.MethodGet, "/mail/domains/nothing").want(t, 404)
	w.send(auth.Owner, http.MethodGet, "/mail/domains/0198c0de-0000-7000-8000-000000000000").want(t, 404)
	w.send(auth.Sales, http.MethodPost, w.at(works)+"/verify").want(t, 403)
}

// TestKeyThatMayOnlySend is told in words, with everything that is known.
func TestKeyThatMayOnlySend(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.setUp(works)
	w.sim.SetKey(resendsim.Key{Token: resendsim.DefaultKey, SendingOnly: true})
	w.send(auth.Owner, http.MethodPost, "/mail/domains/read").want(t, 409, "The API key may only send", works)
	w.send(auth.Owner, http.MethodPost, w.at(works)+"/verify").want(t, 409, "The API key may only send", "resend._domainkey.mail")
	w.send(auth.Owner, http.MethodGet, "/mail/domains").want(t, 200, "Resend does not tell of domains", works)
	w.must(w.sim.Fail(resendsim.Fault{Kind: resendsim.FaultUnavailable, Path: "/domains", Count: 5}))
	w.sim.SetKey(resendsim.Key{Token: resendsim.DefaultKey})
	w.send(auth.Owner, http.MethodPost, "/mail/domains/read").want(t, 503, "Resend does not tell of domains", works)
}

func TestNothingIsKnownYet(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	settings := resend.DefaultSettings()
	settings.From, settings.Postal = "accounts@"+works, "1 Wharf Street"
	w.must(w.resend.SaveSettings(w.ctx, settings, resend.KeyChange{New: resendsim.DefaultKey}))
	w.send(auth.Owner, http.MethodGet, "/mail/domains").want(t, 200, "Not read yet", "Read again")
	w.must(w.resend.SaveSettings(w.ctx, settings, resend.KeyChange{New: "re_wrong"}))
	w.send(auth.Owner, http.MethodPost, "/mail/domains/read").want(t, 409, "No domain is known", "does not accept the API key")
}
