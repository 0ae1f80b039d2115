package xeroapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
)

// lossless reads records as T, writes them and compares what was written with
// the original, field by field of T. A value left out must have been empty.
func lossless[T any](records json.RawMessage) error {
	var typed []T
	if err := json.Unmarshal(records, &typed); err != nil {
		return err
	}
	written, err := json.Marshal(typed)
	if err != nil {
		return err
	}
	before, err := generic(records)
	if err != nil {
		return err
	}
	after, err := generic(written)
	if err != nil {
		return err
	}
	return errors.Join(compare(reflect.TypeFor[[]T](), "", before, after)...)
}

func generic(data []byte) (any, error) {
	decoder := json.NewDecoder(strings.NewReader(string(data)))
	decoder.UseNumber()
	var value any
	err := decoder.Decode(&value)
	return value, err
}

func compare(kind reflect.Type, at string, before, after any) []error {
	for kind.Kind() == reflect.Pointer {
		kind = kind.Elem()
	}
	if empty(before) && (after == nil || empty(after)) {
		return nil
	}
	switch kind {
	case reflect.TypeFor[Date](), reflect.TypeFor[Time]():
		return compareTimes(kind, at, before, after)
	case reflect.TypeFor[Money](), reflect.TypeFor[Decimal4](), reflect.TypeFor[Rate]():
		return compareNumbers(at, before, after)
	}
	switch kind.Kind() {
	case reflect.Slice:
		return compareSlices(kind.Elem(), at, before, after)
	case reflect.Struct:
		return compareStructs(kind, at, before, after)
	}
	if fmt.Sprint(before) != fmt.Sprint(after) {
		return []error{fmt.Errorf("%s: read %v, wrote %v", at, before, after)}
	}
	return nil
}

func compareSlices(element reflect.Type, at string, before, after any) []error {
	left, right := asSlice(before), asSlice(after)
	if len(left) != len(right) {
		return []error{fmt.Errorf("%s: read %d, wrote %d", at, len(left), len(right))}
	}
	var found []error
	for i := range left {
		found = append(found, compare(element, fmt.Sprintf("%s[%d]", at, i), left[i], right[i])...)
	}
	return found
}

func compareStructs(kind reflect.Type, at string, before, after any) []error {
	left, right := asMap(before), asMap(after)
	var found []error
	for i := range kind.NumField() {
		field := kind.Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		if name == "" {
			name = field.Name
		}
		value, present := left[name]
		if !present {
			continue
		}
		found = append(found, compare(field.Type, at+"."+name, value, right[name])...)
	}
	return found
}

func compareTimes(kind reflect.Type, at string, before, after any) []error {
	one, two := reflect.New(kind), reflect.New(kind)
	left, _ := json.Marshal(before)
	right, _ := json.Marshal(after)
	err := errors.Join(json.Unmarshal(left, one.Interface()), json.Unmarshal(right, two.Interface()))
	if err != nil || fmt.Sprint(one.Elem()) != fmt.Sprint(two.Elem()) || one.Elem().IsZero() {
		return []error{fmt.Errorf("%s: read %v, wrote %v (%w)", at, before, after, err)}
	}
	return nil
}

func compareNumbers(at string, before, after any) []error {
	one, okOne := new(big.Rat).SetString(fmt.Sprint(before))
	two, okTwo := new(big.Rat).SetString(fmt.Sprint(after))
	if !okOne || !okTwo || one.Cmp(two) != 0 {
		return []error{fmt.Errorf("%s: read %v, wrote %v", at, before, after)}
	}
	return nil
}

// empty reports a value that Xero and we may leave out alike.
func empty(value any) bool {
	switch typed := value.(type) {
	case nil:
		return true
	case string:
		return typed == ""
	case bool:
		return !typed
	case json.Number:
		number, ok := new(big.Rat).SetString(typed.String())
		return ok && number.Sign() == 0
	case []any:
		return len(typed) == 0
	case map[string]any:
		for _, inner := range typed {
			if !empty(inner) {
				return false
			}
		}
		return true
	}
	return false
}

func asSlice(value any) []any {
	list, _ := value.([]any)
	return list
}

func asMap(value any) map[string]any {
	fields, _ := value.(map[string]any)
	return fields
}
