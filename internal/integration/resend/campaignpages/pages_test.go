package campaignpages_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/mail"
)

// TestAListIsUploaded makes a campaign of what was pasted and of a file, and
// tells the lines that name nobody.
func TestAListIsUploaded(t *testing.T) {
	w := newWorld(t)
	w.setUp(10)
	var file strings.Builder
	file.WriteString("name;email\n")
	for i := range 30 {
		fmt.Fprintf(&file, "Somebody;nobody%d@harbour.example\n", i)
	}
	file.WriteString("=Buyer;BUYER3@harbour.example\n")
	a := w.send(auth.Sales, http.MethodPost, "/mail/campaigns/new", "name", "Listed", "template", "newsletter", "audience", "list", "search", "", "pasted", "CUS-00001", "file", file.String())
	a.want(t, 200, "Listed", "A list of customers")
	w.work()
	page := w.send(auth.Viewer, http.MethodGet, a.Path)
	page.want(t, 200, "Ready to start", "Lines that name no customer", "The first 20:", "nobody0@harbour.example")
	if strings.Contains(page.Body, `action="`+a.Path+"/start") {
		t.Error("a viewer is offered to start it")
	}
	w.send(auth.Viewer, http.MethodGet, a.Path+"/lines").want(t, 200, "line,text,problem", "nobody29@harbour.example", "Add the customer first")
	w.send(auth.Viewer, http.MethodGet, a.Path+"/recipients").want(t, 200, "buyer3@harbour.example,Harbour Solar 3,waiting")
	w.send(auth.Viewer, http.MethodPost, a.Path+"/start").want(t, 403)
	w.send(auth.Owner, http.MethodGet, a.Path+"?outcome=waiting&q=solar+3").want(t, 200, "buyer3@harbour.example")
	w.send(auth.Owner, http.MethodPost, a.Path+"/start").want(t, 200, "Under way")
	w.work()
	w.push()
	w.work()
	w.send(auth.Owner, http.MethodGet, a.Path).want(t, 200, "Done", "2 of 2 recipients")
	w.send(auth.Owner, http.MethodPost, a.Path+"/pause").want(t, 409, "Only a campaign that is under way")
}

func TestWrongFormsKeepWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	w.setUp(3)
	w.send(auth.Owner, http.MethodPost, "/mail/campaigns/new", "name", "Kept", "template", "invoice", "audience", "search", "search", "").want(t, 422, `value="Kept"`, "is about one invoice", "Enter what to look for")
	w.send(auth.Owner, http.MethodPost, "/mail/campaigns/new", "name", "Kept", "template", "newsletter", "audience", "list", "pasted", "\n", "file", "").want(t, 422, "Enter customer numbers or e-mail addresses")
	w.send(auth.Viewer, http.MethodGet, "/mail/campaigns/new").want(t, 403)
	w.send(auth.Owner, http.MethodGet, "/mail/campaigns/nothing").want(t, 404)
	w.send(auth.Owner, http.MethodGet, "/mail/campaigns/0198c0de-0000-7000-8000-000000000000").want(t, 404)
}

// TestListIsFiltered has the list find campaigns by state.
func TestListIsFiltered(t *testing.T) {
	w := newWorld(t)
	w.setUp(3)
	c := w.make("First news", everybody())
	w.must(w.campaigns.Cancel(w.ctx, c.ID))
	w.work()
	w.make("Second news", everybody())
	w.send(auth.Viewer, http.MethodGet, "/mail/campaigns?state="+string(mail.CampaignCancelled)).want(t, 200, "First news")
	if page := w.send(auth.Viewer, http.MethodGet, "/mail/campaigns?state=cancelled"); strings.Contains(page.Body, "Second news") {
		t.Error("the filter shows campaigns of another state")
	}
	w.send(auth.Viewer, http.MethodGet, "/mail/campaigns?q=second").want(t, 200, "Second news")
}
