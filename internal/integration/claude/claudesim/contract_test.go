package claudesim_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// description loads the API description that Anthropic's Go client carries, wherever Go keeps that module.
var description = sync.OnceValues(func() (*openapi3.T, error) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/anthropics/anthropic-sdk-go/v2").Output()
	if err != nil {
		return nil, err
	}
	packed, err := os.Open(filepath.Join(strings.TrimSpace(string(folder)), "scripts", "mock-spec.json.gz"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = packed.Close() }()
	plain, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	// Only the parts that the messages need: loading all of it takes seconds.
	var whole struct {
		Paths map[string]struct {
			Post struct {
				Responses map[string]struct {
					Content map[string]struct {
						Schema json.RawMessage `json:"schema"`
					} `json:"content"`
				} `json:"responses"`
			} `json:"post"`
		} `json:"paths"`
		Components struct {
			Schemas map[string]json.RawMessage `json:"schemas"`
		} `json:"components"`
	}
	if err := json.NewDecoder(plain).Decode(&whole); err != nil {
		return nil, err
	}
	for status, response := range whole.Paths["/v1/messages"].Post.Responses {
		whole.Components.Schemas["Error"+status] = response.Content["application/json"].Schema
	}
	needed := map[string]json.RawMessage{}
	var need func(string)
	need = func(name string) {
		if _, have := needed[name]; have || whole.Components.Schemas[name] == nil {
			return
		}
		needed[name] = whole.Components.Schemas[name]
		for _, piece := range strings.Split(string(needed[name]), "#/components/schemas/")[1:] {
			need(piece[:strings.IndexAny(piece, `"\`)])
		}
	}
	for _, name := range []string{"Message", "MessageStreamEvent", "ErrorResponse", "CreateMessageParams", "ModelInfo", "ListResponse_ModelInfo_", "MessageBatch", "ListResponse_MessageBatch_",
		"MessageBatchIndividualResponse", "CountMessageTokensResponse", "DeleteMessageBatchResponse"} {
		need(name)
	}
	for status := range whole.Paths["/v1/messages"].Post.Responses {
		need("Error" + status)
	}
	doc, err := json.Marshal(m{"openapi": "3.1.0", "info": m{"title": "Claude", "version": "1"}, "paths": m{}, "components": m{"schemas": needed}})
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(doc)
})

// strict makes every described object refuse fields that it does not describe.
func strict(schema *openapi3.SchemaRef, seen map[*openapi3.Schema]bool) {
	if schema == nil || schema.Value == nil || seen[schema.Value] {
		return
	}
	seen[schema.Value] = true
	if len(schema.Value.Properties) > 0 && schema.Value.AdditionalProperties.Schema == nil && schema.Value.AdditionalProperties.Has == nil {
		no := false
		schema.Value.AdditionalProperties = openapi3.AdditionalProperties{Has: &no}
	}
	for _, property := range schema.Value.Properties {
		strict(property, seen)
	}
	strict(schema.Value.Items, seen)
	for _, group := range []openapi3.SchemaRefs{schema.Value.AnyOf, schema.Value.OneOf, schema.Value.AllOf} {
		for _, one := range group {
			strict(one, seen)
		}
	}
}

// contract compares values with the description.
type contract struct {
	t   *testing.T
	doc *openapi3.T
	n   int
}

func newContract(t *testing.T) *contract {
	t.Helper()
	doc, err := description()
	if err != nil {
		if os.Getenv("RENOZ_TEST_STRICT") == "1" {
			t.Fatalf("the API description is missing: %v", err)
		}
		t.Skipf("the API description of Anthropic's Go client cannot be read, so answers are not compared with it: %v", err)
	}
	return &contract{t: t, doc: doc}
}

var strictOnce sync.Once

// fits compares a value with a schema of the description; errors are described by their status.
func (c *contract) fits(name string, value any) {
	c.t.Helper()
	c.n++
	strictOnce.Do(func() {
		seen := map[*openapi3.Schema]bool{}
		for _, name := range []string{"Message", "MessageStreamEvent", "ModelInfo", "ListResponse_ModelInfo_", "MessageBatch", "ListResponse_MessageBatch_", "MessageBatchIndividualResponse",
			"CountMessageTokensResponse", "DeleteMessageBatchResponse"} {
			strict(c.doc.Components.Schemas[name], seen)
		}
	})
	if err := c.doc.Components.Schemas[name].Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
		raw, _ := json.Marshal(value)
		c.t.Errorf("not a %s:\n%v\n%s", name, err, raw)
	}
}

func TestAnswersFitTheDescription(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	turn := claudesim.Answer(claudesim.Think("Hm."), claudesim.Say("Yes."), claudesim.Use("a", m{"q": 1}))
	b := newBench(t, say(turn, turn, claudesim.Refuse("bio"), claudesim.Refuse(""), claudesim.Answer(claudesim.Say("Yes."))))
	marked := l{m{"type": "text", "text": strings.Repeat("word ", 600), "cache_control": m{"type": "ephemeral"}}}
	body := with(message("x"), m{"system": marked, "thinking": m{"type": "adaptive", "display": "summarized"}, "tools": l{tool("a", "x", m{"q": m{"type": "integer"}})},
		"metadata": m{"user_id": "u"}, "output_config": m{"effort": "low"}, "tool_choice": m{"type": "auto", "disable_parallel_tool_use": true}})
	c.fits("CreateMessageParams", plainJSON(t, body))
	c.fits("Message", b.ask(body))
	for range 2 {
		events, _, err := b.stream(body)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.name != "ping" {
				c.fits("MessageStreamEvent", e.data)
			}
		}
	}
	c.fits("Message", b.ask(body))
	c.fits("CountMessageTokensResponse", b.must("POST", "/v1/messages/count_tokens", with(message("x"), m{"max_tokens": nil})).json(t))
	c.fits("ListResponse_ModelInfo_", b.must("GET", "/v1/models?lifecycle[]=active&lifecycle[]=retired&lifecycle[]=deprecated", nil).json(t))
	c.fits("ModelInfo", b.must("GET", "/v1/models/"+sonnet, nil).json(t))
	batch := b.must("POST", "/v1/messages/batches", m{"requests": l{m{"custom_id": "a", "params": message("x")}, m{"custom_id": "b", "params": m{}}}}).json(t)
	c.fits("MessageBatch", batch)
	path := "/v1/messages/batches/" + batch["id"].(string)
	b.clock.pass(time.Minute)
	c.fits("MessageBatch", b.must("GET", path, nil).json(t))
	c.fits("ListResponse_MessageBatch_", b.must("GET", "/v1/messages/batches", nil).json(t))
	for line := range strings.Lines(string(b.must("GET", path+"/results", nil).body)) {
		var value m
		if err := json.Unmarshal([]byte(line), &value); err != nil {
			t.Fatal(err)
		}
		c.fits("MessageBatchIndividualResponse", value)
	}
	c.fits("DeleteMessageBatchResponse", b.must("DELETE", path, nil).json(t))
	for kind, status := range faultKinds() {
		if err := b.sim.Fail(claudesim.Fault{Kind: kind, Count: 1}); err != nil {
			t.Fatal(err)
		}
		out := b.do("POST", "/v1/messages", body)
		if out.status != status {
			t.Errorf("%s answers %d", kind, out.status)
		}
		c.fits("Error"+strconv.Itoa(status), out.json(t))
	}
	if c.n < 40 {
		t.Errorf("only %d values were compared", c.n)
	}
}

// faultKinds are the faults that answer with an error of the API, and their status.
func faultKinds() map[claudesim.FaultKind]int {
	return map[claudesim.FaultKind]int{claudesim.FaultRateLimit: 429, claudesim.FaultSpendLimit: 429, claudesim.FaultOwnLimit: 400, claudesim.FaultBilling: 402, claudesim.FaultKeyRefused: 401,
		claudesim.FaultPermission: 403, claudesim.FaultNoModel: 404, claudesim.FaultTimeout: 408, claudesim.FaultConflict: 409, claudesim.FaultTooLarge: 413, claudesim.FaultBound: 400,
		claudesim.FaultErrorBefore: 500, claudesim.FaultErrorAfter: 500, claudesim.FaultUnavailable: 503, claudesim.FaultGatewayTime: 504, claudesim.FaultOverloaded: 529}
}

func plainJSON(t *testing.T, value any) any {
	t.Helper()
	raw, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var out any
	if err := json.Unmarshal(raw, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRequestsOfTheDescription sends the fields that the description has and looks that none is unknown, so that a
// newer client library is noticed.
func TestRequestsOfTheDescription(t *testing.T) {
	t.Parallel()
	c := newContract(t)
	b := newBench(t, claudesim.Options{})
	for name := range c.doc.Components.Schemas["CreateMessageParams"].Value.Properties {
		_, _, words := b.do("POST", "/v1/messages", with(message("x"), m{name: "?"})).problem()
		if strings.Contains(words, name+": Extra inputs") {
			t.Errorf("the field %s is unknown to the simulator", name)
		}
	}
}
