package mail

import (
	"slices"
	"strings"
)

// tags reads "k=v; k=v", as DKIM and DMARC write them. Names are in small
// letters; of a name that stands twice the first counts. ok is false where a part
// has no equals sign.
// https://www.rfc-editor.org/rfc/rfc6376#section-3.2
func tags(text string) (_ map[string]string, ok bool) {
	found, ok := map[string]string{}, true
	for part := range strings.SplitSeq(text, ";") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		name, value, cut := strings.Cut(part, "=")
		name = strings.ToLower(strings.TrimSpace(name))
		if !cut || name == "" {
			ok = false
			continue
		}
		if _, twice := found[name]; !twice {
			found[name] = strings.TrimSpace(value)
		}
	}
	return found, ok
}

// dkimKey is what a DKIM record holds, without the spaces that DNS hosts put into
// it. Base64 is compared letter by letter. found is false for other TXT records.
func dkimKey(text string) (key string, found bool) {
	all, _ := tags(text)
	key, found = all["p"]
	if version, given := all["v"]; given && !strings.EqualFold(version, "DKIM1") {
		return "", false
	}
	return strings.Join(strings.Fields(key), ""), found
}

// JudgeDKIM compares the TXT records at the name of a DKIM record with what it
// has to hold: the same key.
func JudgeDKIM(want string, txt []string) Finding {
	wanted, _ := dkimKey(want)
	f := Finding{Found: slices.DeleteFunc(slices.Clone(txt), func(text string) bool {
		_, is := dkimKey(text)
		return !is
	})}
	if len(f.Found) == 0 {
		f.Verdict = VerdictMissing
		if len(txt) > 0 {
			f.Verdict, f.Found = VerdictMalformed, txt
		}
		return f
	}
	if len(f.Found) > 1 { // https://www.rfc-editor.org/rfc/rfc6376#section-3.6.2.2
		f.Verdict = VerdictSeveral
		return f
	}
	switch key, _ := dkimKey(f.Found[0]); {
	case key == wanted:
		f.Verdict = VerdictRight
	case key == "":
		f.Verdict = VerdictRevoked
	case strings.HasPrefix(wanted, key):
		f.Verdict = VerdictCut
	default:
		f.Verdict = VerdictWrong
	}
	return f
}
