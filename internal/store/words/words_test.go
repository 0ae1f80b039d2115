package words

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestMatch(t *testing.T) {
	t.Parallel()
	const id = "0193a5c2-7d11-7c3e-9a55-0f2b3c4d5e6f"
	for _, c := range []struct {
		kept, asked string
		want        bool
	}{
		{"INV-1024", "INV-1024", true},
		{"INV-1024", "inv-10", true},
		{"INV-1024", "1024", true},
		{"INV-1024", "024", false},
		{"INV-01024", "1024", true},
		{"INV-01024", "01024", true},
		{"INV-01024", "inv-1024", true},
		{"INV-1024", "nv", false},
		{"Harbour & Sons (Pty) Ltd", "sons har", true},
		{"Harbour & Sons (Pty) Ltd", "harbour pty. ltd!", true},
		{"Harbour & Sons (Pty) Ltd", "harbour inc", false},
		{"The Period is locked.", "period IS", true},
		{"Zoë Ng", "ZOË", true},
		{"Åse", "åse", true}, // a letter with a mark of its own
		{"東京電力", "東京", true},
		{id, id, true},
		{id, strings.ToUpper(id), true},
		{id, "0193a5c2", true},
		{"of " + id + ".", id, true},
		{id, id[:35], false}, // what is no whole id counts as words
		{strings.Repeat("x", 500), strings.Repeat("x", 300), true},
		{"000", "0", true},
		{"anything", "invoice anyth", false},
	} {
		if got := Match(Of(c.kept), Asked(c.asked)); got != c.want {
			t.Errorf("%q in %q: %v, from %q in %q", c.asked, c.kept, got, Asked(c.asked), Of(c.kept))
		}
	}
}

func TestAsked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                   nil,
		"— % \" ' * ( ) \\":  nil,
		"🙂 ❤️":               nil,
		"\x00\xff":           nil,
		"inv invoice IN":     {"invoice"},
		"a\x00b":             {"a", "b"},
		`"quoted" -not OR*`:  {"not", "or", "quoted"},
		"100%":               {"100"},
		"entity_label:(a|b)": {"a", "b", "entity", "label"},
	} {
		if got := Asked(text); !slices.Equal(got, want) {
			t.Errorf("%q asks for %q, want %q", text, got, want)
		}
	}
	if got := Of("label", strings.Repeat("w1 w2 w3 ", 1000), "last"); !slices.Equal(got, []string{"label", "w1", "w2", "w3"}) {
		t.Errorf("%q are words of long texts", got)
	}
}

// FuzzWords takes texts apart: words are what both engines can keep, the same
// text finds itself, and so does the beginning of each of its words.
func FuzzWords(f *testing.F) {
	f.Add("INV-01024 Harbour & Sons")
	f.Add("0193a5c2-7d11-7c3e-9a55-0f2b3c4d5e6f")
	f.Add("İstanbul ǅ ß 𝔘𝔫𝔦 ½ ❤️ \x00\xff")
	f.Fuzz(func(t *testing.T, text string) {
		kept, asked := Of(text), Asked(text)
		for _, word := range append(slices.Clone(kept), asked...) {
			if word == "" || !utf8.ValidString(word) || strings.ContainsAny(word, " \x00'\"\\*:&|!()<>") {
				t.Fatalf("%q is no word", word)
			}
		}
		if len(kept) < most && !Match(kept, asked) {
			t.Fatalf("%q does not find itself: %q in %q", text, asked, kept)
		}
		for _, word := range kept {
			_, size := utf8.DecodeRuneInString(word)
			if again := Asked(word); len(again) > 0 && !Match(kept, []string{word[:size]}) {
				t.Fatalf("%q is not found by its beginning", word)
			}
		}
	})
}
