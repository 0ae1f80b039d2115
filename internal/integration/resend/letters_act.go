package resend

import (
	"context"
	"fmt"
	"strings"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Bounds of a template.
const (
	maxTemplateName = 100
	maxTemplateLine = 500       // bytes of subject and preheader
	maxTemplateBody = 200 << 10 // bytes
)

// TemplateDraft is what somebody writes.
type TemplateDraft struct {
	mail.Words
	Category string
	Purpose  string
	Revision int // that it was made from; 0 for a library's that was not changed before
}

// CreateTemplate begins a template of the organisation's own. It returns an Error
// of kind Invalid with the fields key, name, category, subject and body, and one
// of kind Conflict for a key that is taken.
func (s *Service) CreateTemplate(ctx context.Context, key string, d TemplateDraft) (Stationery, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return Stationery{}, err
	}
	wrong := d.wrong()
	if key, err = mail.ParseTemplateKey(strings.TrimSpace(key)); err != nil {
		wrong["key"] = "Use 2 to 60 small letters, digits and underscores, beginning with a letter, such as spring_offer."
	}
	if _, taken, err := starterOf(key); err != nil || taken {
		wrong["key"] = "The library has a template with this key. Change that one, or choose another key."
	}
	if err := crm.FieldErrors(wrong); err != nil {
		return Stationery{}, err
	}
	return s.insertTemplate(ctx, me, key, d)
}

func (s *Service) insertTemplate(ctx context.Context, me auth.Identity, key string, d TemplateDraft) (made Stationery, err error) {
	t := mail.Template{ID: crm.NewID[mail.Template](), Org: me.Org, Key: key, Category: d.Category, Purpose: d.Purpose, Draft: d.Words, CreatedBy: me.Actor()}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := tx.InsertMailTemplate(ctx, t); err != nil {
			return err
		}
		made, err = stationeryOf(ctx, tx.Reader, me.Org, key)
		return err
	})
	return made, err
}

// SaveTemplate keeps a draft, also one that cannot be sent yet. Changing one of
// the library makes the organisation's own. It returns an Error of kind Conflict
// when somebody has changed the draft since the revision that it was made from.
func (s *Service) SaveTemplate(ctx context.Context, key string, d TemplateDraft) (Stationery, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return Stationery{}, err
	}
	t, err := s.TemplateOf(ctx, key)
	if err != nil {
		return Stationery{}, err
	}
	if t.Library { // mail that follows by itself has the data of its category
		d.Category = t.Category
	}
	if err := crm.FieldErrors(d.wrong()); err != nil {
		return Stationery{}, err
	}
	if !t.Own && d.Revision == 0 {
		return s.insertTemplate(ctx, me, key, d)
	}
	var saved Stationery
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		changed := t.Template
		changed.Category, changed.Purpose, changed.Draft, changed.Revision = d.Category, d.Purpose, d.Words, d.Revision
		if err := tx.UpdateMailTemplate(ctx, changed, me.Actor()); err != nil {
			return err
		}
		saved, err = stationeryOf(ctx, tx.Reader, me.Org, key)
		return err
	})
	return saved, err
}

// wrong are the fields that cannot be kept.
func (d *TemplateDraft) wrong() map[string]string {
	wrong := map[string]string{}
	d.Name, d.Purpose = oneLine(d.Name), oneLine(d.Purpose)
	d.Subject, d.Preheader = oneLine(d.Subject), oneLine(d.Preheader)
	if d.Name == "" || len(d.Name) > maxTemplateName {
		wrong["name"] = fmt.Sprintf("Enter a name of at most %d characters.", maxTemplateName)
	}
	if len(d.Purpose) > maxTemplateLine {
		wrong["purpose"] = fmt.Sprintf("Use at most %d characters.", maxTemplateLine)
	}
	if !template.Category(d.Category).Valid() {
		wrong["category"] = "Choose what the mail is about."
	}
	if len(d.Subject) > maxTemplateLine {
		wrong["subject"] = fmt.Sprintf("Use at most %d characters.", maxTemplateLine)
	}
	if len(d.Preheader) > maxTemplateLine {
		wrong["preheader"] = fmt.Sprintf("Use at most %d characters.", maxTemplateLine)
	}
	for field, text := range map[string]string{"body": d.Body, "text": d.Text} {
		if len(text) > maxTemplateBody {
			wrong[field] = "Use at most 200 kB; mail clients cut what is longer than 102 kB."
		}
	}
	return wrong
}

// PublishTemplate makes a draft what is sent from now on. It returns an Error of
// kind Invalid, whose cause is template.Problems, for one that cannot be
// rendered or that a check calls an error, and one of kind Conflict when the draft has
// changed since the revision, or says what is sent already.
func (s *Service) PublishTemplate(ctx context.Context, key string, revision int, note string) (Stationery, error) {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return Stationery{}, err
	}
	t, err := s.TemplateOf(ctx, key)
	switch {
	case err != nil:
		return Stationery{}, err
	case !t.Own:
		return Stationery{}, crm.Errorf(crm.Conflict, "The template is the library's, which is sent as it is. Change it first.")
	case t.Revision != revision:
		return Stationery{}, crm.Errorf(crm.Conflict, "Somebody else has changed the template meanwhile. Look at it again before you publish it.")
	case !t.Changed():
		return Stationery{}, crm.Errorf(crm.Conflict, "The draft says what is sent already.")
	}
	if err := s.publishable(ctx, me.Org, t.Letter()); err != nil {
		return Stationery{}, err
	}
	var published Stationery
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		versions, err := tx.MailTemplateVersions(ctx, me.Org, t.ID)
		if err != nil {
			return err
		}
		v := mail.TemplateVersion{Number: len(versions) + 1, Words: t.Draft, Note: oneLine(note), By: me.Actor()}
		if err := tx.PublishMailTemplate(ctx, t.Template, v); err != nil {
			return err
		}
		published, err = stationeryOf(ctx, tx.Reader, me.Org, key)
		return err
	})
	return published, err
}

// publishable refuses a template that could not be sent as it is, also to those
// of whom nothing is known that need not be.
func (s *Service) publishable(ctx context.Context, org crm.OrgID, t template.Template) error {
	if err := template.Validate(t); err != nil {
		return err
	}
	brand, err := s.brand(ctx, org)
	if err != nil {
		return err
	}
	if err := template.Fill(t, template.LeastBrand(), template.LeastOf(t)); err != nil {
		return err
	}
	rendered, err := template.Render(t, brand, template.SampleOf(t))
	if err != nil {
		return err
	}
	for _, f := range template.Check(rendered, t) {
		if f.Severity == template.SeverityError {
			return crm.Errorf(crm.Invalid, "The template cannot be published: %s", f.Message)
		}
	}
	return nil
}

// brand is who mail of an organisation comes from. Where the settings are not
// complete, a stranger's postal address stands in: it is for looking at only.
func (s *Service) brand(ctx context.Context, org crm.OrgID) (template.Brand, error) {
	kept, err := s.Store.MailSettings(ctx, org)
	if err != nil {
		return template.Brand{}, err
	}
	settings, err := settingsOf(kept)
	if err != nil {
		return template.Brand{}, err
	}
	o, err := s.Store.Organisation(ctx, org)
	brand := brandOf(o, settings)
	if sample := template.SampleBrand(); settings.From == "" || settings.Postal == "" {
		brand.PostalAddress, brand.Email = "The postal address of the mail settings", sample.Email
	}
	return brand, err
}

// RevertTemplate makes a version that was published the draft again. What is sent
// stays until that is published.
func (s *Service) RevertTemplate(ctx context.Context, key string, number int) (Stationery, error) {
	v, err := s.TemplateVersion(ctx, key, number)
	if err != nil {
		return Stationery{}, err
	}
	t, err := s.TemplateOf(ctx, key)
	if err != nil {
		return Stationery{}, err
	}
	return s.SaveTemplate(ctx, key, TemplateDraft{Words: v.Words, Category: t.Category, Purpose: t.Purpose, Revision: t.Revision})
}

// ArchiveTemplate takes a template out of use, or brings it back. In place of one
// that the library has too, the library's is sent meanwhile.
func (s *Service) ArchiveTemplate(ctx context.Context, key string, archived bool) error {
	me, err := auth.Require(ctx, auth.MailSettings)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.ArchiveMailTemplate(ctx, me.Org, key, me.Actor(), archived) })
}

// CopyTemplate begins a template of the organisation's own with the words of
// another.
func (s *Service) CopyTemplate(ctx context.Context, from, key, name string) (Stationery, error) {
	t, err := s.TemplateOf(ctx, from)
	if err != nil {
		return Stationery{}, err
	}
	words := t.Draft
	words.Name = name
	return s.CreateTemplate(ctx, key, TemplateDraft{Words: words, Category: t.Category, Purpose: t.Purpose})
}
