package claudesim

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// words are the meaningful words of a text, in lower case and without endings.
func words(text string) []string {
	var out []string
	for _, word := range strings.FieldsFunc(splitCamel(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		word = strings.ToLower(word)
		if len(word) < 2 || slices.Contains(emptyWords(), word) {
			continue
		}
		out = append(out, stem(word))
	}
	return out
}

// splitCamel parts dueDate into due Date.
func splitCamel(text string) string {
	var out strings.Builder
	before := ' '
	for _, r := range text {
		if unicode.IsUpper(r) && unicode.IsLower(before) {
			out.WriteByte(' ')
		}
		out.WriteRune(r)
		before = r
	}
	return out.String()
}

func emptyWords() []string {
	return []string{"the", "an", "of", "to", "for", "in", "on", "at", "by", "is", "are", "was", "were", "be", "do", "does", "did", "me", "my", "our", "us", "we", "you",
		"it", "its", "that", "this", "these", "those", "with", "from", "as", "or", "and", "all", "any", "has", "have", "had", "what", "which", "who", "whom", "how",
		"when", "where", "why", "please", "can", "could", "would", "show", "tell", "give", "get", "list", "there", "their", "them", "they", "if", "so", "not", "no",
		"into", "than", "then", "many", "much", "each", "one", "returns", "return", "use", "only", "about", "up", "out", "will", "should", "by", "also", "id", "ids"}
}

// stem takes the usual English endings away.
func stem(word string) string {
	for _, rule := range [][2]string{{"ies", "y"}, {"sses", "ss"}, {"ches", "ch"}, {"shes", "sh"}, {"xes", "x"}} {
		if strings.HasSuffix(word, rule[0]) && len(word) > len(rule[0])+1 {
			return strings.TrimSuffix(word, rule[0]) + rule[1]
		}
	}
	switch {
	case strings.HasSuffix(word, "ing") && len(word) > 6:
		word = strings.TrimSuffix(word, "ing")
	case strings.HasSuffix(word, "ed") && len(word) > 4:
		word = strings.TrimSuffix(word, "ed")
	case strings.HasSuffix(word, "s") && !strings.HasSuffix(word, "ss") && !strings.HasSuffix(word, "us") && len(word) > 3:
		word = strings.TrimSuffix(word, "s")
	}
	return strings.TrimSuffix(word, "e")
}

// alike are words that people use for what tools call something else.
func alike() map[string][]string {
	out := map[string][]string{}
	for word, others := range map[string]string{
		"owe": "receivable debtor balance outstanding overdue invoice customer", "owes": "receivable debtor balance outstanding overdue invoice customer",
		"debt": "receivable debtor outstanding overdue", "unpaid": "outstanding overdue receivable invoice open", "late": "overdue", "due": "overdue receivable",
		"money": "receivable payment balance", "paid": "payment", "pay": "payment", "bounce": "mail email message bounced suppression", "mail": "email message",
		"email": "mail message", "letter": "mail email", "sync": "xero integration failed error", "synced": "xero integration", "xero": "sync integration",
		"fail": "error failed problem", "failed": "error problem", "wrong": "error failed", "problem": "error failed", "client": "customer contact",
		"customer": "contact client", "contact": "customer", "company": "customer", "buyer": "customer", "bill": "invoice", "sale": "order revenue sales",
		"revenue": "sales order metric", "turnover": "sales revenue", "sold": "sales order product", "stock": "product inventory", "item": "product",
		"price": "product quote", "offer": "quote", "campaign": "mail", "sent": "mail email", "refund": "credit note payment", "credit": "note", "orders": "order",
		"top": "report revenue", "most": "top largest", "biggest": "top largest", "trend": "metric report",
	} {
		for other := range strings.FieldsSeq(others) {
			out[stem(word)] = append(out[stem(word)], stem(other))
		}
	}
	return out
}

// asked are the words of a clause and those alike, with their strength. Names and times are no words: "Bright Homes"
// asks for no homes.
func asked(clause string) map[string]float64 {
	out := map[string]float64{}
	name, quoted := nameIn(clause)
	if name != "" && (quoted || strings.Contains(name, " ")) {
		clause = strings.Replace(clause, name, " ", 1)
	}
	others := alike()
	for _, time := range []*regexp.Regexp{named, lastMany, monthOnly, monthDay, isoDay, slashDay} {
		clause = time.ReplaceAllString(clause, " ") // when, not what
	}
	for _, word := range words(clause) {
		out[word] = 1
		for _, other := range others[word] {
			if out[other] == 0 {
				out[other] = 0.45
			}
		}
	}
	for kind, word := range map[string]string{"INV": "invoic", "SO": "order", "ORD": "order", "QU": "quot", "CN": "credit", "PO": "purchas", "PAY": "payment"} {
		if number := documentIn(clause, kind); number != "" && out[word] == 0 {
			out[word] = 0.8
		}
	}
	return out
}

var (
	quotedText  = regexp.MustCompile(`["“”]([^"“”]{1,120})["“”]|(?:^|\s)'([^']{2,120})'`)
	properName  = regexp.MustCompile(`\p{Lu}[\p{L}\d&'’.-]*(?:\s+(?:&|and|of|the|Pty|Ltd|\p{Lu}[\p{L}\d&'’.-]*))*`)
	document    = regexp.MustCompile(`\b([A-Z]{2,8})-?(\d[\dA-Z/-]*)\b`)
	mailAddress = regexp.MustCompile(`[\p{L}\d._%+-]+@[\p{L}\d-]+(?:\.[\p{L}\d-]+)+`)
	anyUUID     = regexp.MustCompile(`\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b`)
	reasonWords = regexp.MustCompile(`(?is)\b(?:because(?: of)?|since|as the|due to|reason(?: is)?:?)\s+(.+?)\s*[.?!]*\s*$`)
)

// nameIn is who or what a clause is about: quoted words first, else the longest run of capitalised ones that is
// neither the first word of a sentence alone, nor a document number, nor a month.
func nameIn(clause string) (name string, quoted bool) {
	if found := quotedText.FindStringSubmatch(clause); found != nil {
		return strings.TrimSpace(found[1] + found[2]), true
	}
	if i := strings.Index(strings.ToLower(clause), "because"); i > 0 {
		clause = clause[:i]
	}
	best := ""
	for _, span := range properName.FindAllStringIndex(clause, -1) {
		found := strings.TrimRight(clause[span[0]:span[1]], ".,'’ ")
		for _, joint := range []string{" and", " of", " the", " &"} {
			found = strings.TrimSuffix(found, joint)
		}
		if startsSentence(clause, span[0]) {
			found = withoutStart(found)
		}
		if document.MatchString(found) || commonWord(found) || len([]rune(found)) < 2 {
			continue
		}
		if len(found) > len(best) {
			best = found
		}
	}
	return best, false
}

// withoutStart takes the language's own words from the beginning of a run: "Orders of Bright Homes" is about Bright
// Homes.
func withoutStart(name string) string {
	for {
		first, rest, _ := strings.Cut(name, " ")
		if name == "" || !commonWord(first) {
			return name
		}
		name = strings.TrimSpace(rest)
	}
}

func startsSentence(text string, at int) bool {
	before := strings.TrimSpace(text[:at])
	return before == "" || strings.ContainsAny(before[len(before)-1:], ".?!:\n")
}

// commonWord reports whether a capitalised word is one of the language rather than a name.
func commonWord(word string) bool {
	lower := strings.ToLower(word)
	common := []string{"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday",
		"wednesday", "thursday", "friday", "saturday", "sunday", "xero", "resend", "claude", "gst", "aud", "nzd", "usd", "i", "q1", "q2", "q3", "q4", "pdf", "csv",
		"create", "make", "raise", "issue", "draft", "send", "cancel", "void", "refund", "credit", "update", "change", "set", "add", "remove", "delete", "approve",
		"retry", "record", "schedule", "find", "search", "look", "mail", "mails", "email", "emails", "orders", "order", "invoices", "invoice", "overdue", "unpaid",
		"customers", "customer", "quotes", "quote", "payments", "compare", "count", "open", "sum", "total", "write", "hello", "hi", "thanks", "yes", "ok", "last", "today"}
	return slices.Contains(emptyWords(), lower) || slices.Contains(common, lower)
}

// documentIn is a document's number, of that kind or of any.
func documentIn(clause, kind string) string {
	for _, found := range document.FindAllStringSubmatch(clause, -1) {
		if kind == "" || strings.HasPrefix(found[1], kind) || strings.HasPrefix(kind, found[1]) {
			return found[0]
		}
	}
	return ""
}

func asksForTitle(question string) bool {
	return strings.Contains(strings.ToLower(question), "title for")
}

// titleOf makes a short title of what was asked.
func titleOf(question string) string {
	if i := strings.LastIndex(question, "\n"); i >= 0 && strings.TrimSpace(question[i:]) != "" {
		question = question[i:]
	}
	title := strings.Trim(firstWords(question, 6), " .?!…,")
	if title == "" {
		return "New conversation"
	}
	runes := []rune(title)
	runes[0] = unicode.ToUpper(runes[0])
	return string(runes)
}
