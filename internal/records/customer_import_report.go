package records

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"github.com/renoz/renoz/internal/crm"
)

// ImportOutcome says what became of a line, or in a preview would.
type ImportOutcome string

// The outcomes of a line.
const (
	ImportCreated ImportOutcome = "created"
	ImportUpdated ImportOutcome = "updated"
	ImportSkipped ImportOutcome = "skipped" // the customer is there, and nothing of it is changed
	ImportRefused ImportOutcome = "refused" // a person must mend the line
)

// ImportOutcomes are all outcomes, in the order in which people read them.
func ImportOutcomes() []ImportOutcome {
	return []ImportOutcome{ImportCreated, ImportUpdated, ImportSkipped, ImportRefused}
}

// ImportedLine is what became of one line of a file.
type ImportedLine struct {
	Line     int // in the file, from 1
	Outcome  ImportOutcome
	Field    string         // the column that is wrong; may be empty
	Reason   string         // why it was skipped or refused, and what to do
	Customer crm.CustomerID // zero when there is none, or not yet
	Number   string         // of the customer
	Name     string         // as the line has it, or the customer
	cells    []string
	unread   string // the text of a line whose cells could not be read
}

// CustomerImport is what became of a file of customers.
type CustomerImport struct {
	Created, Updated, Skipped, Refused int
	Lines                              []ImportedLine // in the order of the file
	columns                            []string
}

func (r *CustomerImport) add(line ImportedLine) {
	switch line.Outcome {
	case ImportCreated:
		r.Created++
	case ImportUpdated:
		r.Updated++
	case ImportSkipped:
		r.Skipped++
	case ImportRefused:
		r.Refused++
	}
	r.Lines = append(r.Lines, line)
}

// Count is how many lines came out like this.
func (r *CustomerImport) Count(o ImportOutcome) int {
	return map[ImportOutcome]int{ImportCreated: r.Created, ImportUpdated: r.Updated, ImportSkipped: r.Skipped, ImportRefused: r.Refused}[o]
}

// WriteRefused writes the refused lines as a file that can be mended and
// imported: under their columns as they were, and one more with the reasons. A
// line that could not be read has its text behind the reason.
func (r *CustomerImport) WriteRefused(to io.Writer) error {
	w := csv.NewWriter(to)
	before := slices.IndexFunc(r.columns, func(name string) bool { return columnKey(name) == "reason" })
	without := func(cells []string) []string {
		if before < 0 {
			return slices.Clone(cells)
		}
		return slices.Delete(slices.Clone(cells), before, before+1)
	}
	if err := w.Write(append(without(r.columns), "reason")); err != nil {
		return fmt.Errorf("write the refused lines: %w", err)
	}
	for _, line := range r.Lines {
		if line.Outcome != ImportRefused {
			continue
		}
		cells, reason := line.cells, line.Reason
		if line.Field != "" {
			reason = line.Field + ": " + reason
		}
		if line.unread != "" {
			cells, reason = make([]string, len(r.columns)), reason+" It reads: "+line.unread
		}
		if err := w.Write(append(without(cells), reason)); err != nil {
			return fmt.Errorf("write the refused lines: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}
