package template

import (
	"fmt"
	"html"
	"strings"
	"sync"

	"github.com/renoz/renoz/internal/crm"
)

// Render makes an e-mail. It returns an Error of kind Invalid whose cause is
// Problems when the template, the data or the brand does not allow it: syntax,
// variables that are unknown or without a value, links that are no links,
// a marketing mail without an unsubscribe link, a sender who cannot be
// identified, or a mail that would grow too large.
func Render(t Template, brand Brand, data Data) (Rendered, error) {
	return Compile(t).Render(brand, data)
}

// Fill returns the Error of Render that is about the data, in a fraction of its
// time: the e-mail is filled in and not put together.
func Fill(t Template, brand Brand, data Data) error { return Compile(t).Fill(brand, data) }

// Compiled is a template that was read, for many mails. It is safe for
// concurrent use.
type Compiled struct {
	template Template
	fields   []Field
	parts    []*compiledPart
}

// compiledPart is a part that was read. Its idle runs have Liquid's own reading of
// it, which takes longer than filling it in.
type compiledPart struct {
	*scan
	idle sync.Pool // of *run
}

// Compile reads a template. What is wrong with it, its mails tell.
func Compile(t Template) *Compiled {
	c := &Compiled{template: t, fields: FieldsOf(t)}
	for _, part := range t.sources() {
		c.parts = append(c.parts, &compiledPart{scan: scanPart(part.part, part.text)})
	}
	return c
}

// Name is the template's.
func (c *Compiled) Name() string { return c.template.Name }

// Render is Render of the template.
func (c *Compiled) Render(brand Brand, data Data) (Rendered, error) {
	brand, foot, texts, err := c.fill(brand, data)
	if err != nil {
		return Rendered{}, err
	}
	return assemble(c.template, brand, foot, texts)
}

// Fill is Fill of the template.
func (c *Compiled) Fill(brand Brand, data Data) error {
	_, _, _, err := c.fill(brand, data)
	return err
}

// fill fills the parts of an e-mail in.
func (c *Compiled) fill(brand Brand, data Data) (Brand, footing, map[Part]string, error) {
	t := c.template
	found := brand.problems()
	brand = brand.filled()
	values, problems := data.read()
	found = append(found, problems...)
	foot, problems := footingOf(t, brand, values)
	found = append(found, problems...)
	if !t.Category.Valid() {
		found.add(Problem{Part: Body, Message: fmt.Sprintf("%q is not a category of e-mail; choose one.", t.Category)})
	}
	values["brand"] = brand.values()

	texts := map[Part]string{}
	for _, part := range c.parts {
		text, problems := part.fill(c.fields, brand, values)
		texts[part.part] = text
		found = append(found, problems...)
	}
	return brand, foot, texts, found.asError(t.Name)
}

func (p *compiledPart) fill(fields []Field, brand Brand, values map[string]any) (string, Problems) {
	r, ok := p.idle.Get().(*run)
	if !ok {
		r = newRun(p.scan)
	}
	defer p.idle.Put(r)
	return r.render(brand, values, judge(p.uses, fields, values))
}

// assemble puts the rendered parts together.
func assemble(t Template, brand Brand, foot footing, texts map[Part]string) (Rendered, error) {
	out := Rendered{Subject: oneLine(texts[Subject]), Preheader: oneLine(texts[Preheader])}
	content, problems := readContent(texts[Body])
	if out.Subject == "" {
		problems.add(Problem{Part: Subject, Message: "The subject is empty; write one."})
	}
	if len(problems) > 0 {
		return Rendered{}, problems.asError(t.Name)
	}
	text := strings.TrimSpace(printable(texts[Text]))
	if text == "" {
		text = plain(content)
	}
	page, err := balanced(content)
	if err == nil {
		page, err = surround([3]string{out.Subject, out.Preheader, page}, brand, foot)
	}
	if err != nil {
		return Rendered{}, &crm.Error{Kind: crm.Internal, Message: fmt.Sprintf("The e-mail %q could not be put together.", t.Name), Cause: err}
	}
	out.HTML = page
	out.Text = strings.TrimSpace(text) + "\n\n" + textFooter(brand, foot)
	return out, nil
}

// Escape writes a text so that it stands in HTML as it is.
func Escape(text string) string { return html.EscapeString(text) }
