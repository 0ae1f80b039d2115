package resendapi

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// mailData is the data that all e-mail events have, before what is their own.
const mailData = `"email_id":"e1","created_at":"2026-11-22T09:59:59.894719+00:00","from":"Renoz <accounts@mail.renoz.test>",` +
	`"to":["Jo <jo@customer.test>","al@customer.test","jo@customer.test"],"subject":"Invoice","message_id":"<1@x.test>",` +
	`"tags":{"email_id":"7c1e"},"headers":[{"name":"X-A","value":"b"}]`

func eventBody(kind, data string) string {
	return `{"type":"` + kind + `","created_at":"2026-11-22T10:00:00.126Z","data":{` + data + `}}`
}

func TestEmailEvents(t *testing.T) {
	t.Parallel()
	for kind, own := range map[string]struct {
		data string
		want EmailEvent
	}{
		EventSent: {}, EventScheduled: {}, EventDelivered: {}, EventDelayed: {}, EventComplained: {}, EventOpened: {},
		EventBounced: {`,"bounce":{"type":"Transient","subType":"MailboxFull","message":"full","diagnosticCode":["smtp; 452"]}`,
			EmailEvent{Bounce: &Bounce{BounceTransient, BounceMailboxFull, "full", []string{"smtp; 452"}}}},
		EventClicked: {`,"click":{"link":"https://x.test","ipAddress":"192.0.2.1","userAgent":"Mozilla/5.0","timestamp":"2026-11-22T10:00:00.000Z"}`,
			EmailEvent{Click: &Click{"https://x.test", "192.0.2.1", "Mozilla/5.0", Time{testNow}}}},
		EventFailed: {`,"failed":{"reason":"reached_daily_quota"}`, EmailEvent{Failed: &FailedSend{"reached_daily_quota"}}},
		EventSuppressed: {`,"suppressed":{"type":"OnAccountSuppressionList","reason":"previous_bounce","message":"m","diagnosticCode":[]}`,
			EmailEvent{Suppressed: &SuppressedAddress{"OnAccountSuppressionList", "previous_bounce", "m", []string{}}}},
	} {
		body := eventBody(kind, mailData+own.data)
		event, err := ParseEvent([]byte(body))
		if err != nil || event.Type != kind || !event.Known() || string(event.Raw) != body {
			t.Fatalf("%s: %+v, %v", kind, event, err)
		}
		if !event.At.Equal(testNow.Add(126 * time.Millisecond)) {
			t.Errorf("%s happened at %s", kind, event.At)
		}
		if want := []string{"jo@customer.test", "al@customer.test"}; !reflect.DeepEqual(event.Impacted(), want) {
			t.Errorf("%s is about %v", kind, event.Impacted())
		}
		got := *event.Email
		if got.EmailID != "e1" || got.Tags["email_id"] != "7c1e" || got.MessageID != "<1@x.test>" || got.Headers[0] != (Header{"X-A", "b"}) {
			t.Errorf("%s reads as %+v", kind, got)
		}
		if !reflect.DeepEqual([]any{got.Bounce, got.Click, got.Failed, got.Suppressed}, []any{own.want.Bounce, own.want.Click, own.want.Failed, own.want.Suppressed}) {
			t.Errorf("%s reads as %+v", kind, got)
		}
	}
}

func TestBounceType(t *testing.T) {
	t.Parallel()
	for bounce, want := range map[string]string{
		``: BounceUndetermined, `,"bounce":null`: BounceUndetermined, `,"bounce":{}`: BounceUndetermined,
		`,"bounce":{"type":"Permanent"}`: BouncePermanent, `,"bounce":{"type":"New"}`: "New",
	} {
		event, err := ParseEvent([]byte(eventBody(EventBounced, mailData+bounce)))
		if err != nil || event.Email.BounceType() != want {
			t.Errorf("%s: %v", bounce, err)
		}
	}
}

func TestOtherEvents(t *testing.T) {
	t.Parallel()
	parse := func(kind, data string) Event {
		t.Helper()
		event, err := ParseEvent([]byte(eventBody(kind, data)))
		if err != nil || !event.Known() {
			t.Fatalf("%s: %v", kind, err)
		}
		return event
	}
	domain := parse(EventDomainUpdated, `"id":"d1","name":"renoz.test","status":"partially_failed","created_at":"2026-11-22T10:00:00Z","region":"us-east-1",
		"records":[{"record":"Receiving MX","name":"x","value":"y","type":"MX","ttl":"Auto","status":"temporary_failure","priority":0}]`)
	if record := domain.Domain.Records[0]; domain.Domain.Status != PartiallyFailed || record.Status != TemporaryFailure || record.Priority == nil || domain.Impacted() != nil {
		t.Errorf("%+v", domain.Domain)
	}
	suppression := parse(EventSuppressionAdded, `"id":"s1","email":"jo@customer.test","origin":"bounce","source_id":null,"created_at":"2026-11-22T10:00:00Z"`)
	if suppression.Suppression.Origin != OriginBounce || !reflect.DeepEqual(suppression.Impacted(), []string{"jo@customer.test"}) {
		t.Errorf("%+v", suppression.Suppression)
	}
	contact := parse(EventContactUpdated, `"id":"c1","email":"jo@customer.test","unsubscribed":true,"first_name":null,"created_at":"2026-11-22T10:00:00Z","updated_at":"2026-11-22T10:00:00Z"`)
	if !contact.Contact.Unsubscribed || contact.Impacted() != nil {
		t.Errorf("%+v", contact.Contact)
	}
	received := parse(EventReceived, `"email_id":"e2","from":"a@x.test","to":"b@renoz.test","cc":[],"bcc":[],"subject":"s","message_id":"m","created_at":"2026-11-22T10:00:00Z",
		"attachments":[{"id":"a1","filename":null,"content_type":"image/png"}]`)
	if received.Received.To[0] != "b@renoz.test" || received.Received.Attachments[0].ContentType != "image/png" || received.Impacted() != nil {
		t.Errorf("%+v", received.Received)
	}
}

func TestUnknownEventsAreKept(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		eventBody("email.read_aloud", `"email_id":7`), `{"type":"inbox.created","data":[1]}`, `{"type":"x","created_at":null}`,
	} {
		event, err := ParseEvent([]byte(body))
		if err != nil || event.Known() || string(event.Raw) != body || event.Impacted() != nil {
			t.Errorf("%s reads as %+v, %v", body, event, err)
		}
	}
}

func TestRefusedEvents(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		``, `null`, `[]`, `"x"`, `{}`, `{"type":""}`, `{"type":7}`, `{"type":"email.sent"}`, `{"type":"email.sent","data":null}`,
		`{"type":"email.sent","data":{}}`, `{"type":"email.sent","data":{"email_id":{"secret":"jo@customer.test"}}}`,
		`{"type":"email.sent","created_at":"jo@customer.test","data":{"email_id":"e"}}`,
		`{"type":"email.sent","data":{"email_id":"e","tags":"jo@customer.test"}}`,
		`{"type":"domain.created","data":{"name":"x"}}`, `{"type":"suppression.removed","data":{"id":"s"}}`,
	} {
		event, err := ParseEvent([]byte(body))
		if !errors.Is(err, ErrEvent) {
			t.Errorf("%s reads as %+v, %v", body, event, err)
			continue
		}
		mustLack(t, err.Error(), "jo@customer.test")
	}
}

func TestTags(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Tags{
		`{"a":"b","c":""}`: {"a": "b", "c": ""}, `[{"name":"a","value":"b"},{"name":"c"}]`: {"a": "b", "c": ""},
		`null`: nil, ` null `: nil, `{}`: {}, `[]`: {}, `{"n":5,"b":true,"z":null}`: {"n": "5", "b": "true", "z": ""},
	} {
		var got Tags
		if err := got.UnmarshalJSON([]byte(text)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s reads as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{`"a"`, `7`, `["a"]`, `[[]]`, ``, `{`} {
		if err := new(Tags).UnmarshalJSON([]byte(text)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func FuzzParseEvent(f *testing.F) {
	f.Add([]byte(eventBody(EventBounced, mailData+`,"bounce":{"type":"Permanent","subType":"General","message":"","diagnosticCode":[]}`)))
	f.Add([]byte(eventBody(EventReceived, mailData)))
	f.Add([]byte(eventBody(EventDomainCreated, `"id":"d1","records":[]`)))
	f.Add([]byte(eventBody(EventContactCreated, `"id":"c1","email":"jo@x.test"`)))
	f.Add([]byte(eventBody(EventSuppressionRemoved, `"email":"jo@x.test"`)))
	f.Add([]byte(`{"type":"new.thing","data":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		event, err := ParseEvent(body)
		if err != nil {
			if !errors.Is(err, ErrEvent) || event.Type != "" {
				t.Fatalf("%+v, %v", event, err)
			}
			return
		}
		if event.Type == "" || string(event.Raw) != string(body) {
			t.Fatalf("%+v", event)
		}
		for _, address := range event.Impacted() {
			if strings.TrimSpace(address) == "" {
				t.Fatalf("an empty recipient in %q", event.Impacted())
			}
		}
		if event.Email != nil && (event.Email.EmailID == "" || event.Email.BounceType() == "") {
			t.Fatalf("%+v", event.Email)
		}
	})
}

func FuzzTags(f *testing.F) {
	for _, seed := range []string{`{"a":"b"}`, `[{"name":"a","value":"b"}]`, `null`, `{"a":{"b":[1]}}`, `[{"name":"a","value":7}]`, `[[]]`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var tags Tags
		if tags.UnmarshalJSON(data) != nil {
			return
		}
		var again Tags
		if err := again.UnmarshalJSON([]byte(asJSON(t, tags))); err != nil || len(again) != len(tags) {
			t.Fatalf("%q reads as %q, and that as %q, %v", data, tags, again, err)
		}
	})
}

// TestCorporaAreKept keeps the seeds of past fuzzing with their targets.
func TestCorporaAreKept(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"FuzzFailures", "FuzzVerify", "FuzzSecret", "FuzzParseEvent", "FuzzTags"} {
		if kept, err := filepath.Glob(filepath.Join("testdata", "fuzz", target, "*")); err != nil || len(kept) == 0 {
			_, missing := os.Stat("testdata")
			t.Errorf("%s has no corpus: %v, %v", target, err, missing)
		}
	}
}
