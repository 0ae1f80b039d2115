package resend_test

import (
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/template"
)

// draftOf is a template as its editor sends it.
func draftOf(s resend.Stationery) resend.TemplateDraft {
	return resend.TemplateDraft{Words: s.Draft, Category: s.Category, Purpose: s.Purpose, Revision: s.Revision}
}

func (w *world) kind(err error, want crm.Kind) {
	w.Helper()
	if err == nil || crm.KindOf(err) != want {
		w.Errorf("want an error of kind %s, got %v", want, err)
	}
}

func (w *world) template(key string) resend.Stationery {
	w.Helper()
	s, err := w.mail.TemplateOf(w.ctx, key)
	w.must(err)
	return s
}

// sentAs is the subject of what is sent under a key.
func (w *world) sentAs(key string) string {
	w.Helper()
	t, err := w.mail.Template(w.ctx, w.store.Reader, w.org, key)
	w.must(err)
	return t.Subject
}

// TestTemplateLife changes a template of the library, publishes it, goes back and
// gives it up: what is sent follows what is published only.
func TestTemplateLife(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := draftOf(w.template("receipt"))
		library := d.Subject
		d.Subject = "Thank you for {{ invoice.number }}"
		saved, err := w.mail.SaveTemplate(w.ctx, "receipt", d)
		w.must(err)
		if w.sentAs("receipt") != library {
			t.Error("a draft is sent")
		}
		_, err = w.mail.SaveTemplate(w.ctx, "receipt", d) // another window that began from the library
		w.kind(err, crm.Conflict)
		published, err := w.mail.PublishTemplate(w.ctx, "receipt", saved.Revision, "Friendlier")
		w.must(err)
		if w.sentAs("receipt") != d.Subject || published.Published != 1 || published.Changed() {
			t.Errorf("published: %+v", published)
		}
		_, err = w.mail.PublishTemplate(w.ctx, "receipt", saved.Revision, "")
		w.kind(err, crm.Conflict)

		d = draftOf(published)
		d.Subject = "Paid: {{ invoice.nmber }}"
		saved, err = w.mail.SaveTemplate(w.ctx, "receipt", d)
		w.must(err)
		_, err = w.mail.PublishTemplate(w.ctx, "receipt", saved.Revision, "")
		w.kind(err, crm.Invalid)
		if err == nil || !strings.Contains(err.Error(), "invoice.nmber") && !strings.Contains(fieldsOf(err), "invoice.nmber") {
			t.Errorf("it is not said what is wrong: %v", err)
		}
		d.Subject, d.Revision = "Second", saved.Revision
		saved, err = w.mail.SaveTemplate(w.ctx, "receipt", d)
		w.must(err)
		_, err = w.mail.PublishTemplate(w.ctx, "receipt", saved.Revision, "")
		w.must(err)
		reverted, err := w.mail.RevertTemplate(w.ctx, "receipt", 1)
		w.must(err)
		if reverted.Draft.Subject != "Thank you for {{ invoice.number }}" || w.sentAs("receipt") != "Second" {
			t.Errorf("reverted: %+v", reverted)
		}
		versions, err := w.mail.TemplateVersions(w.ctx, "receipt")
		w.must(err)
		if len(versions) != 2 || versions[0].Number != 2 || versions[1].Note != "Friendlier" {
			t.Errorf("versions: %+v", versions)
		}
		w.must(w.mail.ArchiveTemplate(w.ctx, "receipt", true))
		if w.sentAs("receipt") != library {
			t.Error("an archived template is sent in place of the library's")
		}
		w.must(w.mail.ArchiveTemplate(w.ctx, "receipt", false))
		if w.sentAs("receipt") != "Second" {
			t.Error("a restored template is not sent")
		}
	})
}

func fieldsOf(err error) string {
	var words []string
	if known, ok := err.(*crm.Error); ok { //nolint:errorlint // it is not wrapped
		for _, said := range known.Fields {
			words = append(words, said)
		}
	}
	return strings.Join(words, " ")
}

// TestTemplatesOfOthers has two organisations with a template under one key.
func TestTemplatesOfOthers(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		d := resend.TemplateDraft{Category: "custom"}
		d.Name, d.Subject, d.Body = "Offer", "An offer", "<p>Hello {{ customer.name }}</p>"
		_, err := w.mail.CreateTemplate(w.ctx, "spring_offer", d)
		w.must(err)
		_, err = w.mail.CreateTemplate(w.ctx, "spring_offer", d)
		w.kind(err, crm.Conflict)
		for _, key := range []string{"receipt", "Spring offer", "x", ""} {
			_, err = w.mail.CreateTemplate(w.ctx, key, d)
			w.kind(err, crm.Invalid)
		}
		_, other := w.organisation("Another")
		_, err = w.mail.TemplateOf(other, "spring_offer")
		w.kind(err, crm.NotFound)
		_, err = w.mail.SaveTemplate(other, "spring_offer", d)
		w.kind(err, crm.NotFound)
		w.kind(w.mail.ArchiveTemplate(other, "spring_offer", true), crm.NotFound)
		_, err = w.mail.CreateTemplate(other, "spring_offer", d)
		w.must(err)
		found, err := w.mail.Templates(w.ctx, resend.TemplateFilter{Text: "offer", Category: "custom"})
		w.must(err)
		if len(found) != 1 || found[0].Sent() {
			t.Errorf("found %+v", found)
		}
	})
}

// TestPreviewIsWhatIsSent compares a preview with a receipt's letter by the same data.
func TestPreviewIsWhatIsSent(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		p, err := w.mail.PreviewTemplate(w.ctx, w.template("receipt").Letter(), resend.PreviewOf{})
		w.must(err)
		if len(p.Problems) > 0 || !p.Sample || !strings.Contains(p.HTML, "Voltway") || strings.Contains(p.HTML, template.SampleBrand().Business) {
			t.Errorf("preview: %v, %v", p.Problems, p.Subject)
		}
		broken := w.template("receipt").Letter()
		broken.Body += "\n{{ invoice.nothing }}"
		p, err = w.mail.PreviewTemplate(w.ctx, broken, resend.PreviewOf{})
		w.must(err)
		if len(p.Problems) != 1 || p.Problems[0].Line == 0 || !strings.Contains(p.Problems[0].Message, "invoice.nothing") {
			t.Errorf("problems: %v", p.Problems)
		}
	})
}
