package resendapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// lossless reads a record as T, writes it and compares: each value that came
// must be there again. Left aside are "object", which the call tells already,
// and signing secrets, which are not written.
func lossless[T any](record any) error {
	encoded, err := json.Marshal(record)
	if err != nil {
		return err
	}
	var typed T
	if err := json.Unmarshal(encoded, &typed); err != nil {
		return err
	}
	written, err := json.Marshal(typed)
	if err != nil {
		return err
	}
	before, err := generic(encoded)
	if err != nil {
		return err
	}
	after, err := generic(written)
	if err != nil {
		return err
	}
	return errors.Join(compare("", before, after)...)
}

func generic(data []byte) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}

func compare(at string, before, after any) []error {
	switch typed := before.(type) {
	case map[string]any:
		return compareFields(at, typed, after)
	case []any:
		return compareLists(at, typed, after)
	}
	if absent(before) && absent(after) || fmt.Sprint(before) == fmt.Sprint(after) || sameMoment(before, after) {
		return nil
	}
	return []error{fmt.Errorf("%s: read %v, wrote %v", at, before, after)}
}

var left = []string{"object", "signing_secret"}

func compareFields(at string, before map[string]any, after any) []error {
	fields, _ := after.(map[string]any)
	var found []error
	for name, value := range before {
		if !slices.Contains(left, name) {
			found = append(found, compare(at+"."+name, value, fields[name])...)
		}
	}
	return found
}

func compareLists(at string, before []any, after any) []error {
	list, _ := after.([]any)
	if len(list) != len(before) {
		return []error{fmt.Errorf("%s: read %d, wrote %d", at, len(before), len(list))}
	}
	var found []error
	for i := range before {
		found = append(found, compare(fmt.Sprintf("%s[%d]", at, i), before[i], list[i])...)
	}
	return found
}

// absent is a value that may be left out as well.
func absent(value any) bool { return value == nil || value == "" || value == false }

func sameMoment(before, after any) bool {
	one, two := moment(before), moment(after)
	return !one.IsZero() && one.Equal(two)
}

func moment(value any) time.Time {
	text, _ := value.(string)
	var at Time
	if at.UnmarshalJSON([]byte(`"`+text+`"`)) != nil {
		return time.Time{}
	}
	return at.Time
}
