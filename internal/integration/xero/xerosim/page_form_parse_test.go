package xerosim

import (
	"bytes"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzFormLines(f *testing.F) {
	f.Add("description=Battery&quantity=2&price=1,100.50&account=200&tax=OUTPUT&line=")
	f.Add("description=&description=x&price=&price=1")
	f.Add("price=1e9&description=" + strings.Repeat("&description=", 300))
	f.Fuzz(func(t *testing.T, text string) {
		form, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		lines, problems := formLines(form)
		if len(lines) > len(form["description"]) || (len(problems) > 0 && lines != nil) {
			t.Errorf("%q gives %d lines and %v", text, len(lines), problems)
		}
		if _, err := json.Marshal(lines); err != nil {
			t.Error(err)
		}
	})
}

func FuzzContactForm(f *testing.F) {
	f.Add("name=Jo&email=a%40b.example&personFirst=Al&personFirst=&personEmail=x")
	f.Add("personFirst=" + strings.Repeat("x&personFirst=", 20))
	f.Fuzz(func(t *testing.T, text string) {
		form, err := url.ParseQuery(text)
		if err != nil {
			return
		}
		raw, err := json.Marshal(contactFields(&Contact{ContactID: "c"}, form))
		if err != nil {
			t.Fatal(err)
		}
		var sent Contact
		if err := json.Unmarshal(raw, &sent); err != nil || sent.ContactID != "c" || len(sent.ContactPersons) > mostPersons+1 {
			t.Errorf("%q gives %s: %v", text, raw, err)
		}
	})
}

func FuzzFormMoney(f *testing.F) {
	for _, seed := range []string{"1,200.50", "", " 10 ", "-1", "1e5", "ten"} {
		f.Add(seed, "2026-11-22")
	}
	f.Fuzz(func(t *testing.T, amount, day string) {
		if got, problems := formAmount(amount); got < 0 || (got > 0 && len(problems) > 0) {
			t.Errorf("%q is %s with %v", amount, got, problems)
		}
		if got, problems := formDate(day); len(problems) == 0 && !got.Equal(got.day().Time) {
			t.Errorf("%q is %s, not a day", day, got)
		}
	})
}

func FuzzWritePDF(f *testing.F) {
	f.Add("Bright (Solar) \\ Zoë\n太陽\n")
	f.Fuzz(func(t *testing.T, text string) {
		content := writePDF(strings.Split(text, "\n"))
		if !bytes.HasPrefix(content, []byte("%PDF-1.4\n")) || !bytes.HasSuffix(content, []byte("%%EOF\n")) {
			t.Error("no beginning or no end")
		}
		written := pdfText(text)
		for i := 0; i < len(written); i++ {
			if written[i] < ' ' || written[i] > '~' || !utf8.RuneStart(written[i]) {
				t.Fatalf("%q is written with the byte %#x", text, written[i])
			}
		}
	})
}
