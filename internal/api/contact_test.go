package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/store"
)

// contact keeps the copy of a contact in Xero, suggested for a customer when
// there is one.
func (x *shop) contact(id, name, customer string, score int) {
	x.t.Helper()
	c := store.RemoteContact{Org: x.org, Service: "xero", ID: id, Name: name, Status: "ACTIVE", Body: `{"ContactID":"` + id + `","Name":"` + name + `","ContactStatus":"ACTIVE","EmailAddress":"post@` + id + `.example"}`, Updated: time.Now()}
	x.inTx(func(tx *store.Tx) error {
		if err := tx.KeepRemoteContact(x.t.Context(), c); err != nil || customer == "" {
			return err
		}
		c.Match = store.ContactMatch{Customer: must(crm.ParseID[crm.Customer](customer))(x.t), Score: score, Reasons: "the name is the same"}
		return tx.SetContactMatch(x.t.Context(), c)
	})
}

func TestContactSettings(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	const at = "/xero/contacts/settings"
	p.get(at).refused(http.StatusConflict, "not connected")
	x.connect()
	s := p.get(at).is(http.StatusOK)
	if s["ask_from"] != 80.0 || s.in("owners")["email"] != "ask" || s.in("owners")["number"] != "renoz" {
		t.Errorf("settings %v", s)
	}
	s["ask_from"], s["archive"], s.in("owners")["email"] = 70, true, "xero"
	delete(s.in("owners"), "number")
	put := func(s object) answer { return p.call(http.MethodPut, "/api/v1"+at, s) }
	x.as(auth.Viewer).call(http.MethodPut, "/api/v1"+at, s).refused(http.StatusForbidden, "")
	if got := put(s).is(http.StatusOK); got["ask_from"] != 70.0 || got["archive"] != true || got.in("owners")["email"] != "xero" || got.in("owners")["number"] != "renoz" {
		t.Errorf("saved %v", got)
	}
	if kept := must(xero.SettingsOf(must(x.store.Connection(t.Context(), x.org, "xero"))(t)))(t).Contacts; kept.Owners[xero.FieldEmail] != xero.OwnerXero || kept.AskFrom != 70 || !kept.Archive {
		t.Errorf("kept %+v", kept)
	}
	s.in("owners")["number"] = "xero"
	put(s).refused(http.StatusUnprocessableEntity, "body.owners.number")
	delete(s.in("owners"), "number")
	s.in("owners")["email"] = "nobody"
	put(s).refused(http.StatusUnprocessableEntity, "body.owners.email")
	delete(s.in("owners"), "email")
	put(s).refused(http.StatusUnprocessableEntity, "body.owners.email")
	s["ask_from"] = 10
	put(s).refused(http.StatusUnprocessableEntity, "body.ask_from")
}

func TestContactRuns(t *testing.T) {
	t.Parallel()
	x := open(t)
	p, viewer := x.as(auth.Finance), x.as(auth.Viewer)
	at := "/xero/contacts"
	p.get(at+"/runs/latest").refused(http.StatusNotFound, "No contacts")
	p.post(at+"/accept", object{"score": 80}).refused(http.StatusConflict, "nothing to do")
	p.post(at+"/accept", object{"score": 40}).refused(http.StatusUnprocessableEntity, "body.score")
	x.contact("c-1", "Ann Pty Ltd", p.customer("Ann"), 90)
	x.contact("c-2", "Bob Pty Ltd", p.customer("Bob"), 60)
	x.contact("c-3", "Carl Pty Ltd", "", 0)
	x.contact("c-4", "Dora Pty Ltd", "", 0)
	for path, body := range map[string]object{"/accept": {"score": 80}, "/import": {"all": true}, "/link": {"contact_ids": []string{"c-1"}}} {
		viewer.post(at+path, body).refused(http.StatusForbidden, "")
	}
	run := p.post(at+"/accept", object{"score": 80}).is(http.StatusAccepted)
	if run.text("kind") != "accept" || run.text("state") != "running" || run["total"] != 1.0 || run.text("actor") == "" {
		t.Errorf("run %v", run)
	}
	p.post(at+"/import", object{"all": true}).refused(http.StatusConflict, "under way")
	if got := viewer.get(at + "/runs/latest").is(http.StatusOK); got.text("id") != run.text("id") {
		t.Errorf("latest %v", got)
	}
	viewer.post(at+"/runs/"+run.text("id")+"/stop", nil).refused(http.StatusForbidden, "")
	if got := p.post(at+"/runs/"+run.text("id")+"/stop", nil).is(http.StatusOK); got.text("state") != "stopped" {
		t.Errorf("stopped %v", got)
	}
	p.get(at+"/runs/"+uuid.NewString()).refused(http.StatusNotFound, "There is no such run")
	p.post(at+"/import", object{}).refused(http.StatusUnprocessableEntity, "body.contact_ids")
	p.post(at+"/import", object{"all": true, "contact_ids": []string{"c-3"}}).refused(http.StatusUnprocessableEntity, "body.contact_ids")
	some := p.post(at+"/import", object{"contact_ids": []string{"c-3"}}).is(http.StatusAccepted)
	if some.text("kind") != "import" || some["total"] != 1.0 {
		t.Errorf("run %v", some)
	}
	p.post(at+"/runs/"+some.text("id")+"/stop", nil).is(http.StatusOK)
	if all := p.post(at+"/import", object{"all": true}).is(http.StatusAccepted); all["total"] != 2.0 {
		t.Errorf("run %v", all)
	}
}

func TestSuggestedContactsAreLinked(t *testing.T) {
	t.Parallel()
	x := open(t)
	p := x.as(auth.Finance)
	ann, bob := p.customer("Ann"), p.customer("Bob")
	x.contact("c-1", "Ann Pty Ltd", ann, 90)
	x.contact("c-2", "Bob Pty Ltd", bob, 60)
	x.contact("c-3", "Carl Pty Ltd", "", 0)
	p.post("/xero/contacts/link", object{"contact_ids": []string{"c-1", "c-3"}}).refused(http.StatusConflict, "No customer is suggested")
	if s := p.get("/xero/customers/" + ann).is(http.StatusOK); s["linked"] != false {
		t.Errorf("linked with one that could not be: %v", s)
	}
	if c := p.post("/xero/contacts/link", object{"contact_ids": []string{"c-1", "c-2"}}).is(http.StatusOK); c["count"] != 2.0 {
		t.Errorf("linked %v", c)
	}
	if s := p.get("/xero/customers/" + ann).is(http.StatusOK); s["linked"] != true || s.text("contact_id") != "c-1" {
		t.Errorf("sides %v", s)
	}
}

// A customer is compared with its contact, or with the likeliest one.
func TestCustomerSides(t *testing.T) {
	t.Parallel()
	x := open(t)
	x.connect()
	p := x.as(auth.Viewer)
	id := x.as(auth.Finance).post("/customers", object{"name": "Ann Pty Ltd", "email": "ann@c-1.example"}).is(http.StatusCreated).text("id")
	if s := p.get("/xero/customers/" + id).is(http.StatusOK); s.text("customer") != "Ann Pty Ltd" || s.text("contact_id") != "" || s.text("state") != "" {
		t.Errorf("alone it is %v", s)
	}
	x.contact("c-1", "Ann Pty Ltd", id, 90)
	s := p.get("/xero/customers/" + id).is(http.StatusOK)
	if s["linked"] != false || s.text("contact_id") != "c-1" || s["score"] == nil || s.text("url") == "" {
		t.Errorf("sides %v", s)
	}
	fields := map[string]object{}
	for _, f := range s["fields"].([]any) {
		fields[object(f.(map[string]any)).text("field")] = f.(map[string]any)
	}
	if f := fields["email"]; f["same"] != false || f["ours"] != "ann@c-1.example" || f["theirs"] != "post@c-1.example" {
		t.Errorf("e-mail %v", f)
	}
	if f := fields["name"]; f["same"] != true {
		t.Errorf("name %v", f)
	}
	create := "/xero/customers/" + id + "/create"
	p.post(create, nil).refused(http.StatusForbidden, "")
	x.as(auth.Finance).post(create, nil).refused(http.StatusConflict, "takes a name once")
	x.as(auth.Finance).post("/xero/contacts/link", object{"contact_ids": []string{"c-1"}}).is(http.StatusOK)
	x.as(auth.Finance).post(create, nil).refused(http.StatusConflict, "in Xero already")
	other := x.as(auth.Finance).customer("Carl")
	x.as(auth.Finance).post("/xero/customers/"+other+"/create", nil).is(http.StatusAccepted)
	if s := p.get("/xero/customers/" + other).is(http.StatusOK); s.text("state") != "pending" {
		t.Errorf("created %v", s)
	}
	s = p.get("/xero/customers/" + id).is(http.StatusOK)
	if c, _ := s["conflicts"].([]any); s["linked"] != true || len(c) != 1 || object(c[0].(map[string]any)).text("state") != "open" || object(c[0].(map[string]any)).text("customer") != "Ann Pty Ltd" {
		t.Errorf("linked %v", s)
	}
	p.get("/xero/customers/"+uuid.NewString()).refused(http.StatusNotFound, "There is no such customer")
}
