package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/renoz/renoz/internal/crm"
)

// maxRestarts bounds how often the text behind a quote that is never closed is
// read again, since each time goes through the rest of the file.
const maxRestarts = 20

// Sheet is a file that was read.
type Sheet struct {
	Columns   []string // as the first line names them, without spaces at the ends
	Separator rune     // comma, semicolon or tab
	Lines     []Line   // in the order of the file, without empty ones
}

// Line is one line of cells, which may go over several lines of the file.
type Line struct {
	Number  int      // where it begins in the file, from 1
	Cells   []string // as many as there are columns; a single one with the text as it is when there is a Problem
	Problem string   // why the line cannot be read, in words for people; else empty
}

// Read reads a file of at most max lines below the names of its columns. It
// returns an Error of kind Invalid for a file that has no columns or is not
// UTF-8, and one of kind TooLarge for one with more lines.
func Read(file []byte, max int) (Sheet, error) {
	text, err := plain(file)
	if err != nil {
		return Sheet{}, err
	}
	s := Sheet{Separator: separator(text)}
	r := &reader{text: text, starts: lineStarts(text), separator: s.Separator}
	r.begin(1)
	for {
		line, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			if s.Columns == nil {
				return Sheet{}, crm.Errorf(crm.Invalid, "The file is empty. Its first line names the columns, and each line below holds one record.")
			}
			return s, nil
		case err != nil:
			return Sheet{}, err
		case s.Columns == nil && line.Problem != "":
			return Sheet{}, crm.Errorf(crm.Invalid, "The line that names the columns cannot be read. %s", line.Problem)
		case blank(line.Cells):
		case s.Columns == nil:
			s.Columns = trimmed(line.Cells)
		case len(s.Lines) == max:
			return Sheet{}, crm.Errorf(crm.TooLarge, "The file has more than %d lines. Split it and import one part after the other.", max)
		default:
			s.Lines = append(s.Lines, fitted(line, len(s.Columns), r))
		}
	}
}

// plain is the text of a file in UTF-8 without the mark that spreadsheets put
// first, with line breaks that a reader of lines knows.
func plain(file []byte) ([]byte, error) {
	text := bytes.TrimPrefix(file, []byte("\ufeff"))
	if !utf8.Valid(text) || bytes.IndexByte(text, 0) >= 0 {
		return nil, crm.Errorf(crm.Invalid, "The file is not text in UTF-8. Save it from the spreadsheet as “CSV UTF-8”.")
	}
	if bytes.IndexByte(text, '\n') < 0 { // as old programs on a Mac write
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return text, nil
}

// separator is the one that the first line has most of outside quotes.
func separator(text []byte) rune {
	choices, counts, quoted := []rune{',', ';', '\t'}, [3]int{}, false
	for _, c := range string(bytes.TrimLeft(text, "\r\n")) {
		if c == '\n' && !quoted {
			break
		}
		if c == '"' {
			quoted = !quoted
		}
		if i := slices.Index(choices, c); i >= 0 && !quoted {
			counts[i]++
		}
	}
	best := 0
	for i, n := range counts {
		if n > counts[best] {
			best = i
		}
	}
	return choices[best]
}

// lineStarts are the places in the text where its lines begin.
func lineStarts(text []byte) []int {
	starts := []int{0}
	for i, c := range text {
		if c == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

// reader goes through a text and goes on after a line that cannot be read.
type reader struct {
	text      []byte
	starts    []int
	separator rune
	csv       *csv.Reader
	first     int // line of the text where csv began, from 1
	restarts  int
}

func (r *reader) begin(line int) {
	r.first = line
	rest := []byte(nil)
	if line <= len(r.starts) {
		rest = r.text[r.starts[line-1]:]
	}
	r.csv = csv.NewReader(bytes.NewReader(rest))
	r.csv.Comma, r.csv.FieldsPerRecord = r.separator, -1
}

// next is the next line, or io.EOF after the last.
func (r *reader) next() (Line, error) {
	cells, err := r.csv.Read()
	if err == nil {
		at, _ := r.csv.FieldPos(0)
		return Line{Number: r.first + at - 1, Cells: cells}, nil
	}
	var broken *csv.ParseError
	if !errors.As(err, &broken) {
		return Line{}, err
	}
	at := r.first + broken.StartLine - 1
	if broken.Line > broken.StartLine { // what follows was taken for quoted text
		if r.restarts++; r.restarts > maxRestarts {
			return Line{}, crm.Errorf(crm.Invalid, "The quotes of the file do not match, first of all in line %d. Save it from the spreadsheet as “CSV UTF-8” again.", at)
		}
		r.begin(at + 1)
	}
	return Line{Number: at, Cells: []string{r.raw(at)}, Problem: words(broken)}, nil
}

// raw is a line of the text as it is.
func (r *reader) raw(line int) string {
	rest := r.text[r.starts[line-1]:]
	if end := bytes.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	return strings.TrimRight(string(rest), "\r")
}

func words(broken *csv.ParseError) string {
	if errors.Is(broken.Err, csv.ErrBareQuote) {
		return "There is a quote inside a cell that is not quoted. Put the whole cell in quotes and double the quote inside."
	}
	return "A quoted cell does not end where the next begins. Close the quote, or double a quote that belongs to the text."
}

// fitted is a line with as many cells as there are columns, or with a problem
// when it has others: its cells would stand under wrong columns.
func fitted(line Line, columns int, r *reader) Line {
	cells := line.Cells
	for len(cells) > columns && strings.TrimSpace(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	line.Cells = cells
	if line.Problem == "" && len(cells) != columns {
		line.Problem = fmt.Sprintf("The line has %s where the first line names %s. Add what is missing, or put cells that contain the separator in quotes.",
			counted(len(cells), "cell"), counted(columns, "column"))
		line.Cells = []string{r.raw(line.Number)}
	}
	return line
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func blank(cells []string) bool {
	return !slices.ContainsFunc(cells, func(cell string) bool { return strings.TrimSpace(cell) != "" })
}

// trimmed are the names of columns; empty ones at the end name none.
func trimmed(cells []string) []string {
	names := make([]string, len(cells))
	for i, cell := range cells {
		names[i] = strings.TrimSpace(cell)
	}
	for len(names) > 1 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	return names
}
