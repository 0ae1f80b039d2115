package template

import "strings"

// place is where in HTML a value is about to be written.
type place int

const (
	inText      place = iota
	inTag             // among the names of a tag and its attributes
	inQuoted          // inside the quotes of an attribute's value
	inUnquoted        // at the value of an attribute without quotes
	inComment         // or in a doctype
	inVerbatim        // in an element whose content is not HTML, such as style
	inElement         // reading the name of an element
	afterEquals       // before the value of an attribute
)

// position follows HTML text to know the place of each value in it. It reads
// what well-formed e-mails hold; in doubt a value is refused rather than let
// through, because escaping is right only for text and quoted values.
type position struct {
	place     place
	quote     byte
	element   string
	attribute string
	gap       bool // white space follows the attribute's name
	closing   bool
}

var verbatim = map[string]bool{"script": true, "style": true, "title": true, "textarea": true, "xmp": true, "iframe": true, "noembed": true, "noframes": true, "plaintext": true}

// feed reads the text between two values.
func (p *position) feed(text string) {
	for text != "" {
		switch p.place {
		case inText:
			text = p.feedText(text)
		case inComment:
			text = p.feedUntil(text, "-->")
		case inVerbatim:
			text = p.feedVerbatim(text)
		case inQuoted:
			text = p.feedQuoted(text)
		default:
			p.feedTag(text[0])
			text = text[1:]
		}
	}
}

func (p *position) feedText(text string) string {
	at := strings.IndexByte(text, '<')
	if at < 0 || at+1 == len(text) {
		if at >= 0 {
			p.place = inTag // a value right after "<" is refused
		}
		return ""
	}
	switch next := text[at+1]; {
	case strings.HasPrefix(text[at:], "<!--"):
		p.place = inComment
		return text[at+4:]
	case next|0x20 >= 'a' && next|0x20 <= 'z' || next == '/' || next == '!' || next == '?':
		p.place, p.element, p.attribute, p.gap, p.closing = inElement, "", "", false, next == '/'
		if p.closing {
			at++
		}
	}
	return text[at+1:]
}

func (p *position) feedUntil(text, end string) string {
	_, rest, found := strings.Cut(text, end)
	if found {
		p.place = inText
	}
	return rest
}

func (p *position) feedVerbatim(text string) string {
	at := strings.Index(strings.ToLower(text), "</"+p.element)
	if at < 0 {
		return ""
	}
	p.place, p.element, p.closing = inElement, "", true
	return text[at+2:]
}

func (p *position) feedQuoted(text string) string {
	at := strings.IndexByte(text, p.quote)
	if at < 0 {
		return ""
	}
	p.place, p.gap = inTag, true
	return text[at+1:]
}

// feedTag reads one byte of a tag outside quotes.
func (p *position) feedTag(c byte) {
	space := c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f'
	switch {
	case c == '>':
		p.endTag()
	case p.place == inElement && (space || c == '/'):
		p.place = inTag
	case p.place == inElement:
		p.element += strings.ToLower(string(rune(c)))
	case p.place == afterEquals && (c == '"' || c == '\''):
		p.place, p.quote = inQuoted, c
	case p.place == afterEquals && !space:
		p.place = inUnquoted
	case p.place == inUnquoted && space:
		p.place, p.gap = inTag, true
	case p.place == inTag && c == '=':
		p.place = afterEquals
	case p.place == inTag && (space || c == '/'):
		p.gap = true
	case p.place == inTag:
		if p.gap {
			p.attribute, p.gap = "", false
		}
		p.attribute += strings.ToLower(string(rune(c)))
	}
}

func (p *position) endTag() {
	p.place = inText
	if verbatim[p.element] && !p.closing {
		p.place = inVerbatim
	}
}

// refusal says why a value must not stand here, or "".
func (p *position) refusal(expression string) string {
	switch p.place {
	case inText:
		return ""
	case inQuoted:
		if strings.HasPrefix(p.attribute, "on") || p.attribute == "srcdoc" {
			return "A value cannot stand in " + p.attribute + "; take the attribute away."
		}
		if p.attribute == "style" && expression != "brand.colour" {
			return "A value cannot stand in a style; use a class of the layout, or {{ brand.colour }}."
		}
		return ""
	case afterEquals, inUnquoted:
		return "Put the attribute's value in quotes."
	case inComment:
		return "A value in a comment is never seen; take it out."
	case inVerbatim:
		return "A value cannot stand inside <" + p.element + ">."
	}
	return "A value cannot be the name of a tag or an attribute."
}
