package campaign_test

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// TestPreviewIsWhatHappens skips for each reason, and sends what it promised.
func TestPreviewIsWhatHappens(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(3)
		w.add(10, func(c *crm.Customer) { c.MarketingConsent = false })
		w.add(11, func(c *crm.Customer) { c.Email = "" })
		w.add(12, func(c *crm.Customer) { c.Email = address(0) })
		w.add(13, nil)
		w.add(14, func(c *crm.Customer) { c.Contacts = []crm.Contact{{ID: crm.NewID[crm.Contact](), FirstName: "Priya"}} })
		w.must(w.mail.Suppress(w.ctx, address(13), "asked"))
		w.templates.own["newsletter"] = template.Template{Name: "News", Category: template.Marketing, Marketing: true, Subject: "News", Preheader: "News", Body: "<p>Hello {{ customer.name }}</p>"}
		c := w.newsletter(campaign.Wish{Audience: mail.Audience{Kind: mail.Searched, Search: "buyer"}})
		p := w.progress(c)
		codes := map[string]int{}
		for _, r := range w.reasons(c) {
			codes[r.Code] += r.Count
		}
		if p.Waiting != 4 || p.Skipped != 4 || fmt.Sprint(codes) != "map[duplicate:1 manual:1 no_address:1 no_consent:1]" || p.Total != 8 {
			w.Errorf("%d would get it, %d are skipped: %v", p.Waiting, p.Skipped, codes)
		}
		sample, err := w.campaigns.Sample(w.ctx, c, -1)
		w.must(err)
		if sample.To != address(0) || !strings.Contains(sample.HTML, "Hello Buyer 0") || !strings.Contains(sample.HTML, "https://renoz.example/unsubscribe/") {
			w.Errorf("%+v", sample.Draft)
		}
		w.once(0)
		w.must(w.campaigns.Start(w.ctx, c.ID))
		if after := w.goes(c); after.State != mail.CampaignDone || after.Sent != p.Waiting || after.Skipped != p.Skipped {
			w.Errorf("%+v", after)
		}
		w.once(4)
		for _, m := range w.sim.EmailsTo(address(0)) {
			if len(m.Headers) == 0 {
				w.Errorf("there is no header by which it can be ended: %+v", m)
			}
		}
	})
}

// TestWhatCannotBeWritten names the variable, and is written once it is mended.
func TestWhatCannotBeWritten(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(2)
		w.add(14, func(c *crm.Customer) { c.Contacts = []crm.Contact{{ID: crm.NewID[crm.Contact](), FirstName: "Priya"}} })
		news := template.Template{Name: "News", Category: template.Custom, Subject: "News", Preheader: "News", Body: "<p>Hello {{ customer.contact }}</p>"}
		w.templates.own["newsletter"] = news
		c := w.newsletter(campaign.Wish{})
		reasons := w.reasons(c)
		if p := w.progress(c); p.Waiting != 1 || len(reasons) != 1 || reasons[0].Count != 2 || !strings.Contains(reasons[0].Text, "customer.contact") || strings.Contains(reasons[0].Text, "Buyer") {
			w.Fatalf("%+v %+v", p, reasons)
		}
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.goes(c)
		w.once(1)
		news.Body = "<p>Hello</p>"
		w.templates.own["newsletter"] = news
		n, err := w.campaigns.Retry(w.ctx, c.ID)
		w.must(err)
		if p := w.goes(c); n != 2 || p.State != mail.CampaignDone || p.Sent != 3 || p.Skipped != 0 {
			w.Errorf("%d are retried: %+v", n, p)
		}
		w.once(3)
		_, err = w.campaigns.Retry(w.ctx, c.ID)
		is(w, err, crm.Conflict)
	})
}

func TestBadWishes(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(1)
		good := campaign.Wish{Name: "News", Template: "newsletter", Audience: mail.Audience{Kind: mail.Everybody}}
		for field, change := range map[string]func(*campaign.Wish){
			"name":     func(w *campaign.Wish) { w.Name = " " },
			"template": func(w *campaign.Wish) { w.Template = "invoice" }, // it is about one invoice
			"search":   func(w *campaign.Wish) { w.Audience.Kind = mail.Searched },
			"audience": func(w *campaign.Wish) { w.Audience.Kind = "some" },
			"list":     func(w *campaign.Wish) { w.Audience.Kind, w.List = mail.Listed, strings.NewReader("\n \n") },
		} {
			wish := good
			change(&wish)
			_, err := w.campaigns.Create(w.ctx, wish)
			is(w, err, crm.Invalid)
			if e, _ := err.(*crm.Error); e == nil || e.Fields[field] == "" { //nolint:errorlint // it is returned as it is
				w.Errorf("%s: %v", field, err)
			}
		}
		choices, err := w.campaigns.Choices(w.ctx)
		w.must(err)
		if len(choices) != 2 || choices[0].Key != "newsletter" {
			w.Errorf("%+v", choices)
		}
	})
}

// TestOwnTemplates offers what an organisation published itself, and sends it.
func TestOwnTemplates(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(1)
		offered := func() bool {
			choices, err := w.campaigns.Choices(w.ctx)
			w.must(err)
			return slices.ContainsFunc(choices, func(c campaign.Choice) bool { return c.Key == "spring" && c.Name == "Spring" })
		}
		d := resend.TemplateDraft{Category: "marketing", Purpose: "In spring."}
		d.Name, d.Subject, d.Preheader, d.Marketing, d.Body = "Spring", "It is spring", "Warm days", true, "<p>Hello {{ customer.name }}, spring is here.</p>"
		made, err := w.mail.CreateTemplate(w.ctx, "spring", d)
		w.must(err)
		if offered() {
			w.Error("a draft is offered")
		}
		_, err = w.mail.PublishTemplate(w.ctx, "spring", made.Revision, "")
		w.must(err)
		if !offered() {
			w.Error("what was published is not offered")
		}
		c := w.newsletter(campaign.Wish{Template: "spring"})
		w.must(w.campaigns.Start(w.ctx, c.ID))
		w.goes(c)
		if sent := w.sim.EmailsTo(address(0)); len(sent) != 1 || sent[0].Subject != "It is spring" {
			w.Errorf("%+v", sent)
		}
	})
}

// endless makes lines as they are read, and none of them twice.
type endless struct {
	line, most int
	rest       string
}

func (e *endless) Read(into []byte) (int, error) {
	if e.rest == "" {
		if e.line >= e.most {
			return 0, io.EOF
		}
		switch e.line++; {
		case e.line == 1:
			e.rest = "\ufeffName;Number;Email\r\n"
		case e.line%1000 == 0:
			e.rest = fmt.Sprintf("Nobody;CUS-9%06d;\r\n", e.line)
		case e.line%1000 == 1:
			e.rest = strings.Repeat("x", 5000) + "\r\n"
		case e.line%1000 == 2:
			e.rest = "Broken;;jo@\r\n"
		default:
			e.rest = fmt.Sprintf("Buyer %d;%s;%s\r\n", e.line%40, map[bool]string{true: fmt.Sprintf("cus-%05d", e.line%40)}[e.line%2 == 0], address(e.line%40))
		}
	}
	n := copy(into, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

// TestLongList reads 50,000 lines as they come: the bad ones are told by number,
// and the others kept.
func TestLongList(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		length := storetest.Size(50_000, 5_000)
		w.customers(40)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c, err := w.campaigns.Create(w.ctx, campaign.Wish{Name: "Listed", Template: "newsletter", Audience: mail.Audience{Kind: mail.Listed}, List: &endless{most: length}})
		w.must(err)
		runtime.GC()
		runtime.ReadMemStats(&after)
		if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 32<<20 {
			w.Errorf("reading the list kept %d MiB", grown>>20)
		}
		if c.Lines != length-1 || c.BadLines != length/1000*3-1 {
			w.Errorf("%d lines, %d of them bad", c.Lines, c.BadLines)
		}
		bad, err := w.campaigns.BadLines(w.ctx, c, 0, 100)
		w.must(err)
		if len(bad) != min(100, c.BadLines) || bad[0].Line != 2 || !strings.Contains(bad[0].Problem, "no e-mail address") || bad[1].Line != 1000 || !strings.Contains(bad[1].Problem, "No customer has this number") ||
			bad[2].Line != 1001 || !strings.Contains(bad[2].Problem, "4096") || len(bad[2].Text) > 300 {
			w.Errorf("%+v", bad[:4])
		}
		w.work()
		if p := w.progress(c); p.State != mail.CampaignReady || p.Waiting != 40 || p.Skipped != length-1-(length/1000*3-1)-40 {
			w.Errorf("%s: %d would get it, %d are skipped", p.State, p.Waiting, p.Skipped)
		}
		if rows := w.outcomes(c, mail.RecipientFilter{Outcome: "waiting", Text: "buyer 7", Limit: 10}); len(rows) != 1 || rows[0].Address != address(7) {
			w.Errorf("%+v", rows)
		}
	})
}

// TestListThatBreaksOff gives a campaign up whose list does not arrive.
func TestListThatBreaksOff(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.customers(1)
		c, err := w.campaigns.Create(w.ctx, campaign.Wish{Name: "Listed", Template: "newsletter", Audience: mail.Audience{Kind: mail.Listed},
			List: io.MultiReader(strings.NewReader(strings.Repeat("CUS-00000\n", 600)), failing{})})
		is(w, err, crm.Invalid)
		if c = w.at(c); c.State != mail.CampaignFailed || c.Problem == "" {
			w.Errorf("%+v", c)
		}
		lost := mail.Campaign{ID: crm.NewID[mail.Campaign](), Org: w.org, Name: "Lost", Template: "newsletter", Category: mail.Newsletter, Audience: mail.Audience{Kind: mail.Listed}, State: mail.CampaignLoading}
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error { return tx.AddCampaign(w.ctx, lost) }))
		w.work()
		if got := w.at(lost); got.State != mail.CampaignLoading {
			w.Errorf("it is %s", got.State)
		}
		w.clock.pass(20 * 60e9)
		w.work()
		if got := w.at(lost); got.State != mail.CampaignFailed {
			w.Errorf("it is %s", got.State)
		}
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
