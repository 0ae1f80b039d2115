package api_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// domain keeps one as it would have been read from Resend.
func (x *shop) domain() (d mail.SendingDomain) {
	x.t.Helper()
	x.inTx(func(tx *store.Tx) (err error) {
		if d, err = tx.HoldMailDomain(x.t.Context(), mail.SendingDomain{Org: x.org, RemoteID: "d-1", Name: "mail.harbour.example"}); err != nil {
			return err
		}
		d.Records = []mail.DNSRecord{mail.DMARCRecord(d.Name, "harbour.example")}
		return tx.SaveMailDomain(x.t.Context(), d)
	})
	return d
}

// entries are the objects of a list inside another.
func entries(o object, name string) (all []object) {
	list, _ := o[name].([]any)
	for _, one := range list {
		entry, _ := one.(map[string]any)
		all = append(all, entry)
	}
	return all
}

func TestMailDomains(t *testing.T) {
	t.Parallel()
	x := open(t)
	there := httptest.NewServer(resendsim.New(resendsim.Options{}))
	t.Cleanup(there.Close)
	x.resend.API.APIURL = there.URL
	admin := x.as(auth.Admin)
	admin.call(http.MethodPut, "/api/v1/mail/settings", `{"from":"accounts@`+resendsim.DefaultDomain+`","postal":"1 Wharf Street","transients":3,"transient_days":7,"api_key":"`+resendsim.DefaultKey+`"}`).is(http.StatusOK)
	x.as(auth.Sales).get("/mail/domains").refused(http.StatusForbidden, "")
	if items := admin.get("/mail/domains").is(http.StatusOK).items(); len(items) != 0 {
		t.Errorf("before they are read %v", items)
	}
	if err := x.resend.RefreshDomains(auth.With(t.Context(), auth.System(x.org, "test"))); err != nil {
		t.Fatal(err)
	}
	items := admin.get("/mail/domains?q=VOLT").is(http.StatusOK).items()
	if len(items) != 1 || items[0].text("name") != resendsim.DefaultDomain || items[0].text("standing") != "verified" || items[0]["sender"] != true {
		t.Fatalf("listed are %v", items)
	}
	path := "/mail/domains/" + items[0].text("id")
	one := admin.get(path).is(http.StatusOK)
	if records := entries(one, "records"); len(records) != 4 || records[0].text("host") != "send.mail.voltway.example" || records[3].text("kind") != "dmarc" || one.text("zone") != "voltway.example" {
		t.Errorf("the domain is %v", one)
	}
	if changes := entries(admin.post(path+"/verify", nil).is(http.StatusOK), "changes"); len(changes) < 2 || changes[len(changes)-1].text("cause") != "read" {
		t.Errorf("its history is %v", changes)
	}
	admin.get("/mail/domains/0198c0de-0000-7000-8000-000000000000").refused(http.StatusNotFound, "")
	x.resend.API.APIURL = "http://127.0.0.1:9"
	admin.post(path+"/verify", nil).refused(http.StatusServiceUnavailable, "could not be reached")
}
