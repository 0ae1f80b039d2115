package template

import (
	"fmt"
	"strings"
	"testing"
)

// TestLibraryNeedsNothingOptional writes each mail of the library for somebody of
// whom nothing is known that need not be.
func TestLibraryNeedsNothingOptional(t *testing.T) {
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if _, err := Render(s.Template, LeastBrand(), LeastOf(s.Template)); err != nil {
			t.Errorf("%s: %v", s.Key, err)
		}
	}
}

// TestLongInvoice repeats the first lines of a document of thousands, and says
// how many it leaves out.
func TestLongInvoice(t *testing.T) {
	letter := Template{Name: "Invoice", Category: Invoice, Subject: "Invoice", Body: "{{ invoice.lines | lines }}"}
	data := SampleOf(letter)
	invoice, ok := data["invoice"].(Data)
	if !ok {
		t.Fatalf("an invoice is %T", data["invoice"])
	}
	var lines []Data
	for n := range 5000 {
		lines = append(lines, Data{"description": fmt.Sprintf("Cable %d", n), "amount": "$1.00"})
	}
	invoice["lines"] = lines
	out, err := Render(letter, SampleBrand(), data)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{out.HTML, out.Text} {
		if !strings.Contains(text, "Cable 99") || strings.Contains(text, "Cable 100") || !strings.Contains(text, "4900 more") {
			t.Errorf("%.3000s", text)
		}
	}
}
