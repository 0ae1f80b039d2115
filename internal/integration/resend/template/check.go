package template

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Severity is how much a finding matters.
type Severity string

// The severities. An e-mail with an error should not be sent; a warning costs
// readers or reputation; a note may be as it is.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
	SeverityNote    Severity = "note"
)

// Rule names what a check looked at.
type Rule string

// The rules.
const (
	RuleSubject     Rule = "subject"
	RulePreheader   Rule = "preheader"
	RuleLink        Rule = "link"
	RuleImage       Rule = "image"
	RuleSize        Rule = "size"
	RuleUnsubscribe Rule = "unsubscribe"
	RuleClient      Rule = "client"
	RuleWords       Rule = "words"
	RuleText        Rule = "text"
	RuleLeftover    Rule = "leftover"
)

// Finding is one thing that a reader, a mail client or a spam filter would
// trip over.
type Finding struct {
	Severity Severity
	Rule     Rule
	Message  string // what it is and what to do
	Line     int    // of the template's body, from 1, or 0 where no line is known
}

// clipped is where Gmail cuts a mail off and hides the rest, the unsubscribe
// link with it: 102 KB of HTML, as senders observe; Google does not publish it.
const clipped = 102 * 1024

// checker collects findings about one mail.
type checker struct {
	rendered Rendered
	template Template
	page     *html.Node
	found    []Finding
}

// Check judges a rendered e-mail against the template it came from, the worst
// findings first. None of severity error means that it may be sent.
func Check(r Rendered, t Template) []Finding {
	page, err := html.Parse(strings.NewReader(r.HTML))
	if err != nil {
		return []Finding{{SeverityError, RuleText, "The HTML cannot be read: " + err.Error() + ".", 0}}
	}
	c := &checker{rendered: r, template: t, page: page}
	c.subject()
	c.preheader()
	c.size()
	c.unsubscribe()
	c.elements()
	c.words()
	c.text()
	c.leftovers()
	rank := []Severity{SeverityError, SeverityWarning, SeverityNote}
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Compare(slices.Index(rank, a.Severity), slices.Index(rank, b.Severity))
	})
	return c.found
}

// add keeps a finding once; needle is text of the body that shows its line.
func (c *checker) add(severity Severity, rule Rule, needle, message string) {
	finding := Finding{severity, rule, message, lineOf(c.template.Body, needle)}
	if !slices.Contains(c.found, finding) {
		c.found = append(c.found, finding)
	}
}

func lineOf(body, needle string) int {
	at := strings.Index(strings.ToLower(body), strings.ToLower(needle))
	if needle == "" || at < 0 {
		return 0
	}
	return strings.Count(strings.ToLower(body)[:at], "\n") + 1
}

func (c *checker) subject() {
	subject := c.rendered.Subject
	length := utf8.RuneCountInString(subject)
	switch {
	case strings.TrimSpace(subject) == "":
		c.add(SeverityError, RuleSubject, "", "The subject is empty; write one.")
	case length > 150:
		c.add(SeverityError, RuleSubject, "", fmt.Sprintf("The subject has %d characters; shorten it to 60.", length))
	case length > 60:
		c.add(SeverityWarning, RuleSubject, "", fmt.Sprintf("The subject has %d characters, and telephones show about 40; put what matters first and stay below 60.", length))
	}
	if shouted(subject) {
		c.add(SeverityWarning, RuleSubject, "", "The subject is written in capitals; write it as a sentence.")
	}
	if strings.Contains(subject, "!!") || strings.Count(subject, "!") > 1 {
		c.add(SeverityWarning, RuleSubject, "", "The subject has more than one exclamation mark; take them out.")
	}
	if lower := strings.ToLower(subject); strings.HasPrefix(lower, "re:") || strings.HasPrefix(lower, "fwd:") {
		c.add(SeverityWarning, RuleSubject, "", "The subject looks like an answer; take the Re: or Fwd: out.")
	}
}

// shouted reports whether most letters of a text of some length are capitals.
// Numbers of documents such as INV-10241 do not make it so.
func shouted(text string) bool {
	capitals, letters := 0, 0
	for word := range strings.FieldsSeq(text) {
		if strings.ContainsFunc(word, unicode.IsDigit) {
			continue
		}
		for _, r := range word {
			if unicode.IsLetter(r) {
				letters++
			}
			if unicode.IsUpper(r) {
				capitals++
			}
		}
	}
	return letters >= 8 && capitals*10 > letters*7
}

func (c *checker) preheader() {
	switch length := utf8.RuneCountInString(strings.TrimSpace(c.rendered.Preheader)); {
	case length == 0:
		c.add(SeverityWarning, RulePreheader, "", "There is no preheader; write one sentence that the list of mails shows after the subject.")
	case length > 140:
		c.add(SeverityNote, RulePreheader, "", fmt.Sprintf("The preheader has %d characters; most lists of mails show fewer than 100.", length))
	}
	if c.rendered.Preheader != "" && strings.EqualFold(c.rendered.Preheader, c.rendered.Subject) {
		c.add(SeverityNote, RulePreheader, "", "The preheader repeats the subject; say something that is not in it.")
	}
}

func (c *checker) size() {
	size := len(c.rendered.HTML)
	switch {
	case size > clipped:
		c.add(SeverityError, RuleSize, "", fmt.Sprintf("The HTML has %d KB, and Gmail cuts it off at 102 KB; leave lines out and link to the rest.", size/1024))
	case size > clipped*8/10:
		c.add(SeverityWarning, RuleSize, "", fmt.Sprintf("The HTML has %d KB, and Gmail cuts it off at 102 KB; shorten it before it grows.", size/1024))
	}
}

// unsubscribe looks for the link that the Spam Act asks of marketing, in both
// parts, because some people read the plain one.
func (c *checker) unsubscribe() {
	if !c.template.marketing() {
		return
	}
	found := false
	for n := range c.page.Descendants() {
		if n.DataAtom != atom.A || !isHTTPS(attribute(n, "href")) {
			continue
		}
		words := strings.ToLower(plain(&html.Node{FirstChild: n.FirstChild}) + " " + attribute(n, "href"))
		found = found || strings.Contains(words, "unsubscribe")
	}
	if !found {
		c.add(SeverityError, RuleUnsubscribe, "", "A marketing e-mail must let its reader unsubscribe; use the layout, which brings the link.")
	}
	if !strings.Contains(strings.ToLower(c.rendered.Text), "unsubscribe") {
		c.add(SeverityError, RuleUnsubscribe, "", "The plain-text part has no unsubscribe link; use the layout, which brings it.")
	}
}

// text compares the plain-text part with the HTML.
func (c *checker) text() {
	var seen strings.Builder
	for n := range c.page.Descendants() {
		if n.Type == html.TextNode && n.Parent.DataAtom != atom.Style && n.Parent.DataAtom != atom.Title && !hasClass(n.Parent, "preheader") {
			seen.WriteString(n.Data + " ")
		}
	}
	shown, written := len(strings.Fields(seen.String())), len(strings.Fields(c.rendered.Text))
	switch {
	case written == 0:
		c.add(SeverityError, RuleText, "", "There is no plain-text part; leave Text empty and it is made from the body.")
	case shown > 20 && written*10 < shown*4:
		c.add(SeverityWarning, RuleText, "", fmt.Sprintf("The plain-text part has %d words and the HTML %d; spam filters look at the difference. Leave Text empty, or write more.", written, shown))
	}
	if shown < 12 {
		c.add(SeverityWarning, RuleText, "", "The e-mail hardly has words; spam filters distrust that, and many people do not load images. Write a sentence.")
	}
}

// leftovers looks for what was meant to be filled in.
func (c *checker) leftovers() {
	for _, text := range []string{c.rendered.Subject, c.rendered.Preheader, c.rendered.Text} {
		for _, sign := range []string{"{{", "{%", "%}", "}}"} {
			if strings.Contains(text, sign) {
				c.add(SeverityError, RuleLeftover, sign, fmt.Sprintf("The reader would see %q; close the variable or tag on its line.", sign))
			}
		}
		for _, sign := range []string{"lorem ipsum", "[insert", "[name]", "xxx", "todo:"} {
			if strings.Contains(strings.ToLower(text), sign) {
				c.add(SeverityWarning, RuleLeftover, sign, fmt.Sprintf("%q looks like a gap that was to be filled; write what belongs there.", sign))
			}
		}
	}
}
