package template

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// phrase is what filters and readers take for spam, with its weight. One heavy
// phrase or a few light ones make a warning; business mail about invoices uses
// some of the words rightly.
type phrase struct {
	words  string
	weight int
}

var phrases = []phrase{
	{"act now", 2}, {"amazing", 1}, {"apply now", 1}, {"as seen on", 2}, {"best price", 1}, {"buy now", 2},
	{"cash bonus", 3}, {"cheap", 1}, {"click below", 1}, {"click here", 2}, {"congratulations", 1}, {"dear friend", 3},
	{"double your", 3}, {"earn money", 3}, {"exclusive deal", 2}, {"extra income", 3}, {"fast cash", 3}, {"for free", 1},
	{"free", 1}, {"free gift", 3}, {"get rich", 4}, {"guaranteed", 1}, {"hurry", 2}, {"incredible deal", 3},
	{"instant", 1}, {"limited time", 2}, {"lowest price", 2}, {"make money", 3}, {"miracle", 2}, {"money back", 1},
	{"no catch", 3}, {"no obligation", 2}, {"no strings attached", 3}, {"not spam", 4}, {"offer expires", 2},
	{"once in a lifetime", 3}, {"order now", 2}, {"prize", 2}, {"risk free", 2}, {"risk-free", 2}, {"special promotion", 2},
	{"this won't last", 3}, {"urgent", 1}, {"verify your account", 3}, {"while supplies last", 2}, {"winner", 3},
	{"you have been selected", 4}, {"100%", 1}, {"$$$", 4}, {"!!!", 3},
}

// The score from which words are told, and from which they are a warning. In
// the subject each counts twice.
const (
	wordsNoted  = 2
	wordsWarned = 5
)

func (c *checker) words() {
	text, _, _ := strings.Cut(c.rendered.Text, "\n-- \n") // the footer is ours
	subject := spaced(c.rendered.Subject)
	body := spaced(text)
	score := 0
	var said []string
	for _, p := range phrases {
		needle := spaced(p.words)
		times := min(has(body, needle), 2) + 2*min(has(subject, needle), 1)
		if times > 0 {
			score += p.weight * times
			said = append(said, p.words)
		}
	}
	if len(said) > 0 && score >= wordsNoted {
		severity := SeverityNote
		if score >= wordsWarned {
			severity = SeverityWarning
		}
		c.add(severity, RuleWords, said[0], fmt.Sprintf("Spam filters count these words (%d points): %s. Say it plainly.", score, strings.Join(said, ", ")))
	}
	if loud := capitals(text); len(loud) >= 5 {
		c.add(SeverityWarning, RuleWords, loud[0], fmt.Sprintf("Many words are in capitals (%s …); write them as usual.", strings.Join(loud[:3], ", ")))
	}
}

// spaced is a text in lower case whose words, and rows of ! or $, have single
// spaces around them, so that "free" is not found in "freeze".
func spaced(text string) string {
	var b strings.Builder
	last := ' '
	for _, r := range strings.ToLower(text) {
		kind := ' '
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("'-%", r):
			kind = 'a'
		case r == '!' || r == '$':
			kind = '!'
		}
		if kind != last || b.Len() == 0 {
			b.WriteByte(' ')
		}
		if kind != ' ' {
			b.WriteRune(r)
		}
		last = kind
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// has counts a phrase in spaced text.
func has(text, phrase string) int {
	return strings.Count(" "+strings.ReplaceAll(text, " ", "  ")+" ", " "+strings.ReplaceAll(phrase, " ", "  ")+" ")
}

// capitals are the words of at least four letters that are all capitals.
func capitals(text string) (loud []string) {
	for word := range strings.FieldsSeq(text) {
		word = strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) })
		if len(word) >= 4 && !strings.ContainsFunc(word, func(r rune) bool { return !unicode.IsUpper(r) }) && !slices.Contains(loud, word) {
			loud = append(loud, word)
		}
	}
	return loud
}
