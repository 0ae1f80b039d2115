package mail

import (
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
)

// Scope is what must not be sent to an address: everything, all marketing mail, or
// one category.
type Scope string

// The scopes that are not one category.
const (
	Everything   Scope = "all"
	AllMarketing Scope = "all_marketing"
)

const categoryScope = "category:"

// ScopeOf is the scope of one category alone.
func ScopeOf(c Category) Scope { return Scope(categoryScope + string(c)) }

// Category is the one that the scope is about; false for the other scopes.
func (s Scope) Category() (Category, bool) {
	c, found := strings.CutPrefix(string(s), categoryScope)
	return Category(c), found
}

// StoredScope reads a scope as it is kept. A program of the release before writes
// "marketing" for all marketing, and a category's name alone.
func StoredScope(text string) Scope {
	switch s := Scope(text); {
	case s == Scope(Marketing):
		return AllMarketing
	case slices.Contains(Categories(), Category(text)):
		return ScopeOf(Category(text))
	default:
		return s
	}
}

// Covers reports whether the scope stops messages of a category.
func (s Scope) Covers(c Category) bool {
	switch s {
	case Everything:
		return true
	case AllMarketing:
		return c.Stream() == Marketing
	}
	return s == ScopeOf(c)
}

// Marketing reports whether the scope stops marketing mail and nothing else, so
// that its recipient can take it back.
func (s Scope) Marketing() bool {
	c, found := s.Category()
	return s == AllMarketing || found && c.Stream() == Marketing
}

// Label is the scope in words for people.
func (s Scope) Label() string {
	switch s {
	case Everything:
		return "All mail"
	case AllMarketing:
		return "All marketing"
	}
	c, _ := s.Category()
	return c.ScopeLabel()
}

// ScopeLabel is the category in words, where it stands beside all marketing.
func (c Category) ScopeLabel() string {
	switch c {
	case Newsletter:
		return "News and offers"
	case FollowUp:
		return "Follow-ups"
	}
	return c.Label()
}

// Scopes are all scopes, in the order in which people read them.
func Scopes() []Scope {
	all := []Scope{Everything, AllMarketing}
	for _, c := range MarketingCategories() {
		all = append(all, ScopeOf(c))
	}
	for _, c := range Categories() {
		if c.Stream() != Marketing {
			all = append(all, ScopeOf(c))
		}
	}
	return all
}

// MarketingCategories are those that need consent, in the order in which people
// read them.
func MarketingCategories() []Category { return []Category{Newsletter, FollowUp} }

// ParseScope reads a scope as people and files write it: all, all_marketing,
// newsletter, or a category such as follow_up with or without "category:" before
// it. Empty text is everything, and "marketing" alone all marketing. It returns an
// Error of kind Invalid for anything else.
func ParseScope(text string) (Scope, error) {
	word := strings.NewReplacer(" ", "_", "-", "_").Replace(strings.ToLower(strings.TrimSpace(text)))
	switch word {
	case "", "all", "everything", "all_mail":
		return Everything, nil
	case "all_marketing", "marketing":
		return AllMarketing, nil
	case "newsletter", "newsletters", "news", "news_and_offers":
		return ScopeOf(Newsletter), nil
	case "follow_ups":
		return ScopeOf(FollowUp), nil
	}
	if c := Category(strings.TrimPrefix(word, categoryScope)); slices.Contains(Categories(), c) {
		return ScopeOf(c), nil
	}
	return "", crm.Errorf(crm.Invalid, "%q is nothing that can be stopped. Use all, all_marketing, newsletter, follow_up or another category.", text)
}
