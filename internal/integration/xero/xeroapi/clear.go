package xeroapi

import (
	"encoding/json"
	"fmt"
)

// encodeCleared writes the record and adds the named fields as empty text,
// which is how Xero is told to drop a value: a field left out is kept.
func encodeCleared(record any, clear []string, allowed func(string) bool) ([]byte, error) {
	encoded, err := json.Marshal(record)
	if err != nil || len(clear) == 0 {
		return encoded, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return nil, err
	}
	for _, field := range clear {
		if !allowed(field) {
			return nil, fmt.Errorf("xero cannot be asked to empty %q", field)
		}
		if _, filled := fields[field]; !filled {
			fields[field] = json.RawMessage(`""`)
		}
	}
	return json.Marshal(fields)
}
