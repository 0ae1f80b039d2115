package xeroapi

import (
	"regexp"
	"strings"
)

// Codes of Problem: the refusals that people meet.
const (
	CodeContactNameTaken      = "contact_name_taken"
	CodeContactNameMissing    = "contact_name_missing"
	CodeContactNameInvalid    = "contact_name_invalid" // "<", ">", doubled blanks
	CodeEmailMissing          = "email_missing"
	CodeAmountInvalid         = "amount_invalid"
	CodeAlreadyDeleted        = "already_deleted"
	CodeContactArchived       = "contact_archived"
	CodeContactMissing        = "contact_missing"
	CodeAccountNumberTaken    = "account_number_taken"
	CodeContactNumberTaken    = "contact_number_taken"
	CodeEmailInvalid          = "email_invalid"
	CodeInvoiceNumberTaken    = "invoice_number_taken"
	CodeCreditNoteNumberTaken = "credit_note_number_taken"
	CodeInvoiceState          = "invoice_state"
	CodeDocumentLocked        = "document_locked" // payments or credits hold it
	CodeDocumentMissing       = "document_missing"
	CodeTaxTypeAccount        = "tax_type_account"
	CodeTaxTypeUnknown        = "tax_type_unknown"
	CodeAccountUnknown        = "account_unknown"
	CodeAccountMissing        = "account_missing"
	CodeLinesMissing          = "lines_missing"
	CodeDateMissing           = "date_missing"
	CodeDueDateMissing        = "due_date_missing"
	CodeDueDateEarly          = "due_date_early"
	CodeLockedPeriod          = "locked_period"
	CodePaymentExceeds        = "payment_exceeds"
	CodePaymentState          = "payment_state"
	CodePaymentReconciled     = "payment_reconciled"
	CodePaymentBatched        = "payment_batched"
	CodePaymentAccount        = "payment_account"
	CodeCreditExceeds         = "credit_exceeds"
	CodeCurrencyNotSubscribed = "currency_not_subscribed"
	CodeDiscountNotAllowed    = "discount_not_allowed"
	CodeTotalMismatch         = "total_mismatch"
	CodeBrandingTheme         = "branding_theme_unknown"
	CodeEmailLimit            = "email_limit"
	CodeTooLong               = "too_long"
	CodeValidation            = "validation" // any other; show Message
)

// Problem is one thing Xero found wrong with one record.
type Problem struct {
	Index   int    // place of the record in the write, or -1 when Xero did not tell
	Field   string // Xero's name of the field ("LineItems.TaxType"), or "" when it cannot be told
	Code    string // a Code… constant; CodeValidation when not one we know
	Message string // Xero's words; may quote the record
}

// complaint is an entry of ValidationErrors or Warnings. Which of the two
// fields holds the words depends on the endpoint.
type complaint struct {
	Message     string `json:",omitempty"`
	Description string `json:",omitempty"`
}

func (c complaint) words() string {
	if text := strings.TrimSpace(c.Message); text != "" {
		return text
	}
	return strings.TrimSpace(c.Description)
}

// rule recognises one message. Xero has no codes of its own, so its English is
// what there is to go by; matching is on lower case, the first rule wins.
type rule struct {
	words *regexp.Regexp
	code  string
	field string
}

// The words are those of Xero's description and of messages seen by other
// integrators; more specific rules stand before wider ones.

var knownRules = compileRules([][3]string{
	{`contact name .*already (been )?assigned|contact name must be unique`, CodeContactNameTaken, "Name"},
	{`account number .*already exists|account number .*must be unique`, CodeAccountNumberTaken, "AccountNumber"},
	{`contact number .*(already exists|must be unique|already assigned)`, CodeContactNumberTaken, "ContactNumber"},
	{`contact .*(has been|is) archived|contact must be un-archived`, CodeContactArchived, "Contact"},
	{`contact name cannot contain`, CodeContactNameInvalid, "Name"},
	{`contact name (must|cannot|is required)|^name (must|cannot|is required)`, CodeContactNameMissing, "Name"},
	{`contact .*(has no|without an?) e-?mail`, CodeEmailMissing, "EmailAddress"},
	{`contact must contain at least 1|contact (must|is required)|a valid contact`, CodeContactMissing, "Contact"},
	{`credit ?note (#|number) .*unique`, CodeCreditNoteNumberTaken, "CreditNoteNumber"},
	{`invoice (#|number) .*unique`, CodeInvoiceNumberTaken, "InvoiceNumber"},
	{`lock date|locked period|period is locked`, CodeLockedPeriod, "Date"},
	{`taxtype code .*cannot be used with account`, CodeTaxTypeAccount, "LineItems.TaxType"},
	{`taxtype code .*does not exist|tax ?type.*(mandatory|not valid|invalid)|tax rate must be valid`, CodeTaxTypeUnknown, "LineItems.TaxType"},
	{`payment.*(reconciled)|reconciled.*payment`, CodePaymentReconciled, "IsReconciled"},
	{`batch payment`, CodePaymentBatched, "BatchPaymentID"},
	{`payments can only be made against`, CodePaymentState, "Invoice"},
	{`payment amount exceeds|amount exceeds the amount outstanding`, CodePaymentExceeds, "Amount"},
	{`greater than (the )?amount outstanding|exceeds the (amount outstanding|remaining credit)|greater than the remaining credit`, CodeCreditExceeds, "Amount"},
	{`(payment|allocation) amount must be`, CodeAmountInvalid, "Amount"},
	{`account type is invalid for payments|account .*(enabled? for payments|payments enabled|must be a bank)|payments to this account`, CodePaymentAccount, "Account"},
	{`cannot be edited as it has a payment|has (a )?(payment|credit note)s? .*allocated|(has|with) payments`, CodeDocumentLocked, "Status"},
	{`already been deleted`, CodeAlreadyDeleted, "Status"},
	{`only (approved|authorised) |can only be .* authorised `, CodeInvoiceState, "Status"},
	{`not of valid status|status .*(cannot|not valid|invalid)|cannot be (voided|deleted|modified)`, CodeInvoiceState, "Status"},
	{`account (code |code or id )?must be specified`, CodeAccountMissing, "LineItems.AccountCode"},
	{`account code .*(not a valid|does not match|archived|removed)|account must be valid`, CodeAccountUnknown, "LineItems.AccountCode"},
	{`^account could not be found`, CodeAccountUnknown, "Account"},
	{`line ?items? .*(must be specified|required|at least)|at least one line ?item`, CodeLinesMissing, "LineItems"},
	{`due date .*(before|earlier)`, CodeDueDateEarly, "DueDate"},
	{`due ?date (field )?(cannot be empty|must be|is required)`, CodeDueDateMissing, "DueDate"},
	{`(^|\W)date (cannot be empty|must be specified|is required)`, CodeDateMissing, "Date"},
	{`not subscribed to currency|currency .*(not valid|not subscribed)`, CodeCurrencyNotSubscribed, "CurrencyCode"},
	{`discount`, CodeDiscountNotAllowed, "LineItems.DiscountRate"},
	{`total .*(does not|doesn't|not) (equal|match)`, CodeTotalMismatch, "Total"},
	{`branding ?theme.*(does not exist|not valid|invalid|not found|could not be found)`, CodeBrandingTheme, "BrandingThemeID"},
	{`email.*limit|limit.*email`, CodeEmailLimit, ""},
	{`email address .*(valid|invalid)|valid email`, CodeEmailInvalid, "EmailAddress"},
	{`could not be found|was not found|does not exist`, CodeDocumentMissing, ""},
	{`not (authorised|authorized|permitted)|do(es)? not have permission`, CodeNotAuthorised, ""},
	{`(maximum|max) length|too long|cannot exceed \d+ characters|longer than \d+`, CodeTooLong, ""},
})

// longField is the name in "The Reference field must not be longer than 255
// characters".
var longField = regexp.MustCompile(`^(?:The )?([A-Z]\w+)(?: field)? (?:must|cannot)`)

func compileRules(table [][3]string) []rule {
	compiled := make([]rule, 0, len(table))
	for _, row := range table {
		compiled = append(compiled, rule{words: regexp.MustCompile(row[0]), code: row[1], field: row[2]})
	}
	return compiled
}

// readProblem names what the message is about.
func readProblem(index int, message string) Problem {
	lower := strings.ToLower(message)
	for _, known := range knownRules {
		if !known.words.MatchString(lower) {
			continue
		}
		problem := Problem{Index: index, Field: known.field, Code: known.code, Message: message}
		if named := longField.FindStringSubmatch(message); named != nil && known.code == CodeTooLong {
			problem.Field = named[1]
		}
		return problem
	}
	return Problem{Index: index, Code: CodeValidation, Message: message}
}

func readProblems(index int, complaints []complaint) []Problem {
	var problems []Problem
	for _, entry := range complaints {
		if words := entry.words(); words != "" {
			problems = append(problems, readProblem(index, words))
		}
	}
	return problems
}

// problemWords joins the messages, each once.
func problemWords(problems []Problem) string {
	var words []string
	seen := map[string]bool{}
	for _, problem := range problems {
		if problem.Message != "" && !seen[problem.Message] {
			seen[problem.Message] = true
			words = append(words, problem.Message)
		}
	}
	return strings.Join(words, " ")
}
