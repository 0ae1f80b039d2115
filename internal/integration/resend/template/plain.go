package template

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plain writes HTML as text for people who read mail that way: links as
// "words: address", lists with signs, a table's row on one line.
func plain(node *html.Node) string {
	var w textWriter
	w.children(node)
	return strings.TrimSpace(w.out.String())
}

// textWriter writes blocks with the gaps between them.
type textWriter struct {
	out     strings.Builder
	pending int    // line feeds before the next word
	space   bool   // a space before the next word
	indent  string // before each line but the first of a list item
	numbers []int  // of the ordered lists around; 0 is a list with bullets
	marked  bool   // the mark of a list item was written last, and its words follow on the line
	address bool   // an address was written last, and a sign would become part of it
}

var blocks = []atom.Atom{atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Table, atom.Ul, atom.Ol, atom.Blockquote, atom.Pre, atom.Section, atom.Hr}

func (w *textWriter) children(node *html.Node) {
	for child := node.FirstChild; child != nil; child = child.NextSibling {
		w.node(child)
	}
}

func (w *textWriter) node(n *html.Node) {
	if n.Type == html.TextNode {
		w.words(n.Data)
		return
	}
	if n.Type != html.ElementNode {
		return
	}
	switch n.DataAtom {
	case atom.Br:
		w.gap(1)
	case atom.Hr:
		w.gap(2)
		w.write("----")
		w.gap(2)
	case atom.Img:
		w.words(attribute(n, "alt"))
	case atom.A:
		w.link(n)
	case atom.Li:
		w.item(n)
	case atom.Tr:
		w.row(n)
	default:
		w.block(n)
	}
}

func (w *textWriter) block(n *html.Node) {
	if !slices.Contains(blocks, n.DataAtom) {
		w.children(n)
		return
	}
	gap := 2
	if n.DataAtom == atom.Div || len(w.numbers) > 0 {
		gap = 1
	}
	w.gap(gap)
	switch n.DataAtom {
	case atom.Ul:
		w.numbers = append(w.numbers, 0)
	case atom.Ol:
		w.numbers = append(w.numbers, 1)
	}
	w.children(n)
	if n.DataAtom == atom.Ul || n.DataAtom == atom.Ol {
		w.numbers = w.numbers[:len(w.numbers)-1]
	}
	w.gap(gap)
}

// gap asks for line feeds before what comes next.
func (w *textWriter) gap(lines int) {
	if w.marked {
		return
	}
	w.pending, w.space = max(w.pending, lines), false
}

// words writes text with its white space collapsed as HTML does.
func (w *textWriter) words(text string) {
	const white = " \t\n\r\f"
	parts := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(white, r) })
	if len(parts) == 0 {
		w.space = w.space || text != ""
		return
	}
	w.space = w.space || strings.ContainsRune(white, rune(text[0])) || w.address && strings.ContainsRune(".,;:!?)", rune(parts[0][0]))
	w.write(strings.ReplaceAll(strings.Join(parts, " "), "\u00a0", " "))
	w.space = strings.ContainsRune(white, rune(text[len(text)-1]))
}

func (w *textWriter) write(text string) {
	if w.out.Len() > 0 && w.pending > 0 {
		w.out.WriteString(strings.Repeat("\n", w.pending) + w.indent)
	} else if w.space && w.out.Len() > 0 {
		w.out.WriteByte(' ')
	}
	w.pending, w.space, w.address, w.marked = 0, false, false, false
	w.out.WriteString(text)
}

func (w *textWriter) link(n *html.Node) {
	words := strings.TrimSpace(plain(&html.Node{FirstChild: n.FirstChild}))
	address := attribute(n, "href")
	shown := strings.TrimPrefix(strings.TrimPrefix(address, "mailto:"), "tel:")
	switch {
	case words == "" && address == "":
		return
	case address == "" || strings.HasPrefix(address, "#"):
		w.words(words)
	case words == "" || words == shown || words == address:
		w.words(shown)
		w.address = true
	default:
		w.write(words + ": " + shown)
		w.address = true
	}
}

func (w *textWriter) item(n *html.Node) {
	w.gap(1)
	mark := "- "
	if last := len(w.numbers) - 1; last >= 0 && w.numbers[last] > 0 {
		mark = fmt.Sprintf("%d. ", w.numbers[last])
		w.numbers[last]++
	}
	w.write(mark)
	outer := w.indent
	w.indent += "  "
	w.space, w.marked = false, true
	w.children(n)
	w.marked, w.indent = false, outer
	w.gap(1)
}

// row writes the cells of a row: "label: value" for two, " | " between more,
// and " = " before the amount of a line. A table that only lays things out, and
// the headings of lines, are not told.
func (w *textWriter) row(n *html.Node) {
	table := n.Parent
	for table != nil && table.DataAtom != atom.Table {
		table = table.Parent
	}
	w.gap(1)
	if table == nil || attribute(table, "role") == "presentation" {
		w.cells(n)
		return
	}
	lines := hasClass(table, "lines")
	var cells []string
	headings := 0
	for cell := n.FirstChild; cell != nil; cell = cell.NextSibling {
		if cell.DataAtom != atom.Td && cell.DataAtom != atom.Th {
			continue
		}
		if attribute(cell, "scope") == "col" {
			headings++
		}
		if text := plain(cell); text != "" {
			cells = append(cells, text)
		}
	}
	if lines && headings > 0 {
		return
	}
	w.write(joinCells(cells, lines))
	w.gap(1)
}

// cells writes each cell of a table that lays things out as a block.
func (w *textWriter) cells(n *html.Node) {
	for cell := n.FirstChild; cell != nil; cell = cell.NextSibling {
		w.gap(1)
		w.node(cell)
	}
	w.gap(1)
}

func joinCells(cells []string, lines bool) string {
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "\n", "\n  ")
	}
	switch {
	case lines && len(cells) == 2 && strings.Contains(cells[0], "\n"):
		return strings.Join(cells, " = ")
	case lines && len(cells) == 2:
		return cells[0] + "\n  " + cells[1]
	case len(cells) == 2 && strings.Contains(cells[0], "\n"): // a label with a detail under it
		label, detail, _ := strings.Cut(cells[0], "\n")
		return label + ": " + cells[1] + "\n" + detail
	case len(cells) == 2:
		return strings.Join(cells, ": ")
	}
	return strings.Join(cells, " | ")
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return strings.TrimSpace(a.Val)
		}
	}
	return ""
}

func hasClass(n *html.Node, class string) bool {
	return slices.Contains(strings.Fields(attribute(n, "class")), class)
}
