package mail

import (
	"slices"
	"strconv"
	"strings"
)

// exchange reads "10 mx.example.com", as a look-up gives an MX record.
func exchange(text string) (priority int, host string) {
	number, host, found := strings.Cut(strings.TrimSpace(text), " ")
	priority, err := strconv.Atoi(number)
	if !found || err != nil {
		return 0, fold(text)
	}
	return priority, fold(host)
}

// JudgeMX compares the MX records of a name with the one that it has to hold.
// alone says that there may be no other beside it: Amazon, which carries the
// mail, takes a return path with several for none.
// https://docs.aws.amazon.com/ses/latest/dg/mail-from.html
func JudgeMX(want string, alone bool, found []string) Finding {
	f := Finding{Found: found, Verdict: VerdictMissing}
	if len(found) == 0 {
		return f
	}
	ours, first := -1, -1
	for _, text := range found {
		priority, host := exchange(text)
		if host == fold(want) {
			ours = priority
		} else if first < 0 || priority < first {
			first = priority
		}
	}
	switch {
	case ours < 0:
		f.Verdict = VerdictWrong
	case alone && len(found) > 1:
		f.Verdict = VerdictSeveral
	case first >= 0 && first <= ours:
		f.Verdict = VerdictPriority
	default: // alone, or tried first: its number is of no matter
		f.Verdict = VerdictRight
	}
	return f
}

// JudgeCNAME compares what a name leads to with what it has to lead to. addresses
// are those of the name itself: a proxy answers with its own in place of the
// CNAME.
func JudgeCNAME(want string, found, addresses []string) Finding {
	switch {
	case len(found) == 0 && len(addresses) == 0:
		return Finding{Verdict: VerdictMissing}
	case len(found) == 0:
		return Finding{Verdict: VerdictProxied, Found: addresses}
	case fold(found[0]) == fold(want):
		return Finding{Verdict: VerdictRight, Found: found}
	}
	return Finding{Verdict: VerdictWrong, Found: found}
}

// JudgeCAA compares the CAA records that hold for a name with the one that it has
// to hold. Without any, every authority may make its certificate.
// https://www.rfc-editor.org/rfc/rfc8659#section-3
func JudgeCAA(want string, found []string) Finding {
	_, tag, authority := caa(want)
	restricts := false
	for _, text := range found {
		_, t, a := caa(text)
		if t != tag {
			continue
		}
		if restricts = true; a == authority {
			return Finding{Verdict: VerdictRight, Found: found}
		}
	}
	if restricts {
		return Finding{Verdict: VerdictWrong, Found: found}
	}
	return Finding{Verdict: VerdictUnneeded, Found: found}
}

// caa reads `0 issue "ca.example"`. Parameters behind the authority do not count.
func caa(text string) (flags int, tag, authority string) {
	parts := strings.SplitN(strings.TrimSpace(text), " ", 3)
	if len(parts) < 3 {
		return 0, "", ""
	}
	flags, _ = strconv.Atoi(parts[0])
	authority, _, _ = strings.Cut(strings.Trim(parts[2], `"`), ";")
	return flags, strings.ToLower(parts[1]), fold(authority)
}

// judgeOther compares a record of a kind that the service has added since.
func judgeOther(want string, found []string) Finding {
	f := Finding{Found: found, Verdict: VerdictMissing}
	if len(found) > 0 {
		f.Verdict = VerdictWrong
	}
	if slices.ContainsFunc(found, func(text string) bool { return fold(text) == fold(want) }) {
		f.Verdict = VerdictRight
	}
	return f
}
