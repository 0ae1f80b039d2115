package api

import (
	"context"
	"net/http"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

// MailTemplate is what mail says, in Liquid.
type MailTemplate struct {
	Key       string     `json:"key" example:"receipt"`
	Category  string     `json:"category"`
	Purpose   string     `json:"purpose"`
	Own       bool       `json:"own" doc:"false: the library's, which is sent as it is."`
	Published int        `json:"published" doc:"Version that is sent; 0: none of your own."`
	Revision  int        `json:"revision" doc:"Of the draft; 0: the library's."`
	Changed   bool       `json:"changed" doc:"The draft says something else than what is sent."`
	Archived  *time.Time `json:"archived_at,omitempty"`
	MailWords
}

// MailWords are what a template says.
type MailWords struct {
	Name      string `json:"name"`
	Marketing bool   `json:"marketing" doc:"Only with consent, with a link to stop it."`
	Subject   string `json:"subject"`
	Preheader string `json:"preheader"`
	Body      string `json:"body" doc:"HTML with Liquid."`
	Text      string `json:"text" doc:"Plain text with Liquid; empty: made from body."`
}

// MailTemplateDraft is a draft to keep.
type MailTemplateDraft struct {
	Category string `json:"category,omitempty" doc:"Of the library's it stays."`
	Purpose  string `json:"purpose,omitempty"`
	Revision int    `json:"revision" minimum:"0" doc:"Of the draft that it was made from."`
	Words    struct {
		Name      string `json:"name"`
		Marketing bool   `json:"marketing,omitempty"`
		Subject   string `json:"subject"`
		Preheader string `json:"preheader,omitempty"`
		Body      string `json:"body"`
		Text      string `json:"text,omitempty"`
	} `json:"words"`
}

// MailTemplateVersion is what was published once.
type MailTemplateVersion struct {
	Number int       `json:"number"`
	Note   string    `json:"note,omitempty"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	MailWords
}

// MailPreview is a template rendered with made-up data, or with a record's.
type MailPreview struct {
	Subject  string          `json:"subject,omitempty"`
	HTML     string          `json:"html,omitempty"`
	Text     string          `json:"text,omitempty"`
	Problems []MailObjection `json:"problems" nullable:"false" doc:"What keeps it from being sent."`
	Findings []MailObjection `json:"findings" nullable:"false" doc:"What a reader, a mail client or a filter would trip over."`
}

// MailObjection is one thing about a template.
type MailObjection struct {
	Severity string `json:"severity" enum:"problem,error,warning,note"`
	Part     string `json:"part"`
	Line     int    `json:"line,omitempty"`
	Message  string `json:"message"`
}

type (
	templatePath struct {
		Key string `path:"key" maxLength:"60"`
	}
	templateAnswer struct{ Body MailTemplate }
	templateQuery  struct {
		Q        string `query:"q" maxLength:"200" doc:"In name, key and purpose."`
		Category string `query:"category" maxLength:"50"`
		Archived bool   `query:"archived"`
	}
	templatesAnswer struct{ Body List[MailTemplate] }
	versionsAnswer  struct{ Body List[MailTemplateVersion] }
	previewAnswer   struct{ Body MailPreview }
)

func (t *table) mailTemplates() {
	row := func(id, method, path string, p auth.Permission, summary string) spec {
		return spec{id: id, method: method, path: "/mail/templates" + path, permission: p, summary: summary, tag: "Mail"}
	}
	add(t, row("list-mail-templates", http.MethodGet, "", auth.MailView, "List templates, the library's too, all at once"), t.listTemplates)
	add(t, row("get-mail-template", http.MethodGet, "/{key}", auth.MailView, "Read a template with its draft"), t.getTemplate)
	add(t, row("save-mail-template", http.MethodPut, "/{key}", auth.MailSettings, "Keep a draft; a key that is not known begins a template"), t.saveTemplate)
	add(t, row("publish-mail-template", http.MethodPost, "/{key}/publish", auth.MailSettings, "Send what the draft says from now on"), t.publishTemplate)
	add(t, row("list-mail-template-versions", http.MethodGet, "/{key}/versions", auth.MailView, "List what was published, the latest first, all at once"), t.listTemplateVersions)
	add(t, row("revert-mail-template", http.MethodPost, "/{key}/versions/{number}/revert", auth.MailSettings, "Make a version the draft again"), t.revertTemplate)
	add(t, row("archive-mail-template", http.MethodPost, "/{key}/archive", auth.MailSettings, "Take a template out of use"), t.archiveTemplate)
	add(t, row("restore-mail-template", http.MethodPost, "/{key}/restore", auth.MailSettings, "Bring an archived template back"), t.restoreTemplate)
	add(t, row("preview-mail-template", http.MethodGet, "/{key}/preview", auth.MailView, "Render the draft, with made-up data or an invoice's"), t.previewTemplate)
}

func showWords(w mail.Words) MailWords {
	return MailWords{w.Name, w.Marketing, w.Subject, w.Preheader, w.Body, w.Text}
}

func showTemplate(s resend.Stationery) MailTemplate {
	return MailTemplate{s.Key, s.Category, s.Purpose, s.Own, s.Published, s.Revision, s.Own && s.Changed(), s.ArchivedAt, showWords(s.Draft)}
}

func shownTemplate(s resend.Stationery, err error) (*templateAnswer, error) {
	if err != nil {
		return nil, err
	}
	return &templateAnswer{showTemplate(s)}, nil
}

func (a *API) listTemplates(ctx context.Context, in *templateQuery) (*templatesAnswer, error) {
	all, err := a.resend.Templates(ctx, resend.TemplateFilter{Text: in.Q, Category: in.Category, Archived: in.Archived})
	out := &templatesAnswer{List[MailTemplate]{Items: make([]MailTemplate, len(all))}}
	for i, s := range all {
		out.Body.Items[i] = showTemplate(s)
	}
	return out, err
}

func (a *API) getTemplate(ctx context.Context, in *templatePath) (*templateAnswer, error) {
	return shownTemplate(a.resend.TemplateOf(ctx, in.Key))
}

func (a *API) saveTemplate(ctx context.Context, in *struct {
	Key  string `path:"key" maxLength:"60"`
	Body MailTemplateDraft
}) (*templateAnswer, error) {
	w := in.Body.Words
	d := resend.TemplateDraft{Category: in.Body.Category, Purpose: in.Body.Purpose, Revision: in.Body.Revision,
		Words: mail.Words{Name: w.Name, Marketing: w.Marketing, Subject: w.Subject, Preheader: w.Preheader, Body: w.Body, Text: w.Text}}
	_, err := a.resend.TemplateOf(ctx, in.Key)
	if crm.KindOf(err) == crm.NotFound && in.Body.Revision == 0 {
		return shownTemplate(a.resend.CreateTemplate(ctx, in.Key, d))
	}
	if err != nil {
		return nil, err
	}
	return shownTemplate(a.resend.SaveTemplate(ctx, in.Key, d))
}

func (a *API) publishTemplate(ctx context.Context, in *struct {
	Key  string `path:"key" maxLength:"60"`
	Body struct {
		Revision int    `json:"revision" minimum:"1" doc:"Of the draft that is meant."`
		Note     string `json:"note,omitempty" maxLength:"200" doc:"What has changed."`
	}
}) (*templateAnswer, error) {
	return shownTemplate(a.resend.PublishTemplate(ctx, in.Key, in.Body.Revision, in.Body.Note))
}

func (a *API) listTemplateVersions(ctx context.Context, in *templatePath) (*versionsAnswer, error) {
	all, err := a.resend.TemplateVersions(ctx, in.Key)
	out := &versionsAnswer{List[MailTemplateVersion]{Items: make([]MailTemplateVersion, len(all))}}
	for i, v := range all {
		out.Body.Items[i] = MailTemplateVersion{v.Number, v.Note, v.By, v.At, showWords(v.Words)}
	}
	return out, err
}

func (a *API) revertTemplate(ctx context.Context, in *struct {
	Key    string `path:"key" maxLength:"60"`
	Number int    `path:"number" minimum:"1"`
}) (*templateAnswer, error) {
	return shownTemplate(a.resend.RevertTemplate(ctx, in.Key, in.Number))
}

func (a *API) archiveTemplate(ctx context.Context, in *templatePath) (*templateAnswer, error) {
	if err := a.resend.ArchiveTemplate(ctx, in.Key, true); err != nil {
		return nil, err
	}
	return a.getTemplate(ctx, in)
}

func (a *API) restoreTemplate(ctx context.Context, in *templatePath) (*templateAnswer, error) {
	if err := a.resend.ArchiveTemplate(ctx, in.Key, false); err != nil {
		return nil, err
	}
	return a.getTemplate(ctx, in)
}

func (a *API) previewTemplate(ctx context.Context, in *struct {
	Key     string `path:"key" maxLength:"60"`
	Invoice string `query:"invoice_id" format:"uuid" doc:"Whose data stands in for what is made up."`
}) (*previewAnswer, error) {
	s, err := a.resend.TemplateOf(ctx, in.Key)
	if err != nil {
		return nil, err
	}
	var of resend.PreviewOf
	if in.Invoice != "" {
		id, err := crm.ParseID[crm.Invoice](in.Invoice)
		if err != nil {
			return nil, err
		}
		of.Invoice = &id
	}
	p, err := a.resend.PreviewTemplate(ctx, s.Letter(), of)
	if err != nil {
		return nil, err
	}
	out := MailPreview{Subject: p.Subject, HTML: p.HTML, Text: p.Text, Problems: []MailObjection{}, Findings: []MailObjection{}}
	for _, x := range p.Problems {
		out.Problems = append(out.Problems, MailObjection{"problem", string(x.Part), x.Line, x.Message})
	}
	for _, f := range p.Findings {
		out.Findings = append(out.Findings, MailObjection{string(f.Severity), string(f.Rule), f.Line, f.Message})
	}
	return &previewAnswer{out}, nil
}
