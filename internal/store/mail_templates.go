package store

import (
	"context"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// MailTemplates are all templates that an organisation wrote, archived ones too,
// by key.
func (r Reader) MailTemplates(ctx context.Context, org crm.OrgID) ([]mail.Template, error) {
	rows, err := r.q.MailTemplates(ctx, org)
	return each(rows, mailTemplateOf), doing(err, "list templates of mail")
}

// MailTemplate is the one with a key. found is false when there is none.
func (r Reader) MailTemplate(ctx context.Context, org crm.OrgID, key string) (_ mail.Template, found bool, err error) {
	row, err := r.q.MailTemplate(ctx, org, key)
	found, err = maybe(err, "read a template of mail")
	return mailTemplateOf(row), found, err
}

// InsertMailTemplate keeps a new one. It returns an Error of kind Conflict where
// one has its key.
func (t *Tx) InsertMailTemplate(ctx context.Context, m mail.Template) error {
	n, err := t.q.InsertMailTemplate(ctx, db.InsertMailTemplateParams{
		ID: m.ID.UUID, OrgID: m.Org, Key: m.Key, Name: m.Draft.Name, Category: m.Category, Purpose: m.Purpose, Marketing: m.Draft.Marketing, Subject: m.Draft.Subject,
		Preheader: m.Draft.Preheader, Body: m.Draft.Body, Text: m.Draft.Text, By: m.CreatedBy, Now: instant.At(t.Now()),
	})
	if err == nil && n == 0 {
		return crm.Errorf(crm.Conflict, "There is a template with the key %s already. Choose another key, or change that one.", m.Key)
	}
	return doing(err, "keep a template of mail")
}

// UpdateMailTemplate keeps a draft. It returns an Error of kind Conflict when
// somebody has changed it since the revision that it was made from.
func (t *Tx) UpdateMailTemplate(ctx context.Context, m mail.Template, by string) error {
	n, err := t.q.UpdateMailTemplate(ctx, db.UpdateMailTemplateParams{
		Name: m.Draft.Name, Category: m.Category, Purpose: m.Purpose, Marketing: m.Draft.Marketing, Subject: m.Draft.Subject, Preheader: m.Draft.Preheader, Body: m.Draft.Body,
		Text: m.Draft.Text, By: by, Now: instant.At(t.Now()), OrgID: m.Org, Key: m.Key, Revision: int64(m.Revision),
	})
	return changedSince(n, err, "keep a template of mail")
}

func changedSince(n int64, err error, doingWhat string) error {
	if err == nil && n == 0 {
		return crm.Errorf(crm.Conflict, "Somebody else has changed the template meanwhile. What you wrote is kept below; open the template in another window and bring both together.")
	}
	return doing(err, doingWhat)
}

// PublishMailTemplate makes the draft the version that is sent. It returns an
// Error of kind Conflict when the template has changed since it was read.
func (t *Tx) PublishMailTemplate(ctx context.Context, m mail.Template, v mail.TemplateVersion) error {
	n, err := t.q.PublishMailTemplate(ctx, db.PublishMailTemplateParams{Published: int64(v.Number), By: v.By, Now: instant.At(t.Now()), OrgID: m.Org, Key: m.Key,
		Revision: int64(m.Revision), Before: int64(m.Published)})
	if err := changedSince(n, err, "publish a template of mail"); err != nil {
		return err
	}
	return doing(t.q.InsertMailTemplateVersion(ctx, db.InsertMailTemplateVersionParams{
		TemplateID: m.ID.UUID, Number: int64(v.Number), OrgID: m.Org, Name: v.Name, Marketing: v.Marketing, Subject: v.Subject, Preheader: v.Preheader, Body: v.Body,
		Text: v.Text, Note: v.Note, PublishedBy: v.By, Now: instant.At(t.Now()),
	}), "keep a version of a template")
}

// ArchiveMailTemplate takes a template out of use, or brings it back.
func (t *Tx) ArchiveMailTemplate(ctx context.Context, org crm.OrgID, key, by string, archived bool) error {
	var at *instant.Time
	if archived {
		at = instant.Ptr(t.Now())
	}
	n, err := t.q.ArchiveMailTemplate(ctx, db.ArchiveMailTemplateParams{ArchivedAt: at, By: by, Now: instant.At(t.Now()), OrgID: org, Key: key})
	if err == nil && n == 0 {
		return crm.Errorf(crm.NotFound, "There is no such template of your own: %q.", key)
	}
	return doing(err, "archive a template of mail")
}

// MailTemplateVersions are all that was published, the latest first.
func (r Reader) MailTemplateVersions(ctx context.Context, org crm.OrgID, id mail.TemplateID) ([]mail.TemplateVersion, error) {
	rows, err := r.q.MailTemplateVersions(ctx, org, id.UUID)
	return each(rows, mailTemplateVersionOf), doing(err, "list versions of a template")
}

// MailTemplateVersion is one that was published. A missing one is an Error of
// kind NotFound.
func (r Reader) MailTemplateVersion(ctx context.Context, org crm.OrgID, id mail.TemplateID, number int) (mail.TemplateVersion, error) {
	row, err := r.q.MailTemplateVersion(ctx, org, id.UUID, int64(number))
	return mailTemplateVersionOf(row), notFound(err, fmt.Sprintf("version %d", number))
}

func mailTemplateOf(row db.MailTemplate) mail.Template {
	return mail.Template{
		ID: mail.TemplateID{UUID: row.ID}, Org: row.OrgID, Key: row.Key, Category: row.Category, Purpose: row.Purpose,
		Draft:    mail.Words{Name: row.Name, Marketing: row.Marketing, Subject: row.Subject, Preheader: row.Preheader, Body: row.Body, Text: row.Text},
		Revision: int(row.Revision), Published: int(row.Published), PublishedRevision: int(row.PublishedRevision), ArchivedAt: row.ArchivedAt.Std(),
		CreatedBy: row.CreatedBy, CreatedAt: row.CreatedAt.Time, UpdatedBy: row.UpdatedBy, UpdatedAt: row.UpdatedAt.Time,
	}
}

func mailTemplateVersionOf(row db.MailTemplateVersion) mail.TemplateVersion {
	return mail.TemplateVersion{Number: int(row.Number), Note: row.Note, By: row.PublishedBy, At: row.PublishedAt.Time,
		Words: mail.Words{Name: row.Name, Marketing: row.Marketing, Subject: row.Subject, Preheader: row.Preheader, Body: row.Body, Text: row.Text}}
}
