package xeroapi

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

const expired = `{"Title":"Unauthorized","Status":401,"Detail":"TokenExpired: token expired at 11/22/2026 09:59:00","Instance":"x"}`

type failureCase struct {
	name  string
	got   step
	write Error // what a write makes of it
	read  Kind  // what a read makes of it
}

func failureCases() []failureCase {
	return []failureCase{
		{"validation", step{400, nil, `{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred","Elements":[{"ValidationErrors":[{"Message":"The contact name Jo Bloggs is already assigned to another contact."}]},{"ValidationErrors":[]}]}`, false},
			Error{Kind: KindInvalid, Code: CodeContactNameTaken}, KindInvalid},
		{"validation without elements", step{400, nil, `{"ErrorNumber":10,"Type":"ValidationException","Message":"Payment amount exceeds the amount outstanding on this document"}`, false},
			Error{Kind: KindInvalid, Code: CodePaymentExceeds}, KindInvalid},
		{"reused key", step{400, nil, `{"Message":"Idempotency key has been used with a different request"}`, false}, Error{Kind: KindBug, Code: CodeKeyReused}, KindBug},
		{"broken filter", step{400, nil, `{"ErrorNumber":16,"Type":"QueryParseException","Message":"Syntax error"}`, false}, Error{Kind: KindBug, Code: CodeBadRequest}, KindBug},
		{"empty refusal", step{400, nil, ``, false}, Error{Kind: KindBug, Code: CodeBadRequest}, KindBug},
		{"missing scope", step{401, map[string]string{"WWW-Authenticate": `Bearer error="insufficent_scope"`}, `{"Title":"Unauthorized","Status":401,"Detail":"AuthorizationUnsuccessful"}`, false},
			Error{Kind: KindReconnect, Code: CodeScopeMissing}, KindReconnect},
		{"unauthorised", step{401, nil, `{"Title":"Unauthorized","Status":401,"Detail":"AuthenticationUnsuccessful"}`, false}, Error{Kind: KindPause, Code: CodeNotAuthorised}, KindPause},
		{"forbidden", step{403, nil, `{"Title":"Forbidden","Status":403,"Detail":"AuthenticationUnsuccessful"}`, false}, Error{Kind: KindPause, Code: CodeNotAuthorised}, KindPause},
		{"not found", step{404, nil, `The resource you're looking for cannot be found`, false}, Error{Kind: KindNotFound, Code: CodeDocumentMissing}, KindNotFound},
		{"minute limit", step{429, map[string]string{"X-Rate-Limit-Problem": "minute", "Retry-After": "27"}, ``, false}, Error{Kind: KindLimited, LimitProblem: LimitMinute, RetryAfter: 27 * time.Second}, KindLimited},
		{"day limit without wait", step{429, map[string]string{"X-Rate-Limit-Problem": "day"}, ``, false}, Error{Kind: KindLimited, LimitProblem: LimitDay, RetryAfter: time.Minute}, KindLimited},
		{"concurrent limit", step{429, map[string]string{"X-Rate-Limit-Problem": "Concurrent"}, ``, false}, Error{Kind: KindLimited, LimitProblem: LimitConcurrent, RetryAfter: time.Second}, KindLimited},
		{"odd wait", step{429, map[string]string{"Retry-After": "999999999999"}, ``, false}, Error{Kind: KindLimited, RetryAfter: 24 * time.Hour}, KindLimited},
		{"server error", step{500, nil, `{"ErrorNumber":0,"Message":"An error occurred in Xero"}`, false}, Error{Kind: KindUnknownOutcome, Code: CodeServerError}, KindUnavailable},
		{"bad gateway", step{502, nil, `<html>`, false}, Error{Kind: KindUnknownOutcome, Code: CodeServerError}, KindUnavailable},
		{"offline", step{503, map[string]string{"Retry-After": "120"}, `The Organisation is offline`, false}, Error{Kind: KindUnavailable, Code: CodeOffline, RetryAfter: 2 * time.Minute}, KindUnavailable},
		{"cut connection", step{drop: true}, Error{Kind: KindUnknownOutcome, Code: CodeNoAnswer}, KindUnavailable},
		{"page instead of JSON", step{200, nil, `<html>maintenance</html>`, false}, Error{Kind: KindUnknownOutcome, Code: CodeUnreadable}, KindUnavailable},
		{"other record", step{200, nil, `{"Contacts":[]}`, false}, Error{Kind: KindUnknownOutcome, Code: CodeUnreadable}, KindUnavailable},
		{"too large", step{413, nil, ``, false}, Error{Kind: KindBug, Code: CodeBadRequest}, KindBug},
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	for _, c := range failureCases() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			header := map[string]string{"Xero-Correlation-Id": "corr-1"}
			for name, value := range c.got.header {
				header[name] = value
			}
			c.got.header = header
			server := newScript(t, c.got, c.got)
			client := server.client(Config{})
			_, err := client.CreateInvoices(t.Context(), "key", []Invoice{{InvoiceNumber: "1"}, {InvoiceNumber: "2"}})
			checkFailure(t, err, c.write, c.got)
			_, err = client.Invoices(t.Context(), Query{})
			if KindOf(err) != c.read {
				t.Errorf("a read gives %v, want kind %s", err, c.read)
			}
		})
	}
}

func checkFailure(t *testing.T, err error, want Error, sent step) {
	t.Helper()
	var got *Error
	if !errors.As(err, &got) {
		t.Fatalf("the error is %v", err)
	}
	if got.Kind != want.Kind || got.Code != want.Code || got.LimitProblem != want.LimitProblem || got.RetryAfter != want.RetryAfter {
		t.Errorf("a write gives %+v, want %+v", got, want)
	}
	if got.Status != sent.status || got.NotSent() || (!sent.drop && got.CorrelationID != "corr-1") {
		t.Errorf("a write gives %+v", got)
	}
	mustContain(t, got.Error(), "create invoices", string(want.Kind))
}

// Only the person concerned may see what Xero quoted.
func TestErrorsHoldNoSecrets(t *testing.T) {
	t.Parallel()
	server := newScript(t, failureCases()[0].got, step{drop: true})
	client := server.client(Config{})
	_, refusal := client.CreateContacts(t.Context(), "key", []Contact{{Name: "Jo Bloggs"}, {Name: "Al"}})
	_, cut := client.ContactsByName(t.Context(), "Jo Bloggs")
	for _, err := range []error{refusal, cut} {
		var logged strings.Builder
		slog.New(slog.NewTextHandler(&logged, nil)).Error("failed", "error", err)
		for _, text := range []string{err.Error(), fmt.Sprintf("%v", err), logged.String()} {
			if strings.Contains(text, "Bloggs") || strings.Contains(text, "secret") {
				t.Errorf("%q tells too much", text)
			}
		}
	}
	var failure *Error
	errors.As(refusal, &failure)
	mustContain(t, failure.Words(), "Jo Bloggs")
}

func TestExpiredTokenIsRefreshedOnce(t *testing.T) {
	t.Parallel()
	denied := step{status: 401, body: expired}
	server := newScript(t, denied, jsonOK(created), denied, denied)
	tokens := &lender{}
	client := New(Config{}.WithBase(server.URL), server.Client(), tokens, "tenant-1")
	if _, err := client.CreateInvoices(t.Context(), "key", []Invoice{{InvoiceNumber: "1"}, {InvoiceNumber: "2"}}); err != nil {
		t.Fatal(err)
	}
	both := server.heard(t, 2)
	if both[0].body != both[1].body || both[0].header.Get("Idempotency-Key") != both[1].header.Get("Idempotency-Key") ||
		both[1].header.Get("Authorization") != "Bearer secret-two" || tokens.refusals[0] != "secret-one" {
		t.Errorf("the repeat differs: %+v", both)
	}
	if _, err := client.Organisation(t.Context()); KindOf(err) != KindExpired || len(tokens.refusals) != 2 {
		t.Errorf("a second refusal gives %v after %d refreshes", err, len(tokens.refusals))
	}
}

func TestRefreshFailureKeepsItsKind(t *testing.T) {
	t.Parallel()
	server := newScript(t, step{status: http.StatusUnauthorized, body: expired})
	tokens := &lender{fail: &Error{Kind: KindReconnect, Op: "refresh the token", Code: CodeConsentGone}}
	client := New(Config{}.WithBase(server.URL), server.Client(), tokens, "tenant-1")
	if _, err := client.Organisation(t.Context()); KindOf(err) != KindReconnect {
		t.Errorf("the error is %v", err)
	}
}

func TestProblemCodes(t *testing.T) {
	t.Parallel()
	cases := map[string]string{
		"The contact name Buzz Lightyear is already assigned to another contact. The contact name must be unique across all active contacts.": CodeContactNameTaken,
		"Account Number already exists. Please enter a unique Account Number.":                                                                CodeAccountNumberTaken,
		"The Contact must contain at least 1 of the following elements to identify the contact: Name, ContactID, ContactNumber":               CodeContactMissing,
		"The contact with the specified contact details has been archived. The contact must be un-archived before creating new invoices.":     CodeContactArchived,
		"Invoice # must be unique.":                                                                 CodeInvoiceNumberTaken,
		"Invoice not of valid status for modification":                                              CodeInvoiceState,
		"This document cannot be edited as it has a payment or credit note allocated to it.":        CodeDocumentLocked,
		"The TaxType code 'OUTPUT' cannot be used with account code '200'.":                         CodeTaxTypeAccount,
		"The TaxType code X does not exist or cannot be used for this type of transaction.":         CodeTaxTypeUnknown,
		"The document date cannot be before the period lock date":                                   CodeLockedPeriod,
		"The document date cannot be before the end of year lock date, currently set to 30/06/2026": CodeLockedPeriod,
		"Payment amount exceeds the amount outstanding on this document":                            CodePaymentExceeds,
		"Payments can only be made against Authorised documents":                                    CodePaymentState,
		"Credit amount is greater than amount outstanding":                                          CodeCreditExceeds,
		"Account code '999' is not a valid code for this document.":                                 CodeAccountUnknown,
		"Account code ''476'' has been removed as it does not match a recognised account.":          CodeAccountUnknown,
		"Account code must be specified":                                                            CodeAccountMissing,
		"Due Date cannot be empty":                                                                  CodeDueDateMissing,
		"Email address must be valid.":                                                              CodeEmailInvalid,
		"You are not permitted to access this resource":                                             CodeNotAuthorised,
		"An existing Credit Note with the specified CreditNoteID could not be found":                CodeDocumentMissing,
		"Payment has been reconciled and cannot be deleted":                                         CodePaymentReconciled,
		"Account code or ID must be specified":                                                      CodeAccountMissing,
		"The contact name cannot contain the characters < or >":                                     CodeContactNameInvalid,
		"ContactStatus must be ACTIVE, ARCHIVED or GDPRREQUEST":                                     CodeValidation,
		"The DueDate field must be specified for an approved invoice":                               CodeDueDateMissing,
		"Account type is invalid for payments":                                                      CodePaymentAccount,
		"Only approved sales invoices can be emailed":                                               CodeInvoiceState,
		"Credit notes can only be allocated to Authorised invoices":                                 CodeInvoiceState,
		"This payment has already been deleted":                                                     CodeAlreadyDeleted,
		"The Reference field must not be longer than 255 characters":                                CodeTooLong,
		"Something that nobody has seen before":                                                     CodeValidation,
	}
	for message, want := range cases {
		if got := readProblem(3, message); got.Code != want || got.Message != message || got.Index != 3 {
			t.Errorf("%q is %+v, want code %s", message, got, want)
		}
	}
}

func TestProblemNamesALongField(t *testing.T) {
	t.Parallel()
	for _, message := range []string{"The Reference field must not be longer than 255 characters", "Reference must not be longer than 255 characters"} {
		if got := readProblem(0, message); got.Field != "Reference" {
			t.Errorf("%q is %+v", message, got)
		}
	}
}

// FuzzFailures: whatever comes back, it is an Error of a known kind and names
// what was being done.
func FuzzFailures(f *testing.F) {
	for _, c := range failureCases() {
		f.Add(c.got.status, c.got.body, c.got.header["Retry-After"], c.got.header["WWW-Authenticate"])
	}
	known := map[Kind]bool{
		KindInvalid: true, KindBug: true, KindExpired: true, KindReconnect: true, KindPause: true, KindNotFound: true,
		KindLimited: true, KindUnknownOutcome: true, KindUnavailable: true, KindConfiguration: true, KindRetry: true,
	}
	f.Fuzz(func(t *testing.T, status int, body, wait, challenge string) {
		got := answer{status: status, body: []byte(body), header: http.Header{"Retry-After": {wait}, "Www-Authenticate": {challenge}}}
		api := readAPIError(exchange{lost: KindUnknownOutcome}, got)
		token := readTokenError(exchange{lost: KindRetry}, got)
		if !known[api.Kind] || !known[token.Kind] || api.RetryAfter < 0 || api.RetryAfter > 24*time.Hour {
			t.Fatalf("%+v %+v", api, token)
		}
		if api.Kind == KindLimited && api.RetryAfter == 0 {
			t.Fatal("limited without a wait")
		}
	})
}
