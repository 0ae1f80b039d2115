package resendapi

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// exampleOf makes an answer of the schema: of the description's examples, of
// its enumerations the last value, and something of the type elsewhere. Every
// property is present.
func exampleOf(schema *openapi3.Schema) any {
	switch {
	case schema.Const != nil:
		return schema.Const
	case schema.Example != nil:
		return schema.Example
	case len(schema.AllOf) > 0:
		all := map[string]any{}
		for _, part := range schema.AllOf {
			maps.Copy(all, exampleOf(part.Value).(map[string]any))
		}
		return all
	case len(schema.Enum) > 0:
		return schema.Enum[len(schema.Enum)-1]
	}
	switch {
	case schema.Type.Includes("object"):
		return objectExample(schema)
	case schema.Type.Includes("array"):
		return []any{exampleOf(schema.Items.Value)}
	case schema.Type.Includes("boolean"):
		return true
	case schema.Type.Includes("integer"):
		return 10
	case schema.Type.Includes("number"):
		return 0.125
	}
	return "some text"
}

func objectExample(schema *openapi3.Schema) any {
	fields := map[string]any{}
	for name, property := range schema.Properties {
		fields[name] = exampleOf(property.Value)
		if timely(name) && property.Value.Example == nil {
			fields[name] = "2023-10-06 23:47:56.678+00"
		}
	}
	if rest := schema.AdditionalProperties.Schema; rest != nil {
		fields["additional_property"] = exampleOf(rest.Value)
	}
	return fields
}

func timely(name string) bool { return strings.HasSuffix(name, "_at") || name == "timestamp" }

// answerOf is the schema of the good answer of a call.
func answerOf(t *testing.T, doc *openapi3.T, call string) *openapi3.Schema {
	t.Helper()
	method, template, _ := strings.Cut(call, " ")
	for _, status := range []int{200, 201} {
		if answer := doc.Paths.Value(template).GetOperation(method).Responses.Status(status); answer != nil {
			return answer.Value.Content.Get("application/json").Schema.Value
		}
	}
	t.Fatalf("%s has no answer", call)
	return nil
}

// rowsOf are the rows of a list.
func rowsOf[T any](list any) error {
	rows, isList := list.(map[string]any)["data"].([]any)
	if !isList || len(rows) == 0 {
		return fmt.Errorf("no rows in %v", list)
	}
	for _, row := range rows {
		if err := lossless[T](row); err != nil {
			return err
		}
	}
	return nil
}

// TestExamplesAreRead reads an example answer of each described call and writes
// it again: nothing may be lost or changed.
func TestExamplesAreRead(t *testing.T) {
	t.Parallel()
	doc := described(t)
	for call, check := range map[string]func(any) error{
		"POST /emails":                      lossless[identity],
		"POST /emails/batch":                rowsOf[identity],
		"GET /emails":                       rowsOf[Email],
		"GET /emails/{email_id}":            lossless[Email],
		"POST /emails/{email_id}/cancel":    lossless[Email],
		"GET /emails/metrics":               readMetrics,
		"POST /domains":                     lossless[Domain],
		"GET /domains":                      rowsOf[Domain],
		"GET /domains/{domain_id}":          lossless[Domain],
		"PATCH /domains/{domain_id}":        lossless[identity],
		"POST /suppressions":                lossless[identity],
		"GET /suppressions":                 rowsOf[Suppression],
		"GET /suppressions/{suppression}":   lossless[Suppression],
		"POST /suppressions/batch/add":      rowsOf[identity],
		"POST /webhooks":                    lossless[Endpoint],
		"GET /webhooks":                     rowsOf[Endpoint],
		"GET /webhooks/{webhook_id}":        lossless[Endpoint],
		"PATCH /webhooks/{webhook_id}":      lossless[identity],
		"POST /contacts":                    lossless[identity],
		"GET /contacts":                     rowsOf[Contact],
		"GET /contacts/{id}":                lossless[Contact],
		"GET /contacts/{contact_id}/topics": rowsOf[TopicChoice],
		"POST /topics":                      lossless[identity],
		"GET /topics":                       rowsOf[Topic],
		"GET /topics/{id}":                  lossless[Topic],
	} {
		if err := check(exampleOf(answerOf(t, doc, call))); err != nil {
			t.Errorf("%s: %v", call, err)
		}
	}
}

// readMetrics compares what MetricsRow has, since it is not written.
func readMetrics(answer any) error {
	encoded, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	var got Metrics
	if err := json.Unmarshal(encoded, &got); err != nil {
		return err
	}
	fields := answer.(map[string]any)
	row := fields["data"].([]any)[0].(map[string]any)
	read := map[string]any{
		"period": got.Rows[0].Period, "domain_id": got.Rows[0].DomainID, "domain_name": got.Rows[0].DomainName,
		"email_id": got.Rows[0].EmailID, "broadcast_id": got.Rows[0].BroadcastID, "broadcast_name": got.Rows[0].BroadcastName,
	}
	for name, figure := range got.Rows[0].Figures {
		read[name] = figure
	}
	if fmt.Sprint(read) != fmt.Sprint(row) {
		return fmt.Errorf("read %v from %v", read, row)
	}
	delete(fields, "data")
	return lossless[Metrics](fields)
}

// TestEventsAreRead reads an example of each described event.
func TestEventsAreRead(t *testing.T) {
	t.Parallel()
	doc := described(t)
	var types []string
	for kind, item := range doc.Webhooks {
		types = append(types, kind)
		body := exampleOf(item.Post.RequestBody.Value.Content.Get("application/json").Schema.Value).(map[string]any)
		if kind == EventSent {
			body["data"].(map[string]any)["message_id"] = "<1@x.test>" // SDKs have it, the description not
		}
		event, err := ParseEvent([]byte(asJSON(t, body)))
		if err != nil || !event.Known() || event.Type != kind || !sameMoment(body["created_at"], asTimeText(event.At)) {
			t.Errorf("%s: %+v, %v", kind, event, err)
			continue
		}
		if err := losslessData(event, body["data"]); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
	}
	slices.Sort(types)
	// Resend's pages and libraries have these, its description has not.
	known := len([]string{EventSuppressionAdded, EventSuppressionRemoved}) + len(types)
	if known != 19 {
		t.Errorf("%d types are described: %v", len(types), types)
	}
}

func losslessData(event Event, data any) error {
	switch {
	case event.Email != nil:
		return lossless[EmailEvent](data)
	case event.Received != nil:
		return lossless[ReceivedEvent](data)
	case event.Domain != nil:
		return lossless[Domain](data)
	default:
		return lossless[ContactEvent](data)
	}
}

func asTimeText(at Time) any {
	encoded, _ := at.MarshalJSON()
	return strings.Trim(string(encoded), `"`)
}
