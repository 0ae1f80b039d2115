package imports

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// level is a set of packages and what they may import of this module. Packages
// of one level may import each other where may holds the level's own name.
type level struct {
	name     string
	packages []string // as path.Match reads them; a last "/..." takes all below too
	may      []string // names of levels; "*" is all
	rule     string
}

// levels are tried in this order, so the narrower pattern stands first.
var levels = []level{
	{"clients", []string{"internal/integration/*/*api"}, nil,
		"a client of a service knows nothing else of this module"},
	{"simulators", []string{"internal/integration/*/*sim"}, nil,
		"a simulator knows nothing else of this module, so that it cannot share a mistake with what it tests"},
	{"test support", []string{"internal/*/*test/...", "internal/integration/*/*test/..."}, []string{"crm", "mechanisms", "store", "web", "test support"},
		"what tests share knows crm, mechanisms, store and web only"},
	{"pages", []string{"internal/*pages/...", "internal/*/*pages/...", "internal/integration/*/*pages/..."}, []string{"crm", "mechanisms", "store", "records", "web", "integrations", "clients", "templates"},
		"pages know web, records, store, mechanisms and their own integration only"},
	{"crm", []string{"internal/crm"}, nil,
		"crm knows nothing else of this module"},
	{"mechanisms", []string{
		"internal/auth", "internal/breaker", "internal/connection", "internal/dns", "internal/embed", "internal/inbox", "internal/jobs", "internal/link",
		"internal/assistant", "internal/mail", "internal/notify", "internal/ratelimit", "internal/synclog", "internal/vault"}, []string{"crm", "mechanisms"},
		"mechanisms know crm and each other only"},
	{"store", []string{"internal/store/..."}, []string{"crm", "mechanisms", "store"},
		"store knows crm and mechanisms only"},
	{"records", []string{"internal/records/..."}, []string{"crm", "mechanisms", "store", "records"},
		"records know crm, mechanisms and store only"},
	{"templates", []string{"internal/integration/resend/template"}, []string{"crm"},
		"templates of e-mails are filled with what they are given: they know crm only"},
	{"integrations", []string{"internal/integration/*/..."}, []string{"crm", "mechanisms", "store", "records", "integrations", "clients", "templates"},
		"an integration knows crm, mechanisms, store, records and its own client only"},
	{"workflow", []string{"internal/workflow/..."}, []string{"crm", "mechanisms", "store", "records", "workflow"},
		"workflow knows crm, mechanisms, store and records only"},
	{"web", []string{"internal/web/..."}, []string{"crm", "mechanisms", "web"},
		"the kit of pages knows crm and mechanisms only; packages named …pages join it to the rest"},
	{"api", []string{"internal/api/..."}, []string{"crm", "mechanisms", "store", "records", "integrations", "clients", "templates", "web", "api"},
		"api offers programs what pages offer people: it knows records, integrations, store, mechanisms and web"},
	{"demo", []string{"internal/demo/..."}, []string{"crm", "mechanisms", "store", "records", "simulators", "demo"},
		"the demonstration goes through records and fills simulators; it knows crm, mechanisms and store besides"},
	{"app", []string{"internal/app/..."}, []string{"*"},
		"app may know everything but what starts it"},
	{"proofs", []string{"internal/crashtest", "internal/storytest", "internal/walltest", "internal/loadtest/..."}, []string{"*"},
		"proofs drive the whole program; nothing imports them"},
	{"cli", []string{"internal/cli/..."}, []string{"crm", "mechanisms", "store", "records", "integrations", "simulators", "demo", "app", "cli"},
		"cli hands what is typed to app and the services that app has; it starts simulators and the demonstration, and shows no pages"},
	{"command", []string{"cmd/renoz"}, []string{"cli"},
		"cmd/renoz hands its arguments to cli and knows nothing else"},
	{"rules", []string{"internal/imports"}, nil,
		"the rules know nothing of this module"},
}

// levelOf finds the level of a package, named by its folder.
func levelOf(folder string) (level, bool) {
	for _, l := range levels {
		if slices.ContainsFunc(l.packages, func(pattern string) bool { return matches(pattern, folder) }) {
			return l, true
		}
	}
	return level{}, false
}

func matches(pattern, folder string) bool {
	base, tree := strings.CutSuffix(pattern, "/...")
	if tree {
		parts := strings.Split(folder, "/")
		folder = strings.Join(parts[:min(len(parts), strings.Count(base, "/")+1)], "/")
	}
	ok, err := path.Match(base, folder)
	if err != nil {
		panic(err) // a pattern above is wrong
	}
	return ok
}

// broken returns the rule that an import breaks, or "".
func broken(from, to string) string {
	importer, known := levelOf(from)
	if !known {
		return fmt.Sprintf("%s is on no level; add it to levels in internal/imports/level_test.go", from)
	}
	imported, known := levelOf(to)
	switch {
	case !known:
		return fmt.Sprintf("%s is on no level; add it to levels in internal/imports/level_test.go", to)
	case imported.name == "test support" && importer.name != "test support":
		return "only tests import what tests share"
	case imported.name == "proofs" && importer.name != "proofs":
		return imported.rule
	case importer.name == "proofs":
		return ""
	case importer.name == "app":
		if imported.name == "cli" || imported.name == "command" {
			return importer.rule
		}
		return ""
	case !slices.Contains(importer.may, imported.name):
		return importer.rule
	case !slices.Contains(outside, importer.name) && imported.name != "simulators" && strangers(from, to):
		return "no integration knows another"
	}
	return ""
}

// outside are levels that belong to no integration and may know them all.
var outside = []string{"api", "cli"}

// strangers reports whether both packages belong to an integration, each to
// another one, or whether pages outside an integration reach into one.
func strangers(from, to string) bool {
	ours, theirs := integration(from), integration(to)
	return theirs != "" && ours != theirs
}

// integration returns the name of the integration that a package belongs to,
// or "".
func integration(folder string) string {
	rest, ok := strings.CutPrefix(folder, "internal/integration/")
	if !ok {
		return ""
	}
	name, _, _ := strings.Cut(rest, "/")
	return name
}
