package imports

import "strings"

// module is a third-party module, the levels whose packages may import it and
// why it is here. The level "tests" is test files of any package, "*" is all.
type module struct {
	path   string
	levels []string
	reason string
}

var modules = []module{
	{"github.com/a-h/templ", []string{"web", "pages"},
		"pages are typed components that the compiler checks"},
	{"github.com/alecthomas/kong", []string{"cli"},
		"commands, flags and environment as one struct with its help"},
	{"github.com/alexedwards/argon2id", []string{"mechanisms"},
		"password hashes in the standard format, with sound parameters"},
	{"github.com/andybalholm/cascadia", []string{"templates"},
		"selectors of the styles that are put into the elements of e-mails"},
	{"github.com/anthropics/anthropic-sdk-go/v2", []string{"integrations", "tests"},
		"Anthropic's own client, which the simulated Claude is driven with"},
	{"github.com/chromedp/cdproto", []string{"test support", "tests"},
		"the words of the browser's protocol for chromedp"},
	{"github.com/chromedp/chromedp", []string{"test support", "tests"},
		"browser tests with the system's Chromium, without Node"},
	{"github.com/danielgtaylor/huma/v2", []string{"api", "app"},
		"an OpenAPI document and validation made from the Go types"},
	{"github.com/getkin/kin-openapi", []string{"test support", "tests"},
		"contract tests against the services' own OpenAPI documents"},
	{"github.com/google/jsonschema-go", []string{"integrations"},
		"one schema tells the model what a tool takes and checks what it gave"},
	{"github.com/google/uuid", []string{"*"},
		"record ids are time-ordered UUIDs, the same in both engines"},
	{"github.com/jackc/pgx/v5", []string{"store", "test support", "tests"},
		"the PostgreSQL driver that sqlc and River share"},
	{"github.com/klauspost/compress", []string{"web"},
		"compressed pages whose streams stay uncompressed"},
	{"github.com/microcosm-cc/bluemonday", []string{"web", "integrations"},
		"sanitises HTML that we did not write"},
	{"github.com/osteele/liquid", []string{"templates"},
		"templates of e-mails in a language that their writers know, strict and escaped"},
	{"github.com/pressly/goose/v3", []string{"store"},
		"numbered migrations in one set for both engines"},
	{"github.com/prometheus/client_golang", []string{"app", "web"},
		"figures for operators in the format their tools read"},
	{"github.com/riverqueue/river", []string{"mechanisms", "store", "app", "tests"},
		"jobs that commit with the rows that cause them, on both engines"},
	{"github.com/riverqueue/river/riverdriver/riverpgxv5", []string{"store"},
		"River over PostgreSQL"},
	{"github.com/riverqueue/river/riverdriver/riversqlite", []string{"store"},
		"River over SQLite"},
	{"github.com/riverqueue/river/rivertype", []string{"mechanisms", "store"},
		"what River's retry policy is asked with"},
	{"github.com/rogpeppe/go-internal", []string{"tests"},
		"command-line tests as scripts"},
	{"github.com/tink-crypto/tink-go/v2", []string{"mechanisms"},
		"encryption with key ids and rotation, hard to misuse"},
	{"github.com/yuin/goldmark", []string{"web", "integrations"},
		"Markdown of answers and notes"},
	{"golang.org/x/net", []string{"templates", "mechanisms", "simulators", "tests"},
		"the HTML of e-mails read as browsers do, and messages of DNS, whose CNAME and CAA records the standard library does not tell"},
	{"golang.org/x/sync", []string{"*"},
		"groups of goroutines that end together, one flight for equal calls"},
	{"modernc.org/sqlite", []string{"store", "tests"},
		"SQLite without cgo, so the binary stays one file"},
	{"riverqueue.com/riverui", []string{"store", "app"},
		"River's own pages for administrators"},
}

// moduleOf finds the module of an import by its longest path.
func moduleOf(imported string) (found module, ok bool) {
	for _, m := range modules {
		if (imported == m.path || strings.HasPrefix(imported, m.path+"/")) && len(m.path) > len(found.path) {
			found, ok = m, true
		}
	}
	return found, ok
}
