package resendsim

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"strings"
)

// Template is a published template. {{{NAME}}} in its texts stands for a variable.
type Template struct {
	ID, From, Subject, HTML, Text string
}

// The bounds of variables. https://resend.com/docs/dashboard/templates/template-variables
const (
	mostVariables    = 50
	longestVariable  = 50
	longestVariables = 2000 // of a text value, in characters
)

// readTemplate fills a message from a published template; sender and subject of the request go before its own.
func (s *Server) readTemplate(f fields, e *Email) *problem {
	if !f.has("template") {
		return nil
	}
	if f.has("html") || f.has("text") {
		return invalid("The `template` field cannot be used together with `html` or `text`.")
	}
	sent, bad := readFields(f["template"])
	if bad != nil {
		return invalid("The `template` field must be an `object`.")
	}
	id, bad := sent.text("id")
	if bad != nil {
		return bad
	}
	t, known := s.templates[id]
	if !known {
		return &problem{http.StatusNotFound, "not_found", "Template not found"}
	}
	values, bad := readVariables(sent)
	if bad != nil {
		return bad
	}
	e.TemplateID, e.From, e.Subject = t.ID, t.From, fill(t.Subject, values, false)
	e.HTML, e.Text = fill(t.HTML, values, true), fill(t.Text, values, false)
	if e.Text == "" {
		e.Text = plainText(e.HTML)
	}
	if strings.Contains(e.HTML+e.Text+e.Subject, "{{{") {
		return invalid("Missing template variables.")
	}
	return nil
}

func readVariables(f fields) (map[string]string, *problem) {
	values := map[string]string{}
	if !f.has("variables") {
		return values, nil
	}
	var sent map[string]any
	if err := json.Unmarshal(f["variables"], &sent); err != nil || len(sent) > mostVariables {
		return nil, invalid(fmt.Sprintf("The `variables` field must be an `object` of at most %d variables.", mostVariables))
	}
	for name, value := range sent {
		switch v := value.(type) {
		case string:
			values[name] = v
		case float64:
			values[name] = fmt.Sprint(v)
		default:
			return nil, invalid(fmt.Sprintf("The variable `%s` must be a string or a number.", name))
		}
		if len(name) > longestVariable || len([]rune(values[name])) > longestVariables {
			return nil, invalid(fmt.Sprintf("The variable `%s` is too long.", name))
		}
	}
	return values, nil
}

func fill(text string, values map[string]string, escape bool) string {
	for name, value := range values {
		if escape {
			value = html.EscapeString(value)
		}
		text = strings.ReplaceAll(text, "{{{"+name+"}}}", value)
	}
	return text
}
