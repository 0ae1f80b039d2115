package store_test

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

// domain keeps one of an organisation.
func (l letters) domain(remote, name string, change ...func(*mail.SendingDomain)) (d mail.SendingDomain) {
	l.Helper()
	in(l.T, l.Store, func(tx *store.Tx) (err error) {
		if d, err = tx.HoldMailDomain(l.Context(), mail.SendingDomain{Org: l.org, RemoteID: remote, Name: name}); err != nil {
			return err
		}
		for _, c := range change {
			c(&d)
		}
		return tx.SaveMailDomain(l.Context(), d)
	})
	return d
}

// TestDomainsAreKept keeps a domain with its records and history, apart from the
// same domain of another organisation.
func TestDomainsAreKept(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l, other := newLetters(t, s), newLetters(t, s)
		at, ten := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC), 10
		full := func(d *mail.SendingDomain) {
			d.Status, d.Region, d.Sending, d.ClickTracking, d.Receiving = mail.DomainVerified, "us-east-1", true, true, true
			d.ReadAt, d.EventAt, d.LookedAt, d.VerifiedAt, d.BrokenAt, d.BrokenWhy = &at, &at, &at, &at, &at, "A record has gone."
			d.Records = []mail.DNSRecord{
				{Kind: mail.RecordReturnPath, Type: "MX", Name: "send", Host: "send.acme.example", Value: "feedback", Priority: &ten, Status: mail.DomainVerified,
					Finding: mail.Finding{Verdict: mail.VerdictRight, Found: []string{"10 feedback"}}, LookedAt: &at, RightAt: &at},
				{Kind: mail.RecordDMARC, Type: "TXT", Host: "_dmarc.acme.example", Unanswered: true, Finding: mail.Finding{Verdict: mail.VerdictMissing, FoundAt: "_dmarc.example"}},
			}
		}
		kept := l.domain("d-1", "acme.example", full)
		again := l.domain("d-1", "renamed.example", func(*mail.SendingDomain) {})
		if again.ID != kept.ID || again.Name != "acme.example" {
			t.Errorf("held again it is %+v", again)
		}
		theirs := other.domain("d-1", "acme.example")
		got, err := s.MailDomain(t.Context(), l.org, kept.ID)
		if err != nil || !reflect.DeepEqual(got, kept) {
			t.Errorf("kept is %+v, %v\nwant %+v", got, err, kept)
		}
		if _, err := s.MailDomain(t.Context(), other.org, kept.ID); crm.KindOf(err) != crm.NotFound {
			t.Errorf("the other reads it: %v", err)
		}
		if owners, err := s.MailDomainOwners(t.Context(), "d-1"); err != nil || len(owners) != 2 {
			t.Errorf("owners %v, %v", owners, err)
		}
		in(t, s, func(tx *store.Tx) error {
			return tx.KeepDomainChange(t.Context(), l.org, mail.DomainChange{Domain: kept.ID, Subject: mail.RecordSPF, Was: "right", Became: "missing", Cause: mail.ByLooking, Note: "x"})
		})
		if changes, err := s.DomainChanges(t.Context(), l.org, kept.ID, 10); err != nil || len(changes) != 1 || changes[0].Became != "missing" || changes[0].At.IsZero() {
			t.Errorf("its history is %+v, %v", changes, err)
		}
		if changes, err := s.DomainChanges(t.Context(), other.org, kept.ID, 10); err != nil || len(changes) != 0 {
			t.Errorf("the other reads its history: %+v, %v", changes, err)
		}
		gone := l.domain("d-1", "", func(d *mail.SendingDomain) { d.GoneAt = &at })
		if _, found, err := s.MailDomainNamed(t.Context(), l.org, gone.Name); found || err != nil {
			t.Errorf("what has gone is found: %v", err)
		}
		if d, found, err := s.MailDomainNamed(t.Context(), other.org, "acme.example"); !found || d.ID != theirs.ID || err != nil {
			t.Errorf("found %+v, %v", d, err)
		}
		in(t, s, func(tx *store.Tx) error { return tx.ForgetMailDomain(t.Context(), gone) })
		if _, err := s.MailDomain(t.Context(), l.org, gone.ID); crm.KindOf(err) != crm.NotFound {
			t.Errorf("what is forgotten is read: %v", err)
		}
		if owners, err := s.MailDomainOwners(t.Context(), "d-1"); err != nil || len(owners) != 1 {
			t.Errorf("owners %v, %v", owners, err)
		}
	})
}

// TestDomainsAreListed pages by name and finds by a part of it.
func TestDomainsAreListed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		l := newLetters(t, s)
		for i := range 5 {
			l.domain(fmt.Sprint("d-", i), fmt.Sprintf("m%d.acme.example", 4-i))
		}
		var names []string
		f := mail.DomainFilter{Limit: 2}
		for more := true; more; more = f.After != "" {
			page, err := s.MailDomains(t.Context(), l.org, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range page.Rows {
				names = append(names, d.Name)
			}
			f.After = page.Next
		}
		if fmt.Sprint(names) != "[m0.acme.example m1.acme.example m2.acme.example m3.acme.example m4.acme.example]" {
			t.Errorf("listed are %v", names)
		}
		if page, err := s.MailDomains(t.Context(), l.org, mail.DomainFilter{Text: "M3.A"}); err != nil || len(page.Rows) != 1 {
			t.Errorf("found %+v, %v", page.Rows, err)
		}
		if _, err := s.MailDomains(t.Context(), l.org, mail.DomainFilter{After: "nonsense"}); crm.KindOf(err) != crm.Invalid {
			t.Errorf("a wrong cursor: %v", err)
		}
		if read, err := s.DomainRead(t.Context(), l.org); err != nil || !read.At.IsZero() {
			t.Errorf("never read: %+v, %v", read, err)
		}
		for _, problem := range []string{"No key.", ""} {
			in(t, s, func(tx *store.Tx) error { return tx.KeepDomainRead(t.Context(), l.org, problem) })
			if read, err := s.DomainRead(t.Context(), l.org); err != nil || read.Problem != problem || read.At.IsZero() {
				t.Errorf("read: %+v, %v", read, err)
			}
		}
	})
}
