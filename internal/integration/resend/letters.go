package resend

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// The templates that mail is written by when something happens.
const (
	KeyInvoice = "invoice"
	KeyReceipt = "receipt"
	KeyCredit  = "credit_note"
)

// Template is what an organisation sends under a key, such as receipt: the
// version that it published, or else the one of the library. A missing one is an
// Error of kind NotFound.
func (s *Service) Template(ctx context.Context, r store.Reader, org crm.OrgID, key string) (template.Template, error) {
	own, found, err := r.MailTemplate(ctx, org, key)
	if err != nil {
		return template.Template{}, err
	}
	if found && own.Published > 0 && own.ArchivedAt == nil {
		v, err := r.MailTemplateVersion(ctx, org, own.ID, own.Published)
		return letterFrom(own.Category, v.Words), err
	}
	starter, found, err := starterOf(key)
	switch {
	case err != nil:
		return template.Template{}, err
	case !found && own.Key != "" && own.ArchivedAt == nil:
		return template.Template{}, crm.Errorf(crm.Conflict, "The template %q is not published yet.", own.Draft.Name)
	case !found:
		return template.Template{}, crm.Errorf(crm.NotFound, "There is no such template: %q, or it is archived.", key)
	}
	return starter.Template, nil
}

func starterOf(key string) (template.Starter, bool, error) {
	all, err := template.Library()
	i := slices.IndexFunc(all, func(s template.Starter) bool { return s.Key == key })
	if err != nil || i < 0 {
		return template.Starter{}, false, err
	}
	return all[i], true, nil
}

func letterFrom(category string, w mail.Words) template.Template {
	return template.Template{Name: w.Name, Category: template.Category(category), Marketing: w.Marketing, Subject: w.Subject, Preheader: w.Preheader, Body: w.Body, Text: w.Text}
}

// Stationery is a template as people see it: their own, or one of the library
// that they have not changed.
type Stationery struct {
	mail.Template
	Library bool // the library has one with this key
	Own     bool // the organisation has its own
}

// Letter is its draft, ready to be rendered.
func (s Stationery) Letter() template.Template { return letterFrom(s.Category, s.Draft) }

// Sent reports whether mail can be written by it now.
func (s Stationery) Sent() bool { return s.Library || s.Published > 0 && s.ArchivedAt == nil }

func fromLibrary(s template.Starter) Stationery {
	return Stationery{Library: true, Template: mail.Template{Key: s.Key, Category: string(s.Category), Purpose: s.Purpose,
		Draft: mail.Words{Name: s.Name, Marketing: s.Marketing, Subject: s.Subject, Preheader: s.Preheader, Body: s.Body, Text: s.Text}}}
}

// TemplateFilter selects templates. Empty fields select all that are not archived.
type TemplateFilter struct {
	Text     string // part of name, key or purpose
	Category string
	Archived bool
}

// Templates lists what the organisation that acts may send, by name.
func (s *Service) Templates(ctx context.Context, f TemplateFilter) ([]Stationery, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return nil, err
	}
	own, err := s.Store.MailTemplates(ctx, me.Org)
	if err != nil {
		return nil, err
	}
	library, err := template.Library()
	if err != nil {
		return nil, err
	}
	all := make([]Stationery, 0, len(own)+len(library))
	for _, t := range own {
		all = append(all, Stationery{Template: t, Own: true, Library: slices.ContainsFunc(library, func(s template.Starter) bool { return s.Key == t.Key })})
	}
	for _, starter := range library {
		if !slices.ContainsFunc(own, func(t mail.Template) bool { return t.Key == starter.Key }) {
			all = append(all, fromLibrary(starter))
		}
	}
	all = slices.DeleteFunc(all, func(t Stationery) bool { return !f.selects(t) })
	slices.SortFunc(all, func(a, b Stationery) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Draft.Name), strings.ToLower(b.Draft.Name)), strings.Compare(a.Key, b.Key))
	})
	return all, nil
}

func (f TemplateFilter) selects(t Stationery) bool {
	text := strings.ToLower(strings.TrimSpace(f.Text))
	return (t.ArchivedAt != nil) == f.Archived && (f.Category == "" || f.Category == t.Category) &&
		strings.Contains(strings.ToLower(t.Draft.Name+"\n"+t.Key+"\n"+t.Purpose), text)
}

// TemplateOf is one template. A missing one is an Error of kind NotFound.
func (s *Service) TemplateOf(ctx context.Context, key string) (Stationery, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return Stationery{}, err
	}
	return stationeryOf(ctx, s.Store.Reader, me.Org, key)
}

func stationeryOf(ctx context.Context, r store.Reader, org crm.OrgID, key string) (Stationery, error) {
	own, found, err := r.MailTemplate(ctx, org, key)
	if err != nil {
		return Stationery{}, err
	}
	starter, inLibrary, err := starterOf(key)
	switch {
	case err != nil:
		return Stationery{}, err
	case found:
		return Stationery{Template: own, Own: true, Library: inLibrary}, nil
	case inLibrary:
		return fromLibrary(starter), nil
	default:
		return Stationery{}, crm.Errorf(crm.NotFound, "There is no such template: %q.", key)
	}
}

// TemplateVersions are what was published of a template, the latest first.
func (s *Service) TemplateVersions(ctx context.Context, key string) ([]mail.TemplateVersion, error) {
	t, err := s.TemplateOf(ctx, key)
	if err != nil || !t.Own {
		return nil, err
	}
	return s.Store.MailTemplateVersions(ctx, t.Org, t.ID)
}

// TemplateVersion is one that was published.
func (s *Service) TemplateVersion(ctx context.Context, key string, number int) (mail.TemplateVersion, error) {
	t, err := s.TemplateOf(ctx, key)
	if err != nil {
		return mail.TemplateVersion{}, err
	}
	return s.Store.MailTemplateVersion(ctx, t.Org, t.ID, number)
}

// problemsIn are what keeps a template from being rendered, for its editor.
func problemsIn(err error) template.Problems {
	var found template.Problems
	if errors.As(err, &found) {
		return found
	}
	return nil
}
