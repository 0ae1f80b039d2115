package xeropages

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// contactUnlinked is the code of a document whose contact is no customer yet.
const contactUnlinked = "contact_unlinked"

// takeAllAt is where all documents that only Xero has are taken over, after a
// preview.
const takeAllAt = bulkAt + "?direction=pull&kind=" + xero.BulkEverything + "&written=" + takenOver

// takeOver takes over the documents that were ticked.
func (p *Pages) takeOver(w http.ResponseWriter, r *http.Request) error {
	run, err := uuid.Parse(r.PathValue("run"))
	if err != nil {
		return web.ErrNotFound
	}
	if err := r.ParseForm(); err != nil {
		return err
	}
	var positions []int
	for _, text := range r.PostForm["position"] {
		n, err := strconv.Atoi(text)
		if err != nil {
			return web.ErrNotFound
		}
		positions = append(positions, n)
	}
	taken, err := p.xero.TakeOver(r.Context(), run, positions)
	if err != nil {
		return err
	}
	made := 0
	for _, x := range taken {
		if x.Problem == nil {
			made++
		}
	}
	return web.Redirect(w, r, reconciliationAt, "run", run.String(), "done", "xero-taken-over", "made", strconv.Itoa(made), "left", strconv.Itoa(len(taken)-made))
}

// takeOverOne takes over one document. Where that cannot be, its page says why.
func (p *Pages) takeOverOne(w http.ResponseWriter, r *http.Request) error {
	run, position, err := differenceAt(r)
	if err != nil {
		return err
	}
	taken, err := p.xero.TakeOver(r.Context(), run, []int{position})
	if err != nil {
		return err
	}
	if problem := taken[0].Problem; problem != nil {
		return p.showDifference(w, r, http.StatusConflict, differenceView{Hindrance: problem, Refused: true})
	}
	return web.Redirect(w, r, reconciliationAt, "run", run.String(), "done", "xero-taken-over", "made", "1", "kind", string(taken[0].Kind), "of", taken[0].Record.String())
}

// documentURL is our page about an invoice or a credit note.
func documentURL(kind link.Kind, id uuid.UUID) string {
	if kind == link.CreditNote {
		return "/credit-notes/" + id.String()
	}
	return "/invoices/" + id.String()
}

// takenOverNotice says how many documents were taken over and how many not.
func takenOverNotice(r *http.Request) *ui.Notice {
	q := r.URL.Query()
	made, _ := strconv.Atoi(q.Get("made"))
	left, _ := strconv.Atoi(q.Get("left"))
	n := &ui.Notice{Title: "Taken over", Text: ui.Plural(made, "document is a record here now, with its", "documents are records here now, with their") + " payments and credits."}
	if left > 0 {
		n.Failed, n.Title = true, ui.Plural(left, "document was", "documents were")+" not taken over"
		n.Text = ui.Plural(made, "was", "were") + ". Open each that is left to see why."
	}
	if id, err := uuid.Parse(q.Get("of")); err == nil {
		n.Link = &ui.Link{Href: documentURL(link.Kind(q.Get("kind")), id), Label: "Open it"}
	}
	return n
}

// ticks reports whether rows can be ticked to be taken over.
func (v reconciliationView) ticks() bool {
	for _, d := range v.Rows {
		if v.tickable(d) {
			return true
		}
	}
	return false
}

func (v reconciliationView) tickable(d store.Difference) bool {
	return v.MayAct && xero.Takeable(d) && d.ActedAt == nil && v.Hindrances[d.Position] == nil
}

// onlyThere is how many documents only Xero has that nobody has dealt with.
func (v reconciliationView) onlyThere() int {
	n := 0
	for _, c := range v.Counts {
		if xero.Takeable(store.Difference{Kind: c.Kind, What: c.What}) {
			n += c.N - c.Acted
		}
	}
	return n
}

// here is what a list says of our side: for a document that is only in Xero, what
// stands against taking it over.
func (v reconciliationView) here(d store.Difference) string {
	problem := v.Hindrances[d.Position]
	if problem == nil || d.ActedAt != nil {
		return brief(d.Ours)
	}
	return hindranceWords(problem.Code)
}

// there is Xero's side in a list. What else tells a document apart stands below
// its number.
func (v reconciliationView) there(d store.Difference) string {
	if d.Document == nil {
		return brief(d.Theirs)
	}
	return crm.Money{Amount: d.Document.Total, Currency: d.Document.Currency}.Show(v.Currency)
}

// about is what tells a record apart in a list.
func about(d store.Difference) string {
	if d.Document == nil {
		return kindWords(d.Kind)
	}
	return kindWords(d.Kind) + " · " + d.Document.Contact + " · " + d.Document.On.Format()
}

// hindranceWords is what stands against taking a document over, in short.
func hindranceWords(code string) string {
	words := map[string]string{
		contactUnlinked: "Contact not linked", "not_approved": "Not approved", "other_currency": "Other currency", "amounts_include_tax": "Not tax exclusive",
		"tax_rate_unknown": "Tax rate not chosen", "number_taken": "Number is ours", "sums_differ": "Sums differ",
	}[code]
	if words == "" {
		return "Does not fit"
	}
	return words
}

// contactsOf is where the contact of a document is linked or imported.
func contactsOf(d store.Difference) string {
	q := url.Values{"tab": {tabXero}}
	if d.Document != nil {
		q.Set("q", d.Document.Contact)
	}
	return "/xero/contacts?" + q.Encode()
}
