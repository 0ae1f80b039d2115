package resend

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records/sheet"
)

// How large a file of addresses may be.
const (
	MaxSuppressionBytes = 10 << 20
	MaxSuppressionLines = 100_000
)

// SuppressionLine is a line of a file of addresses.
type SuppressionLine struct {
	Line    int // in the file, from 1
	Address string
	Scope   mail.Scope
	Reason  mail.Reason
	Note    string
	Field   string // the column that is wrong; may be empty
	Problem string // what is wrong and what to do; empty: it can be taken
	cells   []string
	unread  string // the text of a line whose cells could not be read
}

// SuppressionSheet is a file of addresses that was read.
type SuppressionSheet struct {
	Good, Bad []SuppressionLine
	columns   []string
}

// suppressionColumn is a column with what reads it; nil passes it over.
type suppressionColumn struct {
	name      string
	spellings []string
	set       func(*SuppressionLine, string) string // what is wrong; may be ""
}

// suppressionColumns are those that a file may have: what an export holds, so that
// it can be imported as it is, and the names that other services give them.
func suppressionColumns() []suppressionColumn {
	return []suppressionColumn{
		{"address", []string{"email", "e-mail", "email address", "e-mail address", "recipient"}, setAddress},
		{"scope", []string{"what", "stops"}, setScope},
		{"reason", []string{"origin", "type", "event"}, setReason},
		{"note", []string{"comment", "why"}, setNote},
		{"mail", []string{"source", "source id", "id"}, nil},
		{"by", []string{"added by", "created by"}, nil},
		{"since", []string{"created", "created at", "date", "at"}, nil},
		{"problem", nil, nil}, // of a file of lines that were refused
	}
}

func setAddress(l *SuppressionLine, cell string) string {
	address, err := crm.ParseEmail(strings.TrimPrefix(cell, "'")) // as an export keeps a spreadsheet from reading a formula
	if err != nil {
		return "Enter one e-mail address such as name@example.com."
	}
	l.Address = address
	return ""
}

func setScope(l *SuppressionLine, cell string) string {
	scope, err := mail.ParseScope(cell)
	if err != nil {
		return said(err)
	}
	l.Scope = scope
	return ""
}

// reasonWords are the words of other services for reasons.
func reasonWords() map[string]mail.Reason {
	words := map[string]mail.Reason{
		"": mail.ByHand, "bounced": mail.ForBounce, "hard_bounce": mail.ForBounce, "hardbounce": mail.ForBounce, "spam": mail.ForComplaint, "spam_complaint": mail.ForComplaint,
		"spamreport": mail.ForComplaint, "complained": mail.ForComplaint, "unsubscribed": mail.ForUnsubscribe, "opt_out": mail.ForUnsubscribe, "by_hand": mail.ByHand,
	}
	for _, r := range mail.Reasons() {
		words[string(r)] = r
	}
	return words
}

func setReason(l *SuppressionLine, cell string) string {
	reason, known := reasonWords()[strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(cell))]
	if !known {
		return fmt.Sprintf("%q is no reason. Use bounce, complaint, unsubscribe or manual, or leave it empty.", cell)
	}
	l.Reason = reason
	return ""
}

const longestNote = 200

func setNote(l *SuppressionLine, cell string) string {
	if l.Note = oneLine(strings.TrimPrefix(cell, "'")); len(l.Note) > longestNote {
		return fmt.Sprintf("Use at most %d characters.", longestNote)
	}
	return ""
}

// ReadSuppressions reads a file of addresses: commas, semicolons or tabs, the first
// line names columns, of which address is needed. Unsubscribed addresses without a
// scope get no marketing; others nothing at all. It returns an Error of kind Invalid
// or TooLarge for a file that cannot be taken as a whole; a bad line costs only
// itself.
func ReadSuppressions(file []byte) (SuppressionSheet, error) {
	if len(file) > MaxSuppressionBytes {
		return SuppressionSheet{}, SuppressionFileTooLarge()
	}
	read, err := sheet.Read(file, MaxSuppressionLines)
	if err != nil {
		return SuppressionSheet{}, err
	}
	columns, err := matchSuppressionColumns(read.Columns)
	if err != nil {
		return SuppressionSheet{}, err
	}
	out := SuppressionSheet{columns: read.Columns}
	for _, row := range read.Lines {
		l := suppressionLine(columns, row)
		if l.Problem == "" {
			out.Good = append(out.Good, l)
		} else {
			out.Bad = append(out.Bad, l)
		}
	}
	return out, nil
}

// SuppressionFileTooLarge is the Error of a file above MaxSuppressionBytes.
func SuppressionFileTooLarge() error {
	return crm.Errorf(crm.TooLarge, "The file is larger than %d MiB. Split it and import one part after the other.", MaxSuppressionBytes>>20)
}

func suppressionLine(columns []suppressionColumn, row sheet.Line) SuppressionLine {
	l := SuppressionLine{Line: row.Number, Reason: mail.ByHand, cells: row.Cells}
	if row.Problem != "" {
		l.Problem, l.unread = row.Problem, row.Cells[0]
		return l
	}
	for i, c := range columns {
		if c.set == nil {
			continue
		}
		cell := strings.TrimSpace(row.Cells[i])
		if c.name == "scope" && cell == "" {
			continue
		}
		if problem := c.set(&l, cell); problem != "" && l.Problem == "" {
			l.Field, l.Problem = c.name, problem
		}
	}
	if l.Scope == "" {
		l.Scope = mail.Everything
		if l.Reason == mail.ForUnsubscribe {
			l.Scope = mail.AllMarketing
		}
	}
	return l
}

func matchSuppressionColumns(names []string) ([]suppressionColumn, error) {
	all := suppressionColumns()
	var found []suppressionColumn
	seen := map[string]bool{}
	for _, name := range names {
		key := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(name)), "_", " ")
		i := slices.IndexFunc(all, func(c suppressionColumn) bool { return c.name == key || slices.Contains(c.spellings, key) })
		if i < 0 {
			return nil, crm.Errorf(crm.Invalid, "There is no column %q. Rename or remove it. Known are address, scope, reason and note.", name)
		}
		if seen[all[i].name] {
			return nil, crm.Errorf(crm.Invalid, "Two columns are %s. Leave one of them out.", all[i].name)
		}
		seen[all[i].name] = true
		found = append(found, all[i])
	}
	if !seen["address"] {
		return nil, crm.Errorf(crm.Invalid, "The first line names no column address. Add one with the e-mail addresses.")
	}
	return found, nil
}

// WriteBad writes the bad lines as a file that can be mended and imported: under
// their columns as they were, and one more with what is wrong. Cells that a
// spreadsheet would read as formulas are made text.
func (s SuppressionSheet) WriteBad(to io.Writer) error {
	w := csv.NewWriter(to)
	at := slices.IndexFunc(s.columns, func(name string) bool { return strings.EqualFold(strings.TrimSpace(name), "problem") })
	row := func(cells []string, problem string) []string {
		cells = slices.Clone(cells)
		if at >= 0 && at < len(cells) {
			cells = slices.Delete(cells, at, at+1)
		}
		for i := range cells {
			cells[i] = crm.InertCell(cells[i])
		}
		return append(cells, crm.InertCell(problem))
	}
	if err := w.Write(row(s.columns, "problem")); err != nil {
		return fmt.Errorf("write the bad lines: %w", err)
	}
	for _, l := range s.Bad {
		cells, problem := l.cells, l.Problem
		if l.Field != "" {
			problem = l.Field + ": " + problem
		}
		if l.unread != "" {
			cells, problem = make([]string, len(s.columns)), problem+" It reads: "+l.unread
		}
		if err := w.Write(row(cells, problem)); err != nil {
			return fmt.Errorf("write the bad lines: %w", err)
		}
	}
	w.Flush()
	return w.Error()
}

// SuppressionColumns are those of an export of a part of the list.
func SuppressionColumns(kind mail.SuppressionKind) []string {
	head := []string{"address", "scope", "reason", "note", "mail", "by", "since"}
	if kind == mail.RemovedOnes {
		head = append(head, "removed_by", "removed_because", "removed")
	}
	return head
}

// SuppressionRow is a suppression under SuppressionColumns. Times are in UTC, as RFC
// 3339 writes them.
func SuppressionRow(s mail.Suppression) []string {
	row := []string{crm.InertCell(s.Address), string(s.Scope), string(s.Reason), crm.InertCell(s.Note), s.Source, crm.InertCell(s.By), s.At.UTC().Format(time.RFC3339)}
	if s.RemovedAt != nil {
		row = append(row, crm.InertCell(s.RemovedBy), crm.InertCell(s.RemovedNote), s.RemovedAt.UTC().Format(time.RFC3339))
	}
	return row
}
