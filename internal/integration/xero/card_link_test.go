package xero_test

import (
	"encoding/base64"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/vault"
)

// frames is an integration that other sites may show the card of, at a time
// that tests move.
func frames(t testing.TB, key byte) (*xero.Service, *clock) {
	t.Helper()
	v, err := vault.Open(vault.Config{Key: base64.StdEncoding.EncodeToString([]byte(strings.Repeat(string(rune(key)), 32)))})
	if err != nil {
		t.Fatal(err)
	}
	c := &clock{now: time.Date(2026, 11, 22, 1, 0, 0, 0, time.UTC)}
	return xero.New(xero.Config{Vault: v, Now: c.Now, EmbedURL: "https://renoz.example.com/embed/xero"}), c
}

func someOrg() crm.OrgID {
	return crm.OrgID{UUID: uuid.MustParse("019aa000-0000-7000-8000-000000000001")}
}

// linked is the text of the pass in a new link.
func linked(t testing.TB, s *xero.Service) (string, xero.CardLink) {
	t.Helper()
	l, err := s.LinkCard(auth.With(t.Context(), auth.Identity{Org: someOrg(), Name: "Portal", Role: auth.Viewer}))
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(l.URL)
	if err != nil || u.Host != "renoz.example.com" || u.Path != "/embed/xero" {
		t.Fatalf("the link is %s, %v", l.URL, err)
	}
	return u.Query().Get("card"), l
}

func wantForbidden(t *testing.T, s *xero.Service, text, words string) {
	t.Helper()
	if _, err := s.OpenCard(text); crm.KindOf(err) != crm.Forbidden || !strings.Contains(err.Error(), words) {
		t.Errorf("%q is answered with %v, want a refusal with %q", text, err, words)
	}
}

func TestLinkToTheCardOpensForTenMinutes(t *testing.T) {
	s, c := frames(t, 'a')
	text, l := linked(t, s)
	pass, err := s.OpenCard(text)
	if err != nil || pass.Org != someOrg() || !pass.Until.Equal(l.Until) || !pass.Ends.Equal(l.Ends) {
		t.Fatalf("it opens %+v, %v", pass, err)
	}
	c.pass(10*time.Minute - time.Second)
	if _, err := s.OpenCard(text); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	c.pass(time.Second)
	wantForbidden(t, s, text, "has ended")
}

// A page that looks again and again goes on for twelve hours, and not longer.
func TestOpenCardGoesOnForTwelveHours(t *testing.T) {
	s, c := frames(t, 'a')
	text, l := linked(t, s)
	for begun := c.Now(); c.Now().Sub(begun) < 12*time.Hour; c.pass(9 * time.Minute) {
		pass, err := s.OpenCard(text)
		if err != nil {
			t.Fatalf("after %s: %v", c.Now().Sub(begun), err)
		}
		if !pass.Ends.Equal(l.Ends) || pass.Until.After(l.Ends) {
			t.Fatalf("a renewed pass is %+v, past %s", pass, l.Ends)
		}
		if text, err = s.RenewCard(pass); err != nil {
			t.Fatal(err)
		}
	}
	wantForbidden(t, s, text, "has ended")
}

func TestPageMayRestForAnHour(t *testing.T) {
	s, c := frames(t, 'a')
	text, _ := linked(t, s)
	pass, err := s.OpenCard(text)
	if err != nil {
		t.Fatal(err)
	}
	if text, err = s.RenewCard(pass); err != nil {
		t.Fatal(err)
	}
	c.pass(time.Hour - time.Second)
	if _, err := s.OpenCard(text); err != nil {
		t.Errorf("after an hour's rest: %v", err)
	}
	c.pass(time.Second)
	wantForbidden(t, s, text, "has ended")
}

func TestForeignAndChangedPassesAreRefused(t *testing.T) {
	s, _ := frames(t, 'a')
	other, _ := frames(t, 'b')
	text, _ := linked(t, s)
	foreign, _ := linked(t, other)
	sealedForElse, err := s.Vault.Seal([]byte(strings.Repeat("x", 32)), []byte("connection/1/refresh"))
	if err != nil {
		t.Fatal(err)
	}
	tooShort, err := s.Vault.Seal([]byte("x"), []byte("xero card"))
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "x", "v1.", text[:len(text)-4], text + "AAAA", foreign, sealedForElse, tooShort, strings.ToUpper(text)} {
		wantForbidden(t, s, bad, "does not open a card")
	}
	for i := range text[:len(text)-1] { // of the last character some bits say nothing
		swapped := byte('A')
		if text[i] == 'A' {
			swapped = 'B'
		}
		wantForbidden(t, s, text[:i]+string(swapped)+text[i+1:], "does not open a card")
	}
}

func TestWhoMayLinkTheCard(t *testing.T) {
	s, _ := frames(t, 'a')
	for _, role := range auth.Roles() {
		_, err := s.LinkCard(auth.With(t.Context(), auth.Identity{Org: someOrg(), Role: role}))
		if may := auth.Can(role, auth.SyncView); may != (err == nil) || !may && crm.KindOf(err) != crm.Forbidden {
			t.Errorf("%s: %v", role, err)
		}
	}
	s.EmbedURL = ""
	_, err := s.LinkCard(auth.With(t.Context(), auth.System(someOrg(), "test")))
	if crm.KindOf(err) != crm.Conflict || !strings.Contains(err.Error(), "RENOZ_EMBED_ANCESTORS") {
		t.Errorf("where no site may show it: %v", err)
	}
}

// Whatever text comes, only what was sealed opens, as it was sealed. The kept
// inputs hold passes of this key.
func FuzzOpenCard(f *testing.F) {
	s, _ := frames(f, 'a')
	made := xero.CardPass{Org: someOrg(), Until: time.Date(2026, 11, 22, 1, 10, 0, 0, time.UTC), Ends: time.Date(2026, 11, 22, 13, 0, 0, 0, time.UTC)}
	text, _ := linked(f, s)
	f.Add(text)
	f.Add("v1.")
	f.Fuzz(func(t *testing.T, text string) {
		switch pass, err := s.OpenCard(text); {
		case err == nil && pass != made:
			t.Errorf("%q opens %+v", text, pass)
		case err != nil && crm.KindOf(err) != crm.Forbidden:
			t.Errorf("%q is answered with %v", text, err)
		}
	})
}
