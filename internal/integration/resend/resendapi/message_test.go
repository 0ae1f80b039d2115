package resendapi

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

func fullMessage() Message {
	return Message{
		From: "Renoz <accounts@mail.renoz.test>", To: Addresses{"a@customer.test", "b@customer.test"},
		Cc: Addresses{"c@customer.test"}, Bcc: Addresses{"d@customer.test"}, ReplyTo: Addresses{"accounts@renoz.test"},
		Subject: "Invoice “RNZ-10241”", HTML: "<p>a & b</p>", Text: Text("a & b"),
		Headers: map[string]string{"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "List-Unsubscribe": "<https://renoz.test/u/1>"},
		Tags:    []Tag{{"email_id", "7c1e-8_x"}},
		Attachments: []Attachment{
			{Filename: "invoice.pdf", Content: []byte{0, 1, 2, 0xff}, ContentType: "application/pdf"},
			{Filename: "logo.png", Path: "https://renoz.test/logo.png", ContentID: "logo"},
		},
		ScheduledAt: At(time.Date(2026, 11, 23, 21, 0, 0, 0, time.FixedZone("AEDT", 11*3600))), TopicID: "t1",
	}
}

const fullEncoded = `{"from":"Renoz <accounts@mail.renoz.test>","to":["a@customer.test","b@customer.test"],"cc":["c@customer.test"],` +
	`"bcc":["d@customer.test"],"reply_to":["accounts@renoz.test"],"subject":"Invoice “RNZ-10241”","html":"<p>a & b</p>","text":"a & b",` +
	`"headers":{"List-Unsubscribe":"<https://renoz.test/u/1>","List-Unsubscribe-Post":"List-Unsubscribe=One-Click"},` +
	`"tags":[{"name":"email_id","value":"7c1e-8_x"}],"attachments":[` +
	`{"filename":"invoice.pdf","content":"AAEC/w==","content_type":"application/pdf"},` +
	`{"filename":"logo.png","path":"https://renoz.test/logo.png","content_id":"logo"}],` +
	`"scheduled_at":"2026-11-23T10:00:00Z","topic_id":"t1"}`

func TestEncode(t *testing.T) {
	t.Parallel()
	for range 20 { // names of maps keep their order
		encoded, err := Encode(fullMessage())
		if err != nil || string(encoded) != fullEncoded {
			t.Fatalf("%s, %v", encoded, err)
		}
	}
	var back Message
	if err := json.Unmarshal([]byte(fullEncoded), &back); err != nil {
		t.Fatal(err)
	}
	want := fullMessage()
	want.ScheduledAt = At(want.ScheduledAt.UTC())
	if !reflect.DeepEqual(back, want) {
		t.Errorf("read back as %+v", back)
	}
}

func TestPlainTextMayBeEmpty(t *testing.T) {
	t.Parallel()
	automatic, none := someMessage(), someMessage()
	none.Text = Text("")
	mustLack(t, encoded(t, automatic), `"text"`)
	mustContain(t, encoded(t, none), `"text":""`)
}

func encoded(t *testing.T, m Message) string {
	t.Helper()
	frozen, err := Encode(m)
	if err != nil {
		t.Fatal(err)
	}
	return string(frozen)
}

func TestAddressesAreReadInBothForms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]Addresses{
		`"jo@x.test"`: {"jo@x.test"}, `["jo@x.test","al@x.test"]`: {"jo@x.test", "al@x.test"}, `""`: nil, `null`: nil, `[]`: {},
	} {
		var got Addresses
		if err := json.Unmarshal([]byte(text), &got); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s reads as %v, %v", text, got, err)
		}
	}
	for _, text := range []string{`7`, `{}`, `[1]`, `[["a"]]`} {
		if err := json.Unmarshal([]byte(text), new(Addresses)); err == nil {
			t.Errorf("%s is read", text)
		}
	}
}

func TestRulesOfMessages(t *testing.T) {
	t.Parallel()
	many := make(Addresses, MaxRecipients+1)
	for i := range many {
		many[i] = fmt.Sprintf("a%d@x.test", i)
	}
	cases := map[string]struct {
		change func(*Message)
		field  string
	}{
		"nobody":           {func(m *Message) { m.To = nil }, "to"},
		"51 recipients":    {func(m *Message) { m.To = many }, "to"},
		"empty address":    {func(m *Message) { m.Cc = Addresses{" "} }, "cc"},
		"no sender":        {func(m *Message) { m.From = "" }, "from"},
		"no subject":       {func(m *Message) { m.Subject = "" }, "subject"},
		"template, HTML":   {func(m *Message) { m.Template = &Template{ID: "t"} }, "template"},
		"injected header":  {func(m *Message) { m.Headers = map[string]string{"X-A": "b\r\nBcc: all@x.test"} }, "headers"},
		"tag with a blank": {func(m *Message) { m.Tags = []Tag{{"a", "b c"}} }, "tags"},
		"tag too long":     {func(m *Message) { m.Tags = []Tag{{strings.Repeat("a", 257), "b"}} }, "tags"},
		"tag not ASCII":    {func(m *Message) { m.Tags = []Tag{{"a", "é"}} }, "tags"},
		"empty file":       {func(m *Message) { m.Attachments = []Attachment{{Filename: "a"}} }, "attachments"},
		"two sources":      {func(m *Message) { m.Attachments = []Attachment{{Content: []byte("a"), Path: "https://x.test"}} }, "attachments"},
		"too large":        {func(m *Message) { m.Attachments = []Attachment{{Content: make([]byte, 32<<20)}} }, "attachments"},
	}
	for name, c := range cases {
		message := someMessage()
		c.change(&message)
		_, err := Encode(message)
		failure := asError(err)
		if failure == nil || failure.Kind != KindFix || !failure.NotSent() || failure.MayHaveGone() || len(failure.Problems) != 1 || failure.Problems[0].Field != c.field {
			t.Errorf("%s gives %v", name, err)
			continue
		}
		mustContain(t, failure.Words(), failure.Problems[0].Message)
	}
	template := Message{To: Addresses{"a@x.test"}, Template: &Template{ID: "t", Variables: map[string]any{"n": 1, "a": "b"}}}
	if got := encoded(t, template); got != `{"to":["a@x.test"],"template":{"id":"t","variables":{"a":"b","n":1}}}` {
		t.Errorf("a template alone gives %s", got)
	}
}

func TestRulesOfBatches(t *testing.T) {
	t.Parallel()
	with := someMessage()
	with.Attachments = []Attachment{{Filename: "a", Content: []byte("a")}}
	nobody := someMessage()
	nobody.To = nil
	_, err := EncodeBatch([]Message{someMessage(), with, nobody})
	failure := asError(err)
	if failure == nil || failure.Kind != KindFix || len(failure.Problems) != 2 || failure.Problems[0].Index != 1 || failure.Problems[1].Index != 2 {
		t.Errorf("the error is %+v", failure)
	}
	for _, count := range []int{0, MaxBatch + 1} {
		if _, err := EncodeBatch(make([]Message, count)); KindOf(err) != KindBug || CodeOf(err) != CodeTooMany {
			t.Errorf("%d give %v", count, err)
		}
	}
	one, err := EncodeBatch([]Message{someMessage()})
	if err != nil || string(one) != "["+encoded(t, someMessage())+"]" {
		t.Errorf("%s, %v", one, err)
	}
}

func TestAttachmentsAreBase64(t *testing.T) {
	t.Parallel()
	file := bytes.Repeat([]byte{0xff, 0xfe, '<'}, 1000)
	message := someMessage()
	message.Attachments = []Attachment{{Filename: "a.bin", Content: file}}
	mustContain(t, encoded(t, message), `"content":"`+base64.StdEncoding.EncodeToString(file)+`"`)
}

func BenchmarkEncodeBatch(b *testing.B) {
	messages := make([]Message, MaxBatch)
	for i := range messages {
		messages[i] = someMessage()
		messages[i].HTML = strings.Repeat("<p>a row of an invoice & its sum</p>", 300)
		messages[i].Tags = []Tag{{"email_id", fmt.Sprint("id-", i)}}
	}
	b.ReportAllocs()
	for b.Loop() {
		frozen, err := EncodeBatch(messages)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(frozen)))
	}
}
