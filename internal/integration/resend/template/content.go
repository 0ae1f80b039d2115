package template

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

const maxNesting = 60 // elements inside each other; the layout's own are 8

var (
	// Elements that no mail client keeps and no preview should run.
	refusedElements = []string{"script", "style", "iframe", "frame", "frameset", "object", "embed", "applet", "base", "meta", "link", "html", "head", "body", "title", "template", "noscript", "plaintext", "xmp", "math", "svg"}
	// Attributes whose value is an address.
	addressAttributes = []string{"href", "src", "action", "formaction", "background", "poster", "cite", "data", "longdesc", "xlink:href", "srcset"}
	schemes           = []string{"", "https", "http", "mailto", "tel", "cid"}
)

// readContent parses the content of a mail and refuses what must not reach a
// reader: scripts, addresses that run one, elements that break out of the
// layout.
func readContent(content string) (*html.Node, Problems) {
	var found Problems
	refuse := func(name, message string) { found.add(Problem{Part: Body, Name: name, Message: message}) }
	tokens := html.NewTokenizer(strings.NewReader(content))
	depth, deepest := 0, 0
	for {
		kind := tokens.Next()
		if kind == html.ErrorToken {
			break
		}
		token := tokens.Token()
		switch kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			if slices.Contains(refusedElements, token.Data) {
				refuse(token.Data, "Take <"+token.Data+"> out; mail clients drop it.")
			}
			for _, attribute := range token.Attr {
				refuseAttribute(attribute, refuse)
			}
			if kind == html.StartTagToken && !void(token.DataAtom) {
				depth++
			}
		case html.EndTagToken:
			depth = max(depth-1, 0)
		}
		deepest = max(deepest, depth)
	}
	if deepest > maxNesting {
		refuse("", fmt.Sprintf("More than %d elements stand inside each other or are not closed.", maxNesting))
	}
	if len(found) > 0 {
		return nil, found
	}
	root := &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div}
	nodes, err := html.ParseFragment(strings.NewReader(content), root)
	if err != nil {
		refuse("", "The HTML cannot be read: "+err.Error()+".")
	}
	for _, node := range nodes {
		root.AppendChild(node)
	}
	return root, found
}

// balanced writes parsed content as HTML again, so that a tag that was not
// opened cannot close the layout's.
func balanced(content *html.Node) (string, error) {
	var b strings.Builder
	for node := content.FirstChild; node != nil; node = node.NextSibling {
		if err := html.Render(&b, node); err != nil {
			return "", fmt.Errorf("write the content: %w", err)
		}
	}
	return strings.TrimSpace(b.String()), nil
}

func void(element atom.Atom) bool {
	return slices.Contains([]atom.Atom{atom.Br, atom.Img, atom.Hr, atom.Input, atom.Col, atom.Wbr, atom.Area, atom.Source, atom.Track, atom.Embed, atom.P, atom.Li, atom.Td, atom.Th, atom.Tr}, element)
}

func refuseAttribute(attribute html.Attribute, refuse func(name, message string)) {
	name := attribute.Key
	if strings.HasPrefix(name, "on") || name == "srcdoc" {
		refuse(name, "Take the attribute "+name+" out; mail clients drop it.")
	}
	if !slices.Contains(addressAttributes, name) {
		return
	}
	if scheme := schemeOf(attribute.Val); !slices.Contains(schemes, scheme) {
		refuse(name, fmt.Sprintf("A link must not begin with %s:; use https://.", scheme))
	}
}

// schemeOf reads the scheme as browsers do, which skip control characters and
// white space in it.
func schemeOf(address string) string {
	address = strings.Map(func(r rune) rune {
		if r <= ' ' || r >= 0x7f && r < 0xa0 {
			return -1
		}
		return r
	}, address)
	at := strings.IndexAny(address, ":/?#")
	if at < 0 || address[at] != ':' {
		return ""
	}
	return strings.ToLower(address[:at])
}
