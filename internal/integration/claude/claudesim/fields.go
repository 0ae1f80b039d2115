package claudesim

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// object is a JSON object at a place of the request. Its fields are read by their exact names: Go's decoder would take
// "Model" for "model" and so hide a client's mistake. A field that is null counts as absent.
type object struct {
	path   string
	fields map[string]json.RawMessage
}

func readObject(path string, raw json.RawMessage) (object, *problem) {
	o := object{path: path}
	if err := json.Unmarshal(raw, &o.fields); err != nil || o.fields == nil {
		if path == "" {
			return o, invalid("The request body is not valid JSON: expected an object")
		}
		return o, at(path, "Input should be an object")
	}
	return o, nil
}

// place is the path of a field.
func (o object) place(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

func item(path string, i int) string { return path + "." + strconv.Itoa(i) }

// only refuses fields with other names, as the service does.
func (o object) only(names ...string) *problem {
	for _, name := range slices.Sorted(maps.Keys(o.fields)) {
		if !slices.Contains(names, name) {
			return at(o.place(name), "Extra inputs are not permitted")
		}
	}
	return nil
}

func (o object) has(name string) bool {
	raw, sent := o.fields[name]
	return sent && !bytes.Equal(raw, []byte("null"))
}

func (o object) missing(name string) *problem { return at(o.place(name), "Field required") }

func (o object) text(name string) (string, *problem) {
	if !o.has(name) {
		return "", nil
	}
	var out string
	if err := json.Unmarshal(o.fields[name], &out); err != nil {
		return "", at(o.place(name), "Input should be a valid string")
	}
	return out, nil
}

func (o object) needText(name string) (string, *problem) {
	if !o.has(name) {
		return "", o.missing(name)
	}
	return o.text(name)
}

// oneOf reads a text that must be among the words; an absent one is empty.
func (o object) oneOf(name string, words ...string) (string, *problem) {
	out, bad := o.text(name)
	if bad != nil || !o.has(name) || slices.Contains(words, out) {
		return out, bad
	}
	return "", at(o.place(name), "Input should be "+orList(words))
}

func orList(words []string) string {
	out := ""
	for i, word := range words {
		switch {
		case i == 0:
		case i == len(words)-1:
			out += " or "
		default:
			out += ", "
		}
		out += "'" + word + "'"
	}
	return out
}

func (o object) whole(name string) (int, *problem) {
	if !o.has(name) {
		return 0, nil
	}
	var out int
	if err := json.Unmarshal(o.fields[name], &out); err != nil {
		return 0, at(o.place(name), "Input should be a valid integer")
	}
	return out, nil
}

func (o object) flag(name string) (bool, *problem) {
	if !o.has(name) {
		return false, nil
	}
	var out bool
	if err := json.Unmarshal(o.fields[name], &out); err != nil {
		return false, at(o.place(name), "Input should be a valid boolean")
	}
	return out, nil
}

func (o object) list(name string) ([]json.RawMessage, *problem) {
	if !o.has(name) {
		return nil, nil
	}
	var out []json.RawMessage
	if err := json.Unmarshal(o.fields[name], &out); err != nil {
		return nil, at(o.place(name), "Input should be a valid array")
	}
	return out, nil
}

func (o object) texts(name string) ([]string, *problem) {
	if !o.has(name) {
		return nil, nil
	}
	var out []string
	if err := json.Unmarshal(o.fields[name], &out); err != nil {
		return nil, at(o.place(name), "Input should be a valid array of strings")
	}
	return out, nil
}

func (o object) inner(name string) (object, *problem) {
	return readObject(o.place(name), o.fields[name])
}

// compact is a value without the space between its parts, its keys in the order they came.
func compact(raw json.RawMessage) []byte {
	var out bytes.Buffer
	if err := json.Compact(&out, raw); err != nil {
		return raw
	}
	return out.Bytes()
}

// sorted is a value with its keys in order, the same for equal values however they were written.
func sorted(raw json.RawMessage) []byte {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return raw
	}
	return encode(value)
}
