package template

import (
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// support is a thing that some mail clients do not show, as
// https://www.caniemail.com/ lists them.
type support struct {
	what     string // an element, or a property with a pattern of its value
	value    *regexp.Regexp
	severity Severity
	message  string
}

var elementSupport = []support{
	{"script", nil, SeverityError, "No mail client runs scripts, and many filters refuse the mail; take <script> out."},
	{"iframe", nil, SeverityError, "No mail client shows frames; link to the page instead."},
	{"object", nil, SeverityError, "No mail client shows embedded objects; link to the page instead."},
	{"embed", nil, SeverityError, "No mail client shows embedded objects; link to the page instead."},
	{"form", nil, SeverityError, "Gmail and Outlook do not send forms; link to a page that has the form."},
	{"input", nil, SeverityError, "Gmail and Outlook do not show form fields; link to a page that has the form."},
	{"select", nil, SeverityError, "Gmail and Outlook do not show form fields; link to a page that has the form."},
	{"textarea", nil, SeverityError, "Gmail and Outlook do not show form fields; link to a page that has the form."},
	{"button", nil, SeverityWarning, "A <button> does nothing in a mail; write {{ \"Words\" | button: address }}."},
	{"video", nil, SeverityWarning, "Only Apple Mail plays video; show a picture that links to it."},
	{"audio", nil, SeverityWarning, "Only Apple Mail plays sound; link to it."},
	{"svg", nil, SeverityWarning, "Gmail and Outlook do not show SVG; use a PNG."},
	{"canvas", nil, SeverityWarning, "No mail client draws a canvas; use a picture."},
	{"marquee", nil, SeverityWarning, "Moving text is not shown by most clients; write it still."},
}

var styleSupport = []support{
	{"display", regexp.MustCompile(`flex`), SeverityWarning, "Outlook on Windows does not know display: flex; use a table."},
	{"display", regexp.MustCompile(`grid`), SeverityWarning, "Outlook and Gmail do not know display: grid; use a table."},
	{"position", regexp.MustCompile(`absolute|fixed|sticky|relative`), SeverityWarning, "Gmail and Outlook drop position; use a table."},
	{"background-image", nil, SeverityWarning, "Outlook on Windows shows no background images; the text must be readable on a background colour."},
	{"background", regexp.MustCompile(`url\(`), SeverityWarning, "Outlook on Windows shows no background images; the text must be readable on a background colour."},
	{"float", regexp.MustCompile(`left|right`), SeverityNote, "Outlook on Windows ignores float on most elements; use a table or align."},
	{"transform", nil, SeverityWarning, "Gmail and Outlook drop transform; take it out."},
	{"animation", nil, SeverityNote, "Gmail and Outlook do not animate; the mail must be right without it."},
	{"margin", regexp.MustCompile(`-\d`), SeverityNote, "Gmail and Outlook drop negative margins; use padding elsewhere."},
	{"object-fit", nil, SeverityNote, "Outlook and Gmail do not know object-fit; send the picture in its size."},
	{"*", regexp.MustCompile(`var\(`), SeverityWarning, "Gmail and Outlook do not know CSS variables; write the value."},
	{"*", regexp.MustCompile(`calc\(`), SeverityNote, "Outlook on Windows does not know calc(); write the value."},
}

// shorteners hide where a link goes, which spam filters punish.
var shorteners = []string{"bit.ly", "tinyurl.com", "t.co", "goo.gl", "ow.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "shorturl.at", "rb.gy", "t.ly", "tiny.cc", "lnkd.in"}

// elements judges links, images and what clients support.
func (c *checker) elements() {
	for n := range c.page.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		for _, s := range elementSupport {
			if n.Data == s.what {
				c.add(s.severity, RuleClient, "<"+s.what, s.message)
			}
		}
		for _, a := range n.Attr {
			c.attribute(n, a)
		}
		switch n.DataAtom {
		case atom.A, atom.Area:
			c.link(n)
		case atom.Img:
			c.image(n)
		}
	}
}

func (c *checker) attribute(n *html.Node, a html.Attribute) {
	if strings.HasPrefix(a.Key, "on") {
		c.add(SeverityError, RuleClient, a.Key+"=", "No mail client runs scripts; take "+a.Key+" out.")
	}
	if a.Key == "background" {
		c.style("background-image", "url("+a.Val+")")
	}
	if a.Key != "style" || hasClass(n, "preheader") {
		return
	}
	for declaration := range strings.SplitSeq(strings.ToLower(a.Val), ";") {
		property, value, _ := strings.Cut(declaration, ":")
		c.style(strings.TrimSpace(property), value)
	}
}

func (c *checker) style(property, value string) {
	for _, s := range styleSupport {
		known := s.what == property || s.what == "*" || s.what == "margin" && strings.HasPrefix(property, "margin-")
		if !known || s.value != nil && !s.value.MatchString(value) {
			continue
		}
		needle := property
		if s.what == "*" {
			needle = strings.TrimSuffix(s.value.String(), `\(`) + "("
		}
		c.add(s.severity, RuleClient, needle, s.message)
	}
}

func (c *checker) link(n *html.Node) {
	address := attribute(n, "href")
	words := plain(&html.Node{FirstChild: n.FirstChild})
	label := words
	if label == "" {
		label = address
	}
	if words == "" && n.DataAtom == atom.A && address != "" {
		c.add(SeverityWarning, RuleLink, address, fmt.Sprintf("The link to %s has no words; write some, or give its image an alt text.", address))
	}
	if slices.Contains([]string{"click here", "here", "link", "this link", "more"}, strings.ToLower(words)) {
		c.add(SeverityNote, RuleLink, ">"+words+"<", fmt.Sprintf("%q does not say where the link goes; use words that do.", words))
	}
	c.address(label, address)
	if u, err := url.Parse(address); err == nil && misleading(words, u.Hostname()) {
		c.add(SeverityWarning, RuleLink, words, fmt.Sprintf("The words %q show another site than the link goes to (%s), as fraud does; let them agree.", words, u.Hostname()))
	}
}

// address judges where a link goes.
func (c *checker) address(label, address string) {
	u, err := url.Parse(address)
	switch {
	case address == "" || address == "#":
		c.add(SeverityError, RuleLink, ">"+label+"<", fmt.Sprintf("The link %q goes nowhere; give it an address.", label))
	case err != nil:
		c.add(SeverityError, RuleLink, address, fmt.Sprintf("The address of %q cannot be read; mend it.", label))
	case u.Scheme == "mailto" || u.Scheme == "tel":
		if u.Opaque == "" {
			c.add(SeverityError, RuleLink, address, fmt.Sprintf("The link %q goes nowhere; give it an address.", label))
		}
	case u.Scheme == "" || u.Hostname() == "":
		c.add(SeverityError, RuleLink, address, fmt.Sprintf("The link %q is not complete; begin it with https:// and a site.", label))
	case u.Scheme != "https" && u.Scheme != "http":
		c.add(SeverityError, RuleLink, address, fmt.Sprintf("The link %q begins with %s:; use https://.", label, u.Scheme))
	case local(u.Hostname()):
		c.add(SeverityError, RuleLink, address, fmt.Sprintf("The link %q goes to %s, which only this computer or network knows; use the public address.", label, u.Hostname()))
	case u.Scheme == "http":
		c.add(SeverityError, RuleLink, address, fmt.Sprintf("The link %q is not encrypted; begin it with https://.", label))
	case slices.Contains(shorteners, strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")):
		c.add(SeverityWarning, RuleLink, address, fmt.Sprintf("The link %q goes through %s, which spam filters distrust; link to the page itself.", label, u.Hostname()))
	}
}

// local reports whether a host is known only nearby.
func local(host string) bool {
	host = strings.ToLower(host)
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast()
	}
	return host == "localhost" || !strings.Contains(host, ".") ||
		strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local") || strings.HasSuffix(host, ".internal")
}

var looksLikeSite = regexp.MustCompile(`^(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:/\S*)?$`)

// misleading reports whether words that look like a site name another one.
func misleading(words, host string) bool {
	shown := looksLikeSite.FindStringSubmatch(strings.ToLower(words))
	if shown == nil || host == "" {
		return false
	}
	a, b := strings.TrimPrefix(shown[1], "www."), strings.TrimPrefix(strings.ToLower(host), "www.")
	return a != b && !strings.HasSuffix(b, "."+a) && !strings.HasSuffix(a, "."+b)
}

func (c *checker) image(n *html.Node) {
	source := attribute(n, "src")
	_, described := find(n, "alt")
	name := path.Base(source)
	switch {
	case source == "":
		c.add(SeverityError, RuleImage, "<img", "An image has no address; give it one, or take it out.")
	case !strings.HasPrefix(source, "cid:") && !isHTTPS(source):
		c.add(SeverityError, RuleImage, source, fmt.Sprintf("The image %s does not begin with https://, so most clients do not load it.", name))
	case strings.HasPrefix(source, "https:") && local(hostOf(source)):
		c.add(SeverityError, RuleImage, source, fmt.Sprintf("The image %s is on a computer that readers cannot reach; put it on a public site.", name))
	}
	if !described {
		c.add(SeverityWarning, RuleImage, source, fmt.Sprintf("The image %s has no alt text; say what it shows, or write alt=\"\" when it only decorates.", name))
	}
	switch extension := strings.ToLower(path.Ext(strings.SplitN(source, "?", 2)[0])); extension {
	case ".svg", ".webp", ".avif":
		c.add(SeverityWarning, RuleImage, source, fmt.Sprintf("Outlook on Windows does not show %s images; use PNG or JPEG.", strings.ToUpper(extension[1:])))
	}
}

func find(n *html.Node, name string) (string, bool) {
	at := slices.IndexFunc(n.Attr, func(a html.Attribute) bool { return a.Key == name })
	if at < 0 {
		return "", false
	}
	return n.Attr[at].Val, true
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
