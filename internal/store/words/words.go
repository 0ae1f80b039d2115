package words

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// longest is where a word is cut, in characters.
	longest = 40
	// most is how many words count.
	most = 100
)

// Of are the different words of texts, in the order of the alphabet. Only the
// first hundred words count, so texts of any length come last.
func Of(texts ...string) []string {
	var found []string
	for word := range split(strings.Join(texts, "\n")) {
		if len(found) >= most {
			break
		}
		found = append(found, word)
		if plain := strings.TrimLeft(word, "0"); plain != word && plain != "" && isNumber(word) {
			found = append(found, plain)
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// Asked are the words that somebody typed, each of which is to begin a word.
// One that begins another of them is left out. None means that nothing can be
// found, for instance because only signs were typed.
func Asked(text string) []string {
	var asked []string
	for word := range split(text) {
		if len(asked) == most {
			break
		}
		asked = append(asked, word)
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	var telling []string
	for i, word := range asked { // those that a word begins follow it at once
		if i+1 == len(asked) || !strings.HasPrefix(asked[i+1], word) {
			telling = append(telling, word)
		}
	}
	return telling
}

// Match reports whether each word that was asked for begins one of the words.
func Match(words, asked []string) bool {
	for _, a := range asked {
		i, _ := slices.BinarySearch(words, a) // what a begins follows it at once
		if i == len(words) || !strings.HasPrefix(words[i], a) {
			return false
		}
	}
	return true
}

// split goes through the words of a text.
func split(text string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for {
			text = strings.TrimLeftFunc(text, func(r rune) bool { return !begins(r) })
			if text == "" {
				return
			}
			word, length := first(text)
			if !yield(word) {
				return
			}
			text = text[length:]
		}
	}
}

// first is the word that text begins with, and its length in text.
func first(text string) (string, int) {
	if id, ok := leadingUUID(text); ok {
		return id, uuidLength
	}
	length := strings.IndexFunc(text, func(r rune) bool { return !begins(r) && !unicode.IsMark(r) })
	if length < 0 {
		length = len(text)
	}
	return cut(strings.ToLower(text[:length])), length
}

func begins(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func cut(word string) string {
	n := 0
	for i := range word {
		if n == longest {
			return word[:i]
		}
		n++
	}
	return word
}

func isNumber(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool { return r < '0' || r > '9' })
}

const uuidLength = 36

// leadingUUID is the UUID that text begins with, without its hyphens.
func leadingUUID(text string) (string, bool) {
	if len(text) < uuidLength {
		return "", false
	}
	for i := range uuidLength {
		hyphen := i == 8 || i == 13 || i == 18 || i == 23
		if hyphen != (text[i] == '-') || !hyphen && !strings.ContainsRune("0123456789abcdefABCDEF", rune(text[i])) {
			return "", false
		}
	}
	if next, _ := utf8.DecodeRuneInString(text[uuidLength:]); begins(next) || unicode.IsMark(next) {
		return "", false
	}
	return strings.ToLower(strings.ReplaceAll(text[:uuidLength], "-", "")), true
}
