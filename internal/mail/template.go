package mail

import (
	"regexp"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// TemplateID names a template of an organisation.
type TemplateID = crm.ID[Template]

// Words are what a template says, in Liquid.
type Words struct {
	Name      string
	Marketing bool
	Subject   string
	Preheader string
	Body      string // HTML
	Text      string // made from Body when it is empty
}

// Template is what an organisation writes in place of one of the library, or
// beside them. What is sent is the published version; the draft is worked on.
type Template struct {
	ID                TemplateID
	Org               crm.OrgID
	Key               string // stable, such as receipt; one of the library's takes its place
	Category          string
	Purpose           string
	Draft             Words
	Revision          int // of the draft, from 1
	Published         int // the version in use; 0: none yet
	PublishedRevision int // of the draft, of which it was made
	ArchivedAt        *time.Time
	CreatedBy         string
	CreatedAt         time.Time
	UpdatedBy         string
	UpdatedAt         time.Time
}

// Changed reports whether the draft says something else than what is sent.
func (t Template) Changed() bool { return t.Revision != t.PublishedRevision }

// TemplateVersion is what was published once.
type TemplateVersion struct {
	Number int
	Words
	Note string // why it was changed
	By   string
	At   time.Time
}

var templateKey = regexp.MustCompile(`^[a-z][a-z0-9_]{1,59}$`)

// ParseTemplateKey reads the key of a template. It returns an Error of kind
// Invalid for one that is none.
func ParseTemplateKey(text string) (string, error) {
	if !templateKey.MatchString(text) {
		return "", crm.FieldErrors(map[string]string{"key": "Use 2 to 60 small letters, digits and underscores, beginning with a letter, such as spring_offer."})
	}
	return text, nil
}
