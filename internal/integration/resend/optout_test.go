package resend_test

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/resendsim"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// fan is an address whose customer agreed to marketing, with the token of a link in
// mail of a category.
func (w *world) fan(address string, c mail.Category) (*crm.CustomerID, string) {
	w.Helper()
	link, err := w.mail.StopLink(resend.Stop{Org: w.org, Address: address, Mail: c})
	w.must(err)
	return w.customer(address, true), link[strings.LastIndex(link, "/")+1:]
}

// market queues marketing mail.
func (w *world) market(address string, c mail.Category, to *crm.CustomerID) mail.ID {
	w.Helper()
	d := draft(address)
	d.Category, d.Customer, d.Unsubscribe = c, to, "https://renoz.example.com/unsubscribe/x"
	return w.queue(d)[0]
}

// gets checks which kinds of mail an address gets.
func (w *world) gets(address string, to *crm.CustomerID, want ...mail.Category) {
	w.Helper()
	var got []mail.Category
	for _, c := range []mail.Category{mail.Newsletter, mail.FollowUp, mail.Invoice} {
		if w.message(w.market(address, c, to)).State == mail.Queued {
			got = append(got, c)
		}
	}
	if !slices.Equal(got, want) {
		w.Errorf("%s gets %v, want %v", address, got, want)
	}
}

func (w *world) consents(address string) (words []string) {
	w.Helper()
	list, err := w.mail.Consents(w.ctx, mail.ConsentFilter{Address: address})
	w.must(err)
	for _, c := range list {
		word := "-"
		if c.Given {
			word = "+"
		}
		words = append(words, word+string(c.Scope)+" "+string(c.Way))
	}
	return words
}

// confirmation is the token in the last mail that asks to confirm.
func (w *world) confirmation(address string) string {
	w.Helper()
	list, err := w.store.Mails(w.ctx, w.org, mail.Filter{Text: address, Category: mail.Custom})
	w.must(err)
	if len(list) == 0 {
		w.Fatal("no mail asks to confirm")
	}
	var payload struct{ HTML, Text string }
	w.must(json.Unmarshal([]byte(w.message(list[0].ID).Payload), &payload))
	found := regexp.MustCompile(`/subscribe/([A-Za-z0-9_-]{43})`).FindStringSubmatch(payload.HTML)
	if found == nil || !strings.Contains(payload.Text, found[1]) {
		w.Fatalf("the mail has no link: %s", payload.Text)
	}
	return found[1]
}

// TestScopesAreHonoured stops each scope, at queueing and just before sending.
func TestScopesAreHonoured(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		for i, c := range []struct {
			scope mail.Scope
			gets  []mail.Category
		}{
			{mail.Everything, nil}, {mail.AllMarketing, []mail.Category{mail.Invoice}}, {mail.ScopeOf(mail.Newsletter), []mail.Category{mail.FollowUp, mail.Invoice}},
			{mail.ScopeOf(mail.FollowUp), []mail.Category{mail.Newsletter, mail.Invoice}}, {mail.ScopeOf(mail.Invoice), []mail.Category{mail.Newsletter, mail.FollowUp}},
		} {
			address := strings.Repeat("x", i+1) + "@acme.example"
			to := w.customer(address, true)
			waiting := map[mail.Category]mail.ID{}
			for _, k := range []mail.Category{mail.Newsletter, mail.FollowUp, mail.Invoice} {
				waiting[k] = w.market(address, k, to)
			}
			w.must(w.mail.SuppressIn(w.ctx, address, c.scope, ""))
			for k, id := range waiting {
				want := mail.Suppressed
				if slices.Contains(c.gets, k) {
					want = mail.Queued
				}
				w.is(id, want)
			}
			w.gets(address, to, c.gets...)
		}
		w.push()
		if list := w.sim.EmailsTo("x@acme.example"); len(list) > 0 {
			w.Errorf("mail left to an address that gets none: %+v", list)
		}
	})
}

// TestUnsubscribing takes an address through each step, and looks what the log of
// consent says.
func TestUnsubscribing(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const address = "fan@acme.example"
		to, token := w.fan(address, mail.Newsletter)
		o, err := w.mail.OptOut(w.ctx, token)
		w.must(err)
		if len(o.Choices) != 2 || !o.Choices[0].Wanted || !o.Choices[1].Wanted || o.Stopped || o.AllOf {
			w.Errorf("%+v", o)
		}
		w.gets(address, to, mail.Newsletter, mail.FollowUp, mail.Invoice)
		w.must(w.mail.OptOutOf(w.ctx, token, false, mail.ByOneClick))
		w.must(w.mail.OptOutOf(w.ctx, token, false, mail.ByOneClick))
		w.gets(address, to, mail.FollowUp, mail.Invoice) // newsletters alone are stopped
		c, err := w.mail.Choose(w.ctx, token, nil)
		w.must(err)
		if !c.AllOf || len(c.Asked) != 0 {
			w.Errorf("%+v", c)
		}
		w.gets(address, to, mail.Invoice)
		if got := w.consents(address); !slices.Equal(got, []string{"-all_marketing preferences", "-category:marketing one_click"}) {
			w.Errorf("%v", got)
		}
	})
}

// TestNobodyIsResubscribedByOneStep asks for mail again: nothing is sent before the
// click in the mail that asks to confirm, and only what was asked for after it.
func TestNobodyIsResubscribedByOneStep(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const address = "fan@acme.example"
		to, token := w.fan(address, mail.FollowUp)
		w.must(w.mail.OptOutOf(w.ctx, token, true, mail.ByPreferences))
		c, err := w.mail.Choose(w.ctx, token, []mail.Category{mail.Newsletter})
		w.must(err)
		if len(c.Asked) != 1 || c.Refused != "" || !c.AllOf {
			w.Errorf("%+v", c)
		}
		w.gets(address, to, mail.Invoice)
		confirm := w.confirmation(address)
		for range 2 {
			wish, err := w.mail.Wish(w.ctx, confirm)
			w.must(err)
			if wish.Done || wish.Ended || wish.Address != "f…@acme.example" {
				w.Errorf("%+v", wish)
			}
		}
		w.gets(address, to, mail.Invoice)
		w.push()
		i := slices.IndexFunc(w.sim.EmailsTo(address), func(e resendsim.Email) bool {
			return strings.HasPrefix(e.Subject, "Confirm that you want mail from Voltway")
		})
		if i < 0 || len(w.sim.EmailsTo(address)[i].Headers) != 0 {
			w.Errorf("the mail that asks to confirm did not leave: %+v", w.sim.EmailsTo(address))
		}
		for range 2 { // a second click changes nothing
			wish, err := w.mail.Confirm(w.ctx, confirm)
			w.must(err)
			if !wish.Done {
				w.Errorf("%+v", wish)
			}
		}
		w.gets(address, to, mail.Newsletter, mail.Invoice) // follow-ups were not asked for
		if got := w.consents(address); !slices.Equal(got, []string{"+category:marketing double_opt_in", "-all_marketing preferences"}) {
			w.Errorf("%v", got)
		}
		w.must(w.mail.OptOutOf(w.ctx, token, true, mail.ByPreferences))
		if _, err := w.mail.Confirm(w.ctx, confirm); err != nil {
			w.Error(err)
		}
		w.gets(address, to, mail.Invoice) // a link that was used gives nothing again
		removed, err := w.mail.Suppressions(w.ctx, mail.SuppressionFilter{Kind: mail.RemovedOnes})
		w.must(err)
		if len(removed) != 1 || removed[0].RemovedBy != "The recipient" || removed[0].RemovedNote == "" {
			w.Errorf("%+v", removed)
		}
	})
}

// TestConfirmationsEnd after a week, and are not sent without end.
func TestConfirmationsEnd(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const address = "fan@acme.example"
		to, token := w.fan(address, mail.Newsletter)
		w.must(w.mail.OptOutOf(w.ctx, token, false, mail.ByOneClick))
		wanted := []mail.Category{mail.Newsletter, mail.FollowUp}
		sent := 0
		for range 30 {
			c, err := w.mail.Choose(w.ctx, token, wanted)
			w.must(err)
			if c.Refused == "" {
				sent++
			}
			w.clock.pass(time.Minute)
		}
		if sent != 3 {
			w.Errorf("%d mails ask to confirm", sent)
		}
		confirm := w.confirmation(address)
		w.clock.pass(7 * 24 * time.Hour)
		if wish, err := w.mail.Wish(w.ctx, confirm); err != nil || !wish.Ended {
			w.Errorf("%+v, %v", wish, err)
		}
		if _, err := w.mail.Confirm(w.ctx, confirm); crm.KindOf(err) != crm.Conflict {
			w.Errorf("an old link is taken: %v", err)
		}
		for _, wrong := range []string{"", confirm[:42], confirm + "x", strings.Repeat("A", 43)} {
			if _, err := w.mail.Confirm(w.ctx, wrong); crm.KindOf(err) != crm.NotFound {
				w.Errorf("%q: %v", wrong, err)
			}
		}
		w.gets(address, to, mail.FollowUp, mail.Invoice)
		w.must(w.mail.Suppress(w.ctx, address, "dead"))
		if c, err := w.mail.Choose(w.ctx, token, wanted); err != nil || c.Refused == "" || !c.Nothing {
			w.Errorf("%+v, %v", c, err)
		}
	})
}

// TestConfirmationsAreHidden from those who may see mail: they could agree in the
// recipient's name.
func TestConfirmationsAreHidden(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const address = "fan@acme.example"
		_, token := w.fan(address, mail.Newsletter)
		w.must(w.mail.OptOutOf(w.ctx, token, true, mail.ByPreferences))
		_, err := w.mail.Choose(w.ctx, token, []mail.Category{mail.Newsletter})
		w.must(err)
		confirm := w.confirmation(address)
		list, err := w.mail.Mails(w.ctx, mail.Filter{Text: address})
		w.must(err)
		told, err := w.mail.Mail(w.ctx, list[0].ID)
		w.must(err)
		letter, err := resend.LetterOf(told.Message)
		w.must(err)
		if strings.Contains(letter.HTML+letter.Text, confirm) || !strings.Contains(letter.HTML, "/subscribe/hidden") {
			w.Error("the link is shown")
		}
	})
}

// TestConsentOfCustomers gives and withdraws consent with the record.
func TestConsentOfCustomers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		const address = "fan@acme.example"
		to, token := w.fan(address, mail.Newsletter)
		w.must(w.mail.OptOutOf(w.ctx, token, true, mail.ByOneClick))
		w.must(w.store.InTx(w.ctx, func(tx *store.Tx) error {
			c, err := tx.Customer(w.ctx, w.org, *to)
			if err != nil {
				return err
			}
			c.Email = address
			return tx.UpdateCustomer(w.ctx, c)
		}))
		held, err := w.mail.Suppressions(w.ctx, mail.SuppressionFilter{Kind: mail.Unsubscribed})
		w.must(err)
		w.must(w.mail.Unsuppress(w.ctx, held[0].ID, "Asked by phone to get news again"))
		list, err := w.mail.CustomerConsents(w.ctx, *to, mail.ConsentFilter{})
		w.must(err)
		if len(list) != 2 || !list[0].Given || list[0].Way != mail.ByPerson || list[0].Note != "Asked by phone to get news again" || list[1].Way != mail.ByOneClick {
			w.Errorf("%+v", list)
		}
		if list[0].AddressHash != mail.AddressHash(w.org, address) || strings.Contains(list[0].AddressHash, "acme") {
			w.Errorf("%+v", list[0])
		}
	})
}
