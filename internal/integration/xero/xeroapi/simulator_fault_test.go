package xeroapi_test

import (
	"errors"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// TestFaults: what the client says of a failed write agrees with what the
// simulator holds afterwards.
func TestFaults(t *testing.T) {
	t.Parallel()
	cases := []struct {
		fault   xerosim.FaultKind
		kind    xeroapi.Kind
		code    string
		written int
	}{
		{xerosim.FaultMinute, xeroapi.KindLimited, "", 0},
		{xerosim.FaultDay, xeroapi.KindLimited, "", 0},
		{xerosim.FaultConcurrent, xeroapi.KindLimited, "", 0},
		{xerosim.FaultOffline, xeroapi.KindUnavailable, xeroapi.CodeOffline, 0},
		{xerosim.FaultErrorBefore, xeroapi.KindUnknownOutcome, xeroapi.CodeServerError, 0},
		{xerosim.FaultErrorAfter, xeroapi.KindUnknownOutcome, xeroapi.CodeServerError, 1},
		{xerosim.FaultCutBefore, xeroapi.KindUnknownOutcome, xeroapi.CodeNoAnswer, 0},
		{xerosim.FaultCutAfter, xeroapi.KindUnknownOutcome, xeroapi.CodeNoAnswer, 1},
	}
	for _, c := range cases {
		t.Run(string(c.fault), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			contact := w.contact(t)
			if err := w.sim.Fail(xerosim.Fault{Kind: c.fault, Path: "/Invoices"}); err != nil {
				t.Fatal(err)
			}
			_, err := w.client.CreateInvoices(t.Context(), "key", []xeroapi.Invoice{sale("RNZ-1", contact, 1_000_000)})
			var failure *xeroapi.Error
			if !errors.As(err, &failure) || failure.Kind != c.kind || failure.Code != c.code {
				t.Fatalf("the error is %v", err)
			}
			if c.kind == xeroapi.KindLimited && (failure.RetryAfter <= 0 || failure.LimitProblem != string(c.fault)) {
				t.Errorf("limited by %q for %s", failure.LimitProblem, failure.RetryAfter)
			}
			w.sim.ClearFaults()
			found, err := w.client.InvoicesByNumber(t.Context(), []string{"RNZ-1"})
			if err != nil || len(found) != c.written {
				t.Errorf("looking it up gives %d, %v; want %d", len(found), err, c.written)
			}
		})
	}
}

// TestRepeatAfterLostAnswer: the same key and body within 6 minutes makes no
// second record, another body is our bug.
func TestRepeatAfterLostAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	contact := w.contact(t)
	sales := []xeroapi.Invoice{sale("", contact, 1_000_000)} // without a number nothing but the key protects it
	if err := w.sim.Fail(xerosim.Fault{Kind: xerosim.FaultCutAfter, Path: "/Invoices", Count: 1}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.CreateInvoices(t.Context(), "key", sales); xeroapi.KindOf(err) != xeroapi.KindUnknownOutcome {
		t.Fatal(err)
	}
	results, err := w.client.CreateInvoices(t.Context(), "key", sales)
	allOK(t, results, err)
	if count := w.sim.Counts().Invoices; count != 1 {
		t.Errorf("%d invoices after a repeat", count)
	}
	_, err = w.client.CreateInvoices(t.Context(), "key", []xeroapi.Invoice{sale("other", contact, 1)})
	var failure *xeroapi.Error
	if !errors.As(err, &failure) || failure.Kind != xeroapi.KindBug || failure.Code != xeroapi.CodeKeyReused {
		t.Errorf("the key with another body gives %v", err)
	}
}

func TestConsentFromBirthToEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	w.pass(31 * time.Minute) // the access token is over
	if _, err := w.client.Organisation(ctx); err != nil || w.tokens.renewed != 1 {
		t.Fatalf("after expiry: %v, %d refreshes", err, w.tokens.renewed)
	}
	connections, err := w.auth.Connections(ctx, w.tokens.token.AccessToken)
	if err != nil || len(connections) != 1 || connections[0].TenantID != w.tenant {
		t.Fatalf("%+v, %v", connections, err)
	}
	if err := w.auth.DeleteConnection(ctx, w.tokens.token.AccessToken, connections[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.client.Organisation(ctx); xeroapi.KindOf(err) != xeroapi.KindPause {
		t.Errorf("a disconnected tenant gives %v", err)
	}
	if err := w.auth.Revoke(ctx, w.tokens.token.RefreshToken); err != nil {
		t.Fatal(err)
	}
	if _, err := w.auth.Refresh(ctx, w.tokens.token.RefreshToken); xeroapi.KindOf(err) != xeroapi.KindReconnect {
		t.Errorf("a revoked consent gives %v", err)
	}
	custom, err := w.auth.ClientCredentials(ctx)
	if err != nil || custom.RefreshToken != "" {
		t.Fatalf("%v, %v", custom, err)
	}
	config := xeroapi.Config{ClientID: "demo", ClientSecret: "demo"}.WithBase(w.base)
	alone := xeroapi.New(config, nil, &tokens{auth: w.auth, token: custom}, "")
	if organisation, err := alone.Organisation(ctx); err != nil || organisation.Name == "" {
		t.Errorf("a custom connection reads %+v, %v", organisation, err)
	}
	stranger := xeroapi.NewAuth(xeroapi.Config{ClientID: "demo", ClientSecret: "wrong"}.WithBase(w.base), nil)
	if _, err := stranger.ClientCredentials(ctx); xeroapi.KindOf(err) != xeroapi.KindConfiguration {
		t.Errorf("a wrong secret gives %v", err)
	}
}

func problemOf(err error) string {
	var failure *xeroapi.Error
	if errors.As(err, &failure) && len(failure.Problems) > 0 {
		return failure.Problems[0].Code
	}
	return ""
}
