package ui

import (
	"context"
	"time"

	"github.com/a-h/templ"

	"github.com/renoz/renoz/internal/web/icon"
)

// Site is what every page shares.
type Site struct {
	Name, Tagline string
	Organisation  string // whose records the pages show; empty before sign-in
	Nav           []NavGroup
	User          User // the zero user has not signed in
	UserLinks     []Link
	Bell          Bell
	Tools         templ.Component // further controls of the top bar, may be nil
	Aside         templ.Component // rendered beside every page, e.g. a panel; may be nil
}

// SignedIn reports whether a reader is known.
func (s Site) SignedIn() bool { return s.User.Name != "" }

// User is the signed-in reader.
type User struct{ Name, Initials, Role, Email string }

// NavGroup is a headed part of the navigation.
type NavGroup struct {
	ID, Label string
	Items     []NavItem
}

// NavItem leads to a page, from the navigation and the command palette.
type NavItem struct {
	ID, Href        string
	Icon            icon.Name
	Label, Keywords string
	Count           int // shown when above zero
}

// Bell leads to the reader's notifications. Without Href there is none.
type Bell struct {
	Href   string
	Unread int
}

// Link is an address with its words.
type Link struct {
	Href, Label string
	Icon        icon.Name // optional
}

// Page is what the layout needs to know of one page.
type Page struct {
	Title   string
	Path    string // address of the current navigation item
	Parents []Link // the pages above this one, for the breadcrumb
	Notice  *Notice
	Running bool    // reload without scripts while something runs
	Plain   bool    // without navigation: sign-in, unsubscribe
	Framed  bool    // the body alone, for a frame in a page of another site
	Next    string  // address that a framed page without scripts goes on with; may be empty
	Text    string  // a line below the title of a plain page
	Subject Subject // the record that the page shows, if it shows one
}

// Subject names the record of a page, for parts of the layout that follow it.
type Subject struct{ Kind, ID, Label string }

// Notice says what was done, or that it failed.
type Notice struct {
	Title, Text string
	Failed      bool
	Undo        *PostTo
	Link        *Link // leads on, e.g. to what was made
}

// PostTo is a form without visible fields.
type PostTo struct {
	URL    string
	Target string      // selector of what htmx swaps; empty: the whole page follows
	Back   string      // page to return to, sent as "back"
	Fields [][2]string // hidden name and value pairs
}

// Level is a status colour. Colour is never the only sign: every use carries a
// label. The empty level is neutral.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Warn Level = "warn"
	Bad  Level = "bad"
	Busy Level = "busy"
)

type assetsKey struct{}

// WithAssets stores the URL prefix that icons and stylesheets resolve against.
func WithAssets(ctx context.Context, prefix string) context.Context {
	return context.WithValue(ctx, assetsKey{}, prefix)
}

func asset(ctx context.Context, name string) string {
	prefix, _ := ctx.Value(assetsKey{}).(string)
	return prefix + name
}

type pageKey struct{}

// WithPage stores the page, so that Site.Tools and Site.Aside can read it.
func WithPage(ctx context.Context, p Page) context.Context {
	return context.WithValue(ctx, pageKey{}, p)
}

// PageOf returns the page being rendered, or a zero page.
func PageOf(ctx context.Context) Page {
	p, _ := ctx.Value(pageKey{}).(Page)
	return p
}

type clock struct {
	zone *time.Location
	now  time.Time
}

type clockKey struct{}

// WithClock sets the reader's zone and the present for Date, When and Since.
func WithClock(ctx context.Context, zone *time.Location, now time.Time) context.Context {
	return context.WithValue(ctx, clockKey{}, clock{zone, now})
}

func clockOf(ctx context.Context) clock {
	c, _ := ctx.Value(clockKey{}).(clock)
	if c.zone == nil {
		c.zone = time.UTC
	}
	return c
}
