package resendsim_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/renoz/renoz/internal/integration/resend/resendsim"
)

// description loads Resend's own OpenAPI document from beside the project, where it is kept.
func description(t *testing.T) *openapi3.T {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	file := filepath.Join(dir, "..", "shared", "specs", "resend.json")
	if _, err := os.Stat(file); err != nil {
		if os.Getenv("RENOZ_TEST_STRICT") == "1" {
			t.Fatalf("Resend's API description is missing: %v", err)
		}
		t.Skipf("Resend's API description is not at %s; answers are not compared with it", file)
	}
	doc, err := openapi3.NewLoader().LoadFromFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// undescribed, unmarkedNull and brokenOperations are the known faults of the description, with the reason why the
// simulator does not follow it.
func undescribed() map[string]string {
	return map[string]string{
		"scheduled_at": "the documentation shows it in answers, and Resend's Node client reads it",
		"tags":         "the documentation shows it in answers; webhooks, where it is described, are compared with it left in",
		"topic_id":     "Resend's Node client reads it",
		"errors":       "the answer to a permissive batch; see https://resend.com/changelog/batch-validation-modes",
		"message_id":   "webhooks carry it, says Resend's Node client; the description has it for answers only",
	}
}

func unmarkedNull() map[string]string {
	return map[string]string{
		"bcc": "null when there is none, says the documentation", "cc": "the same", "reply_to": "the same", "html": "the same", "text": "the same",
		"source_id": "marked by nullable, which OpenAPI 3.1 does not know any more", "filename": "the same",
	}
}

func brokenOperations() map[string]string {
	return map[string]string{
		"PATCH /emails/{email_id}": "described as the body of the request; the documentation answers object and id",
	}
}

// strict makes every described object refuse fields it does not describe.
func strict(schema *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if schema == nil || schema.Value == nil || seen[schema.Value] {
		return
	}
	seen[schema.Value] = true
	flatten(schema.Value)
	if len(schema.Value.Properties) > 0 && schema.Value.AdditionalProperties.Schema == nil {
		no := false
		schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	}
	for _, property := range schema.Value.Properties {
		strict(property, seen)
	}
	strict(schema.Value.Items, seen)
}

// flatten puts the parts of allOf together, because each part alone would refuse the fields of the others.
func flatten(schema *openapi3.Schema) {
	for _, part := range schema.AllOf {
		flatten(part.Value)
		if schema.Properties == nil {
			schema.Properties = openapi3.Schemas{}
		}
		for name, property := range part.Value.Properties {
			schema.Properties[name] = property
		}
		schema.Required = append(schema.Required, part.Value.Required...)
	}
	schema.AllOf = nil
}

// withoutFaults takes away what the description is known to be wrong about.
func withoutFaults(value any, keepTags bool) any {
	switch v := value.(type) {
	case m:
		for name, inner := range v {
			if (undescribed()[name] != "" && (name != "tags" || !keepTags)) || (inner == nil && unmarkedNull()[name] != "") {
				delete(v, name)
				continue
			}
			v[name] = withoutFaults(inner, keepTags)
		}
	case []any:
		for i := range v {
			v[i] = withoutFaults(v[i], keepTags)
		}
	}
	return value
}

// responseSchema finds what an operation such as "POST /emails" answers.
func responseSchema(t *testing.T, doc *openapi3.T, operation string, status int) *openapi3.SchemaRef {
	t.Helper()
	method, path, _ := strings.Cut(operation, " ")
	item := doc.Paths.Value(path)
	if item == nil || item.GetOperation(method) == nil {
		t.Fatalf("the description has no %s", operation)
	}
	response := item.GetOperation(method).Responses.Value(strconv.Itoa(status))
	if response == nil {
		t.Fatalf("the description has no %d for %s", status, operation)
	}
	return response.Value.Content.Get("application/json").Schema
}

// fits compares one answer with the description.
func fits(t *testing.T, doc *openapi3.T, operation string, out reply) {
	t.Helper()
	schema := responseSchema(t, doc, operation, out.status)
	strict(schema, map[*openapi3.Schema]bool{})
	value := out.json(t)
	// message_id is described here, and so must be right.
	if operation == "GET /emails/{email_id}" && value["message_id"] == "" {
		t.Errorf("%s: no message_id", operation)
	}
	err := schema.Value.VisitJSON(withoutFaults(value, false), openapi3.MultiErrors(), openapi3.VisitAsResponse())
	if reason := brokenOperations()[operation]; reason != "" {
		if err == nil {
			t.Errorf("%s fits the description now; take it off the list (%s)", operation, reason)
		}
		return
	}
	if err != nil {
		t.Errorf("%s does not fit the description:\n%v\n%s", operation, err, out.body)
	}
}

func TestAnswersFitTheDescription(t *testing.T) {
	t.Parallel()
	doc := description(t)
	b := newBench(t, resendsim.Options{})
	check := func(operation, path string, body any) m {
		t.Helper()
		method, _, _ := strings.Cut(operation, " ")
		out := b.must(method, path, body)
		fits(t, doc, operation, out)
		return out.json(t)
	}
	full := with(message("jo@acme.example"), m{"cc": "al@acme.example", "attachments": []any{m{"filename": "a.pdf", "content": "SGk="}, m{"filename": "b.png", "content": "SGk=", "content_id": "b"}}})
	id := check("POST /emails", "/emails", full)["id"].(string)
	later := check("POST /emails", "/emails", with(message("jo@acme.example"), m{"scheduled_at": "in 1 hour", "text": "Hi", "html": nil, "topic_id": "t"}))["id"].(string)
	check("GET /emails", "/emails?limit=2", nil)
	check("GET /emails/{email_id}", "/emails/"+id, nil)
	check("GET /emails/{email_id}", "/emails/"+later, nil)
	check("PATCH /emails/{email_id}", "/emails/"+later, m{"scheduled_at": "in 2 hours"})
	check("POST /emails/{email_id}/cancel", "/emails/"+later+"/cancel", nil)
	check("POST /emails/batch", "/emails/batch", []m{message("jo@acme.example")})
	file := check("GET /emails/{email_id}/attachments", "/emails/"+id+"/attachments", nil)["data"].([]any)[0].(m)["id"].(string)
	check("GET /emails/{email_id}/attachments/{attachment_id}", "/emails/"+id+"/attachments/"+file, nil)
	check("GET /emails/metrics", "/emails/metrics", nil)
	check("GET /emails/metrics", "/emails/metrics?dimensions=period,domain,email", nil)

	domain := check("POST /domains", "/domains", m{"name": "a.example", "tracking_subdomain": "t", "capabilities": m{"receiving": "enabled"}})["id"].(string)
	check("GET /domains", "/domains", nil)
	check("GET /domains/{domain_id}", "/domains/"+domain, nil)
	check("PATCH /domains/{domain_id}", "/domains/"+domain, m{"tls": "enforced"})
	check("POST /domains/{domain_id}/verify", "/domains/"+domain+"/verify", nil)
	check("DELETE /domains/{domain_id}", "/domains/"+domain, nil)

	check("POST /suppressions", "/suppressions", m{"email": "x@acme.example"})
	check("GET /suppressions", "/suppressions", nil)
	check("GET /suppressions/{suppression}", "/suppressions/x@acme.example", nil)
	check("DELETE /suppressions/{suppression}", "/suppressions/x@acme.example", nil)
	check("POST /suppressions/batch/add", "/suppressions/batch/add", m{"emails": []string{"y@acme.example"}})
	check("POST /suppressions/batch/remove", "/suppressions/batch/remove", m{"emails": []string{"y@acme.example"}})

	hook := check("POST /webhooks", "/webhooks", m{"endpoint": "https://a.example", "events": []string{"email.sent"}})["id"].(string)
	check("GET /webhooks", "/webhooks", nil)
	check("GET /webhooks/{webhook_id}", "/webhooks/"+hook, nil)
	check("PATCH /webhooks/{webhook_id}", "/webhooks/"+hook, m{"status": "disabled"})
	check("DELETE /webhooks/{webhook_id}", "/webhooks/"+hook, nil)
}

// eventSchema finds what the description says about a type of webhook, or nil.
func eventSchema(doc *openapi3.T, kind string) *openapi3.SchemaRef {
	name := ""
	for part := range strings.FieldsFuncSeq(kind, func(r rune) bool { return r == '.' || r == '_' }) {
		name += strings.ToUpper(part[:1]) + part[1:]
	}
	return doc.Components.Schemas[name+"Event"]
}

func TestWebhooksFitTheDescription(t *testing.T) {
	t.Parallel()
	doc := description(t)
	b, s := hooked(t, resendsim.Options{})
	id := b.must("POST", "/emails", with(message("jo@acme.example"), m{"headers": m{"X-A": "b"}})).json(t)["id"].(string)
	for _, h := range []resendsim.Happened{{Type: "bounced"}, {Type: "complained"}, {Type: "delivery_delayed"}, {Type: "suppressed"}, {Type: "failed", Reason: "reached_daily_quota"},
		{Type: "bounced", Bounce: resendsim.Bounce{Type: "Undetermined", SubType: "Undetermined"}}} {
		if err := b.sim.Happen(id, h); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.sim.Open(id); err != nil {
		t.Fatal(err)
	}
	if err := b.sim.Click(id, ""); err != nil {
		t.Fatal(err)
	}
	b.must("POST", "/emails", with(message("suppressed@resend.dev"), m{"scheduled_at": "in 1 hour"}))
	domain := b.must("POST", "/domains", m{"name": "a.example", "tracking_subdomain": "t", "capabilities": m{"receiving": "enabled"}}).json(t)["id"].(string)
	b.must("POST", "/domains/"+domain+"/verify", nil)
	b.must("DELETE", "/domains/"+domain, nil)
	b.sim.Release("jo@acme.example")
	b.deliver()
	seen := map[string]bool{}
	for _, one := range s.take() {
		seen[one.Type] = true
		schema := eventSchema(doc, one.Type)
		if schema == nil {
			if !strings.HasPrefix(one.Type, "suppression.") { // in the documentation and the clients only
				t.Errorf("the description has no %s", one.Type)
			}
			continue
		}
		strict(schema, map[*openapi3.Schema]bool{})
		var value m
		if err := json.Unmarshal(one.body, &value); err != nil {
			t.Fatal(err)
		}
		if err := schema.Value.VisitJSON(withoutFaults(value, true), openapi3.MultiErrors()); err != nil {
			t.Errorf("%s does not fit the description:\n%v\n%s", one.Type, err, one.body)
		}
	}
	if len(seen) != 15 {
		t.Errorf("the test met %d of 15 types: %v", len(seen), seen)
	}
}
