package xeroapi

import (
	"encoding/json"
	"reflect"
	"testing"
)

// FuzzPlainEvent compares the short way with the general decoder.
func FuzzPlainEvent(f *testing.F) {
	for _, seed := range []string{
		`{"resourceUrl":"https://api.xero.com/api.xro/2.0/Invoices/1","resourceId":"1","eventDateUtc":"2026-11-22T01:00:00.123","eventType":"UPDATE","eventCategory":"INVOICE","tenantId":"2","tenantType":"ORGANISATION"}`,
		`{"resourceId":"a\\u0041","tenantId":"2"}`, `{"resourceId":"1","RESOURCEID":"2"}`, `{"resourceId":"1","resourceId":"2"}`,
		`{"resourceId":1}`, `{}`, `{"data":{"Type":"x"}}`, `{"eventDateUtc":"soon"}`, `{"eventDateUtc":""}`, `null`, `{"resourceId":"\u00e4"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		raw := json.RawMessage(text)
		if !json.Valid(raw) {
			return
		}
		quick, ok := plainEvent(raw)
		if !ok {
			return
		}
		var general Event
		if err := json.Unmarshal(raw, &general); err != nil {
			t.Fatalf("%s was read although it is wrong: %v", text, err)
		}
		general.Raw = raw
		if !reflect.DeepEqual(quick, general) {
			t.Errorf("%s is %+v, in short %+v", text, general, quick)
		}
	})
}
