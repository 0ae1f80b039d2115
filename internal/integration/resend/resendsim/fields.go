package resendsim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
)

// fields is a JSON object that is read by the exact names of its fields: Go's decoder would take "From" for
// "from" and so hide a client's mistake. A field that is null counts as absent.
type fields map[string]json.RawMessage

func readFields(raw []byte) (fields, *problem) {
	var f fields
	if err := json.Unmarshal(raw, &f); err != nil || f == nil {
		return nil, &problem{http.StatusUnprocessableEntity, "validation_error", "The request body must be a JSON object."}
	}
	return f, nil
}

func (f fields) has(name string) bool {
	raw, sent := f[name]
	return sent && !bytes.Equal(raw, []byte("null"))
}

func (f fields) text(name string) (string, *problem) {
	if !f.has(name) {
		return "", nil
	}
	var out string
	if err := json.Unmarshal(f[name], &out); err != nil {
		return "", invalid(fmt.Sprintf("The `%s` field must be a `string`.", name))
	}
	return out, nil
}

// into is a text field and where it goes.
type into struct {
	name string
	text *string
}

// texts reads several text fields; what is absent stays as it is.
func (f fields) texts(list ...into) *problem {
	for _, one := range list {
		value, bad := f.text(one.name)
		if bad != nil {
			return bad
		}
		if f.has(one.name) {
			*one.text = value
		}
	}
	return nil
}

// oneOf reads a text that must be among the words; an absent one is the first.
func (f fields) oneOf(name string, words ...string) (string, *problem) {
	out, bad := f.text(name)
	if bad != nil || out == "" {
		return words[0], bad
	}
	for _, word := range words {
		if word == out {
			return out, nil
		}
	}
	return "", invalid(fmt.Sprintf("The `%s` field must be one of %v.", name, words))
}

// flag reads a yes or no; nil when absent.
func (f fields) flag(name string) (*bool, *problem) {
	if !f.has(name) {
		return nil, nil
	}
	var out bool
	if err := json.Unmarshal(f[name], &out); err != nil {
		return nil, invalid(fmt.Sprintf("The `%s` field must be a `boolean`.", name))
	}
	return &out, nil
}

// list reads an array of strings.
func (f fields) list(name string) ([]string, *problem) {
	if !f.has(name) {
		return nil, nil
	}
	var out []string
	if err := json.Unmarshal(f[name], &out); err != nil {
		return nil, invalid(fmt.Sprintf("The `%s` field must be an `array` of strings.", name))
	}
	return out, nil
}

// oneOrMore reads a string or an array of strings.
func (f fields) oneOrMore(name string) ([]string, *problem) {
	if raw := bytes.TrimSpace(f[name]); len(raw) > 0 && raw[0] == '"' {
		one, bad := f.text(name)
		return []string{one}, bad
	}
	return f.list(name)
}

// objects reads an array of objects.
func (f fields) objects(name string) ([]fields, *problem) {
	if !f.has(name) {
		return nil, nil
	}
	var out []fields
	if err := json.Unmarshal(f[name], &out); err != nil {
		return nil, invalid(fmt.Sprintf("The `%s` field must be an `array` of objects.", name))
	}
	return out, nil
}
