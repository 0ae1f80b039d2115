package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

func TestCampaigns(t *testing.T) {
	t.Parallel()
	x := open(t)
	admin, sales := x.as(auth.Admin), x.as(auth.Sales)
	admin.call(http.MethodPut, "/api/v1/mail/settings", `{`+mailFrom+`,"website":"https://voltway.example","daily_limit":500}`).is(http.StatusOK)
	x.inTx(func(tx *store.Tx) error {
		return tx.InsertCustomer(t.Context(), crm.Customer{ID: crm.NewID[crm.Customer](), OrgID: x.org, Number: "CUS-1", Name: "Harbour", Email: "jo@harbour.example", MarketingConsent: true,
			Version: 1, CreatedAt: time.Now(), UpdatedAt: time.Now()})
	})
	wish := object{"name": "News", "template": "newsletter", "audience": "list", "customers": []string{"CUS-1", "CUS-2"}}
	x.as(auth.Viewer).post("/mail/campaigns", wish).refused(http.StatusForbidden, "")
	sales.post("/mail/campaigns", object{"name": "", "template": "invoice", "audience": "everybody"}).refused(http.StatusUnprocessableEntity, "about one invoice")
	made := sales.post("/mail/campaigns", wish).is(http.StatusAccepted)
	id := must(crm.ParseID[mail.Campaign](made.text("id")))(t)
	if err := x.campaigns.Prepare(auth.With(t.Context(), auth.System(x.org, "test")), id); err != nil {
		t.Fatal(err)
	}
	path := "/mail/campaigns/" + id.String()
	if got := sales.get(path).is(http.StatusOK); got["state"] != "ready" || got["waiting"] != float64(1) || got["bad_lines"] != float64(1) {
		t.Errorf("the preview is %v", got)
	}
	if items := sales.get(path + "/recipients?outcome=waiting").is(http.StatusOK).items(); len(items) != 1 || items[0].text("address") != "jo@harbour.example" {
		t.Errorf("its recipients are %v", items)
	}
	if got := sales.get(path + "/sample").is(http.StatusOK); got.text("recipient") != "jo@harbour.example" || got.text("subject") == "" {
		t.Errorf("the sample is %v", got)
	}
	sales.post(path+"/schedule", object{"at": "2020-01-01T09:00"}).refused(http.StatusUnprocessableEntity, "past")
	sales.post(path+"/pause", nil).refused(http.StatusConflict, "under way")
	if got := sales.post(path+"/start", nil).is(http.StatusOK); got["state"] != "running" {
		t.Errorf("started it is %v", got)
	}
	if got := sales.post(path+"/cancel", nil).is(http.StatusOK); got["state"] != "stopping" {
		t.Errorf("cancelled it is %v", got)
	}
	if got := sales.get("/mail/allowance").is(http.StatusOK); got["daily_limit"] != float64(500) || got["left"] != float64(500) {
		t.Errorf("the allowance is %v", got)
	}
	if items := sales.get("/mail/campaigns?state=stopping&q=new").is(http.StatusOK).items(); len(items) != 1 {
		t.Errorf("listed are %v", items)
	}
}
