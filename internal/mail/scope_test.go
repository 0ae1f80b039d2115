package mail_test

import (
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
)

func TestScopes(t *testing.T) {
	t.Parallel()
	newsletters, followUps := mail.ScopeOf(mail.Newsletter), mail.ScopeOf(mail.FollowUp)
	for _, c := range []struct {
		scope                          mail.Scope
		invoice, newsletter, followUps bool
		marketing                      bool
	}{
		{mail.Everything, true, true, true, false}, {mail.AllMarketing, false, true, true, true}, {newsletters, false, true, false, true},
		{followUps, false, false, true, true}, {mail.ScopeOf(mail.Invoice), true, false, false, false}, {"unheard of", false, false, false, false},
	} {
		got := []bool{c.scope.Covers(mail.Invoice), c.scope.Covers(mail.Newsletter), c.scope.Covers(mail.FollowUp), c.scope.Marketing()}
		for i, want := range []bool{c.invoice, c.newsletter, c.followUps, c.marketing} {
			if got[i] != want {
				t.Errorf("%s: %v", c.scope, got)
			}
		}
	}
	for _, s := range mail.Scopes() {
		if again, err := mail.ParseScope(string(s)); err != nil || again != s || s.Label() == "" || mail.StoredScope(string(s)) != s {
			t.Errorf("%s is read as %s, %v; %q", s, again, err, s.Label())
		}
	}
}

func TestParseScope(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]mail.Scope{
		"": mail.Everything, " All ": mail.Everything, "marketing": mail.AllMarketing, "All marketing": mail.AllMarketing, "newsletter": mail.ScopeOf(mail.Newsletter),
		"Follow-up": mail.ScopeOf(mail.FollowUp), "follow_up": mail.ScopeOf(mail.FollowUp), "category:marketing": mail.ScopeOf(mail.Newsletter), "invoice": mail.ScopeOf(mail.Invoice),
	} {
		if got, err := mail.ParseScope(text); err != nil || got != want {
			t.Errorf("%q is read as %s, %v", text, got, err)
		}
	}
	if _, err := mail.ParseScope("some"); crm.KindOf(err) != crm.Invalid {
		t.Errorf("%v", err)
	}
	for stored, want := range map[string]mail.Scope{"marketing": mail.AllMarketing, "follow_up": mail.ScopeOf(mail.FollowUp), "all": mail.Everything} {
		if got := mail.StoredScope(stored); got != want {
			t.Errorf("%q is kept as %s", stored, got)
		}
	}
}

func TestAddressHash(t *testing.T) {
	t.Parallel()
	a, b := crm.NewID[crm.Organisation](), crm.NewID[crm.Organisation]()
	if h := mail.AddressHash(a, "jo@acme.example"); len(h) != 64 || h != mail.AddressHash(a, "jo@acme.example") || h == mail.AddressHash(b, "jo@acme.example") || mail.AddressHash(a, "") != "" {
		t.Error(h)
	}
}
