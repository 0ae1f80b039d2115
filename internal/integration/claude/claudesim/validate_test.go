package claudesim_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// TestRefusals sends requests that are wrong in one point each.
func TestRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{})
	lookup := tool("lookup", "Looks up.", m{"q": m{"type": "string"}}, "q")
	use := func(ids ...string) m {
		var out l
		for _, id := range ids {
			out = append(out, m{"type": "tool_use", "id": id, "name": "lookup", "input": m{"q": "x"}})
		}
		return assistant(out)
	}
	mark := m{"type": "ephemeral"}
	marked := func(text string, mark m) m { return m{"type": "text", "text": text, "cache_control": mark} }
	old := with(message("Hello"), m{"model": haiku4})
	for name, test := range map[string]struct {
		body    any
		message string
	}{
		"no JSON":               {"{", "not valid JSON"},
		"a list":                {"[]", "not valid JSON"},
		"no model":              {with(message("x"), m{"model": nil}), "model: Field required"},
		"no max_tokens":         {with(message("x"), m{"max_tokens": nil}), "max_tokens: Field required"},
		"no messages":           {with(message("x"), m{"messages": nil}), "messages: Field required"},
		"empty messages":        {with(message("x"), m{"messages": l{}}), "messages: at least one message is required"},
		"unknown field":         {with(message("x"), m{"colour": 1}), "colour: Extra inputs are not permitted"},
		"temperature":           {with(message("x"), m{"temperature": 1}), "temperature: Extra inputs are not permitted"},
		"field of a message":    {with(message("x"), m{"messages": l{with(user("x"), m{"name": "jo"})}}), "messages.0.name: Extra inputs are not permitted"},
		"field of a block":      {with(message("x"), m{"messages": l{user(l{m{"type": "text", "text": "x", "colour": 1}})}}), "messages.0.content.0.colour: Extra inputs are not permitted"},
		"too many tokens":       {with(message("x"), m{"max_tokens": 128_001}), "which is the maximum allowed number of output tokens for claude-sonnet-5-5"},
		"negative max_tokens":   {with(message("x"), m{"max_tokens": -1}), "max_tokens: Input should be greater"},
		"text for a number":     {with(message("x"), m{"max_tokens": "5"}), "max_tokens: Input should be a valid integer"},
		"wrong role":            {with(message("x"), m{"messages": l{m{"role": "tool", "content": "x"}}}), "messages.0.role: Input should be 'user', 'assistant' or 'system'"},
		"assistant first":       {with(message("x"), m{"messages": l{assistant("x"), user("y")}}), "first message must use the \"user\" role"},
		"empty content":         {with(message("x"), m{"messages": l{user(l{}), user("x")}}), "messages.0: all messages must have non-empty content"},
		"empty text":            {with(message("x"), m{"messages": l{user("")}}), "text content blocks must be non-empty"},
		"blank text":            {with(message("x"), m{"messages": l{user(" ")}}), "non-whitespace"},
		"unknown block":         {with(message("x"), m{"messages": l{user(l{m{"type": "video"}})}}), "Input tag 'video'"},
		"tool use of a user":    {with(message("x"), m{"messages": l{user(l{m{"type": "tool_use", "id": "a", "name": "b", "input": m{}}})}}), "`tool_use` blocks are not allowed in `user` content"},
		"prefill":               {with(message("x"), m{"messages": l{user("x"), assistant("The answer")}}), "does not support assistant message prefill"},
		"prefill with space":    {with(old, m{"messages": l{user("x"), assistant("The answer ")}}), "trailing whitespace"},
		"thinking off":          {with(message("x"), m{"thinking": m{"type": "disabled"}}), `send "thinking": {"type": "between_tools"}`},
		"thinking off on opus":  {with(message("x"), m{"model": opus, "thinking": m{"type": "disabled"}}), `"thinking.type.disabled" is not supported for this model. Use "thinking.type.adaptive"`},
		"budget":                {with(message("x"), m{"thinking": m{"type": "enabled", "budget_tokens": 1024}}), `"thinking.type.enabled" is not supported`},
		"between on opus":       {with(message("x"), m{"model": opus, "thinking": m{"type": "between_tools"}}), `"thinking.type.between_tools" is not supported`},
		"between at max":        {with(message("x"), m{"thinking": m{"type": "between_tools"}, "output_config": m{"effort": "max"}}), "between_tools"},
		"display of between":    {with(message("x"), m{"thinking": m{"type": "between_tools", "display": "summarized"}}), "thinking.between_tools.display: Extra inputs"},
		"adaptive on old":       {with(old, m{"thinking": m{"type": "adaptive"}}), `"thinking.type.adaptive" is not supported`},
		"small budget":          {with(old, m{"thinking": m{"type": "enabled", "budget_tokens": 5}}), "greater than or equal to 1024"},
		"budget over max":       {with(old, m{"thinking": m{"type": "enabled", "budget_tokens": 2000}}), "`max_tokens` must be greater than"},
		"effort":                {with(message("x"), m{"output_config": m{"effort": "huge"}}), "output_config.effort: Input should be"},
		"effort on old":         {with(old, m{"output_config": m{"effort": "low"}}), "does not support the effort"},
		"forced tool":           {with(message("x"), m{"tools": l{lookup}, "tool_choice": m{"type": "tool", "name": "lookup"}}), "forces tool use"},
		"any tool":              {with(message("x"), m{"tools": l{lookup}, "tool_choice": m{"type": "any"}}), "forces tool use"},
		"choice without tools":  {with(message("x"), m{"tool_choice": m{"type": "auto"}}), "only be specified while providing tools"},
		"unknown choice":        {with(old, m{"tools": l{lookup}, "tool_choice": m{"type": "tool", "name": "other"}}), "not found in provided tools"},
		"tool name":             {with(message("x"), m{"tools": l{tool("look up", "", m{})}}), "tools.0.custom.name: String should match pattern"},
		"long tool name":        {with(message("x"), m{"tools": l{tool(strings.Repeat("a", 129), "", m{})}}), "String should match pattern"},
		"two tools of a name":   {with(message("x"), m{"tools": l{lookup, lookup}}), "Tool names must be unique"},
		"no schema":             {with(message("x"), m{"tools": l{m{"name": "a"}}}), "tools.0.custom.input_schema: Field required"},
		"schema of a list":      {with(message("x"), m{"tools": l{m{"name": "a", "input_schema": m{"type": "array"}}}}), "Input should be 'object'"},
		"bad schema":            {with(message("x"), m{"tools": l{tool("a", "", m{"x": m{"type": "text"}})}}), "JSON schema is invalid"},
		"open strict schema":    {with(message("x"), m{"tools": l{m{"name": "a", "strict": true, "input_schema": m{"type": "object", "properties": m{}}}}}), "'additionalProperties' must be explicitly set to false"},
		"server tool":           {with(message("x"), m{"tools": l{m{"type": "web_search_20260318", "name": "web_search"}}}), "Input tag 'web_search_20260318'"},
		"open format":           {with(message("x"), m{"output_config": m{"format": m{"type": "json_schema", "schema": m{"type": "object"}}}}), "additionalProperties"},
		"user id":               {with(message("x"), m{"metadata": m{"user_id": strings.Repeat("a", 513)}}), "at most 512 characters"},
		"metadata":              {with(message("x"), m{"metadata": m{"org": "1"}}), "metadata.org: Extra inputs"},
		"no result":             {with(message("x"), m{"messages": l{user("x"), use("t1", "t2"), user(l{result("t1", "1")})}}), "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: t2."},
		"result after text":     {with(message("x"), m{"messages": l{user("x"), use("t1"), user(l{m{"type": "text", "text": "so"}, result("t1", "1")})}}), "`tool_use` ids were found without"},
		"result a turn later":   {with(message("x"), m{"messages": l{user("x"), use("t1"), user("wait"), user(l{result("t1", "1")})}}), "`tool_use` ids were found without"},
		"results in two":        {with(message("x"), m{"messages": l{user("x"), use("t1", "t2"), user(l{result("t1", "1")}), user(l{result("t2", "1")})}}), "`tool_use` ids were found without"},
		"doubled result":        {with(message("x"), m{"messages": l{user("x"), use("t1"), user(l{result("t1", "1"), result("t1", "2")})}}), "each tool_use must have a single result"},
		"unexpected result":     {with(message("x"), m{"messages": l{user(l{result("t9", "1")})}}), "messages.0.content.0: unexpected `tool_use_id` found in `tool_result` blocks: t9"},
		"same id twice":         {with(message("x"), m{"messages": l{user("x"), use("t1"), user(l{result("t1", "1")}), use("t1"), user(l{result("t1", "1")})}}), "`tool_use` ids must be unique"},
		"open calls at the end": {with(old, m{"messages": l{user("x"), use("t1")}}), "`tool_use` ids were found without"},
		"five marks": {with(message("x"), m{"system": l{marked("a", mark), marked("b", mark), marked("c", mark)}, "cache_control": mark,
			"messages": l{user(l{marked("d", mark)})}}), "A maximum of 4 blocks with cache_control may be provided. Found 5."},
		"long after short":      {with(message("x"), m{"system": l{marked("a", mark)}, "messages": l{user(l{marked("d", m{"type": "ephemeral", "ttl": "1h"})})}}), "must not come after a ttl='5m'"},
		"ttl":                   {with(message("x"), m{"system": l{marked("a", m{"type": "ephemeral", "ttl": "1d"})}}), "system.0.cache_control.ttl: Input should be '5m' or '1h'"},
		"system on old":         {with(old, m{"messages": l{user("x"), m{"role": "system", "content": "y"}}}), "role 'system' is not supported on this model"},
		"system after answer":   {with(message("x"), m{"messages": l{user("x"), assistant("y"), m{"role": "system", "content": "z"}, user("x")}}), "must follow a `user` message"},
		"system before user":    {with(message("x"), m{"messages": l{user("x"), m{"role": "system", "content": "z"}, user("x")}}), "must be the last message or come before"},
		"citations of a user":   {with(message("x"), m{"messages": l{user(l{m{"type": "text", "text": "x", "citations": l{m{"type": "page_location"}}}})}}), "citations: Extra inputs"},
		"made up signature":     {with(message("x"), m{"messages": l{user("x"), assistant(l{m{"type": "thinking", "thinking": "hm", "signature": "YQ=="}, m{"type": "text", "text": "y"}}), user("z")}}), "messages.1.content.0: Invalid `signature` in `thinking` block"},
		"blank stop":            {with(message("x"), m{"stop_sequences": l{" "}}), "each stop sequence must contain non-whitespace"},
		"stream without answer": {with(message("x"), m{"max_tokens": 0, "stream": true}), "cannot be streamed"},
		"service tier":          {with(message("x"), m{"service_tier": "best"}), "service_tier: Input should be"},
	} {
		out := b.do("POST", "/v1/messages", test.body)
		kind, _, message := out.problem()
		if out.status != http.StatusBadRequest || kind != "invalid_request_error" || !strings.Contains(message, test.message) {
			t.Errorf("%s: %d %s", name, out.status, out.body)
		}
	}
	if out := b.do("POST", "/v1/messages", with(message("x"), m{"model": "claude-3-opus-20240229"})); out.status != http.StatusNotFound {
		t.Errorf("a retired model: %d", out.status)
	}
}

// TestTaken sends requests at the edge of what is allowed.
func TestTaken(t *testing.T) {
	t.Parallel()
	b := newBench(t, claudesim.Options{})
	system := m{"role": "system", "content": "It is Tuesday."}
	for name, body := range map[string]m{
		"system last":         with(message("x"), m{"messages": l{user("x"), system}}),
		"system in history":   with(message("x"), m{"messages": l{user("x"), system, assistant("y"), user("z")}}),
		"two users":           with(message("x"), m{"messages": l{user("x"), user("y")}}),
		"prefill on old":      with(message("x"), m{"model": haiku4, "messages": l{user("x"), assistant("The answer is")}}),
		"nulls":               with(message("x"), m{"metadata": m{"user_id": "u"}, "cache_control": m{"type": "ephemeral"}, "speed": "standard", "service_tier": "auto"}),
		"budget on old":       with(message("x"), m{"model": opus46, "thinking": m{"type": "enabled", "budget_tokens": 1024}}),
		"between tools":       with(message("x"), m{"thinking": m{"type": "between_tools"}, "output_config": m{"effort": "high"}}),
		"no tools wanted":     with(message("x"), m{"tools": l{tool("a", "x", m{})}, "tool_choice": m{"type": "none"}}),
		"result without text": with(message("x"), m{"messages": l{user("x"), assistant(l{m{"type": "tool_use", "id": "t", "name": "a", "input": m{}}}), user(l{m{"type": "tool_result", "tool_use_id": "t"}})}}),
		"image":               with(message("x"), m{"messages": l{user(l{m{"type": "image", "source": m{"type": "base64", "media_type": "image/png", "data": "aGk="}}})}}),
		"diagnostics":         with(message("x"), m{"diagnostics": m{"previous_message_id": nil}}),
	} {
		if out := b.do("POST", "/v1/messages", body); out.status != http.StatusOK {
			t.Errorf("%s: %d %s", name, out.status, out.body)
		}
	}
	// The older version of the API knows sampling fields, and newer models take only what changes nothing.
	for field, want := range map[string]struct {
		value, model any
		status       int
	}{
		"temperature 1": {1, sonnet, 200}, "temperature 0.3": {0.3, sonnet, 400}, "temperature 0": {0, opus46, 200},
		"top_p 0.99": {0.99, sonnet, 200}, "top_p 0.5": {0.5, sonnet, 400}, "top_k 5": {5, sonnet, 400},
	} {
		name, _, _ := strings.Cut(field, " ")
		req := b.request("POST", "/v1/messages", with(message("x"), m{name: want.value, "model": want.model}))
		req.Header.Set("Anthropic-Version", "2023-06-01")
		out, err := b.send(req)
		if err != nil || out.status != want.status {
			t.Errorf("%s: %v %d %s", field, err, out.status, out.body)
		}
	}
}
