package campaign

import (
	"bufio"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// The bounds of a list. A line that is longer is reported and not kept whole.
const (
	mostLines   = 200_000
	longestLine = 4096
	longestKept = 200
	lineStep    = 500 // lines that are kept in one transaction
)

// lines reads a list line by line, without keeping it.
type lines struct {
	in        *bufio.Reader
	number    int
	separator rune
	column    int // of what names the customer; -1: the first cell that is an address, else the first
	other     int // what names it where that is empty; -1: none
}

func newLines(r io.Reader) *lines {
	return &lines{in: bufio.NewReaderSize(r, 64<<10), column: -1, other: -1}
}

// listed is a line with what names a customer in it.
type listed struct {
	number  int
	text    string // as it is shown
	name    string // number or address
	problem string
}

// next is the next line that is not empty; io.EOF follows the last.
func (l *lines) next() (listed, error) {
	for {
		text, long, err := l.line()
		if err != nil {
			return listed{}, err
		}
		line := listed{number: l.number, text: short(text)}
		if long {
			line.problem = fmt.Sprintf("The line has more than %d characters. Put one customer on each line.", longestLine)
			return line, nil
		}
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
			line.text, line.problem = "", "The line is not text in UTF-8. Save the file from the spreadsheet as “CSV UTF-8”."
			return line, nil
		}
		if l.header(text) {
			continue
		}
		if line.name = l.names(l.cells(text)); line.name == "" {
			line.problem = "The line names no customer. Enter a customer number or an e-mail address."
		}
		return line, nil
	}
}

// line is the text of the next line, at most longestLine of it.
func (l *lines) line() (text string, long bool, err error) {
	var b strings.Builder
	for {
		part, err := l.in.ReadSlice('\n')
		if room := longestLine - b.Len(); len(part) > room && len(strings.TrimRight(string(part[:min(len(part), room+2)]), "\r\n")) > room {
			long, part = true, part[:max(room, 0)]
		}
		b.Write(part)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case errors.Is(err, io.EOF) && b.Len() == 0 && !long:
			return "", false, io.EOF
		case err != nil && !errors.Is(err, io.EOF):
			return "", false, unread(err)
		}
		l.number++
		return strings.TrimPrefix(b.String(), "\ufeff"), long, nil
	}
}

func unread(err error) error {
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		return crm.Errorf(crm.TooLarge, "The list is larger than %d MiB. Split it and make a campaign of each part.", tooLarge.Limit>>20)
	}
	return crm.Errorf(crm.Invalid, "The list did not arrive whole. Send it again.")
}

// cells cuts a line. The first one that has any shows what separates them.
func (l *lines) cells(text string) []string {
	if l.separator == 0 {
		most := 0
		for _, c := range separators() {
			if n := strings.Count(text, string(c)); n > most {
				l.separator, most = c, n
			}
		}
	}
	if l.separator == 0 {
		return []string{text}
	}
	return cut(text, l.separator)
}

func separators() []rune { return []rune{',', ';', '\t'} }

func cut(text string, separator rune) []string {
	in := csv.NewReader(strings.NewReader(text))
	in.Comma, in.LazyQuotes, in.FieldsPerRecord = separator, true, -1
	cells, err := in.Read()
	if err != nil {
		cells = strings.Split(text, string(separator))
	}
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// header reports whether a line names columns, and notes which count from then
// on. One may stand in the middle, where a file follows what was pasted.
func (l *lines) header(text string) bool {
	if len(text) > longestKept || strings.Contains(text, "@") {
		return false
	}
	for _, c := range separators() {
		cells := cut(strings.ToLower(text), c)
		find := func(names ...string) int {
			return slices.IndexFunc(cells, func(cell string) bool { return slices.Contains(names, cell) })
		}
		number, email := find("number", "customer number", "customer_number", "customer"), find("email", "e-mail", "email address", "e-mail address", "address")
		if number < 0 && email < 0 {
			continue
		}
		l.separator, l.column, l.other = c, number, email
		if number < 0 {
			l.column, l.other = email, -1
		}
		return true
	}
	return false
}

// names is what names the customer of a line.
func (l *lines) names(cells []string) string {
	at := func(i int) string {
		if i < 0 || i >= len(cells) {
			return ""
		}
		return cells[i]
	}
	if l.column >= 0 {
		if name := at(l.column); name != "" {
			return name
		}
		return at(l.other)
	}
	for _, c := range cells {
		if strings.Contains(c, "@") {
			return c
		}
	}
	return at(0)
}

// someLines are the next lines of a list with their customers.
func (s *Service) someLines(ctx context.Context, c mail.Campaign, in *lines) ([]store.CampaignLine, error) {
	var out []store.CampaignLine
	for len(out) < lineStep {
		l, err := in.next()
		switch {
		case errors.Is(err, io.EOF):
			return out, nil
		case err != nil:
			return nil, err
		case l.number > mostLines:
			return nil, crm.Errorf(crm.TooLarge, "The list has more than %d lines. Split it and make a campaign of each part.", mostLines)
		}
		line, err := s.match(ctx, c, l)
		if err != nil {
			return nil, err
		}
		out = append(out, line)
	}
	return out, nil
}

// match finds the customer of a line, or says what is wrong with it.
func (s *Service) match(ctx context.Context, c mail.Campaign, l listed) (store.CampaignLine, error) {
	out := store.CampaignLine{Line: l.number, Text: l.text, Problem: l.problem}
	if l.problem != "" {
		return out, nil
	}
	id, archived, found, err := s.Store.CustomerCalled(ctx, c.Org, l.name)
	switch {
	case err != nil:
		return out, err
	case found && archived:
		out.Problem = "The customer is archived. Restore it, or leave it out."
	case found:
		out.Customer = id
	case strings.Contains(l.name, "@") && !isAddress(l.name):
		out.Problem = "That is no e-mail address. Correct it, or use the customer number."
	case strings.Contains(l.name, "@"):
		out.Problem = "No customer has this e-mail address. Add the customer first, or correct the address."
	default:
		out.Problem = "No customer has this number. Correct it, or use the e-mail address."
	}
	return out, nil
}

func isAddress(text string) bool {
	_, err := crm.ParseEmail(text)
	return err == nil
}

// short is the beginning of a line, for a report.
func short(text string) string {
	text = strings.ToValidUTF8(strings.TrimSpace(text), "")
	if len(text) <= longestKept {
		return text
	}
	return strings.ToValidUTF8(text[:longestKept], "") + "…"
}
