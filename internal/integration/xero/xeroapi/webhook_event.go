package xeroapi

import (
	"bytes"
	"encoding/json"
	"time"
)

// readEvent reads one event of a body that is known to be JSON. Webhooks come
// in storms, and most events are a flat row of plain texts; those are read
// without the general decoder, in a tenth of its time.
func readEvent(raw json.RawMessage) (Event, error) {
	if e, ok := plainEvent(raw); ok {
		return e, nil
	}
	e := Event{}
	if err := json.Unmarshal(raw, &e); err != nil {
		return Event{}, err
	}
	e.Raw = raw
	return e, nil
}

// plainEvent reads an event whose names are all known and whose values are all
// texts without escapes. It reports false for anything else.
func plainEvent(raw json.RawMessage) (Event, bool) {
	e := Event{Raw: raw}
	rest, ok := bytes.CutPrefix(raw, []byte("{"))
	for ok {
		var name, value []byte
		if name, rest, ok = cutText(rest); !ok {
			break
		}
		if rest, ok = bytes.CutPrefix(rest, []byte(":")); !ok {
			break
		}
		if value, rest, ok = cutText(rest); !ok || !e.set(string(name), value) {
			break
		}
		if len(rest) == 1 && rest[0] == '}' {
			return e, true
		}
		rest, ok = bytes.CutPrefix(rest, []byte(","))
	}
	return Event{}, false
}

// cutText cuts a text without escapes off the front of JSON without spaces.
// Only printable ASCII counts as plain.
func cutText(b []byte) (text, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '"' {
		return nil, nil, false
	}
	for i, c := range b[1:] {
		switch {
		case c == '"':
			return b[1 : i+1], b[i+2:], true
		case c == '\\' || c < ' ' || c > '~':
			return nil, nil, false
		}
	}
	return nil, nil, false
}

func (e *Event) set(name string, value []byte) bool {
	switch name {
	case "resourceUrl":
		e.ResourceURL = string(value)
	case "resourceId":
		e.ResourceID = string(value)
	case "tenantId":
		e.TenantID = string(value)
	case "tenantType":
		e.TenantType = string(value)
	case "eventCategory":
		e.Category = string(value)
	case "eventType":
		e.Type = string(value)
	case "eventDateUtc":
		at, err := time.Parse("2006-01-02T15:04:05", string(value))
		if err == nil {
			at, err = checkYear(at)
		}
		e.At = Time{at}
		return err == nil
	default:
		return false
	}
	return true
}
