// Command gosec looks for insecure code in the packages named, as gosec's own
// command does. It is a command of our own for two reasons: the exclusions
// stand beside their reasons, and gosec's command takes minutes to compile
// because it can ask language models for mends.
//
// It reads what ships: not tests, generated code or what only tests import. One
// place is excused where it stands, with `#nosec G… -- reason`.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"

	"github.com/securego/gosec/v2"
	"github.com/securego/gosec/v2/analyzers"
	"github.com/securego/gosec/v2/issue"
	"github.com/securego/gosec/v2/rules"
)

// excluded are the checks left out of the whole tree, with the reason.
var excluded = map[string]string{
	"G104": "unhandled errors: staticcheck and review judge these, and one that is dropped on purpose says so with `_ =`",
	"G115": "integer conversions: it does not see the bounds checked before, and reports lengths and enumerations by the hundred",
	"G304": "a path from a variable: each file this program opens is named by the person who runs it",
	"G404": "math/rand: used for jitter and demonstration records; keys, tokens and states come from crypto/rand",
}

// folders are patterns of packages that do not ship.
var folders = []string{"node_modules", "tools", "testdata", `internal/[a-z/]*test(/|$)`}

// place is a finding that is wrong about one file or one kind of package.
type place struct {
	rule, path string
	reason     string
}

var excused = []place{
	{"G120", "internal/web/secure.go", "the body is bounded by MaxBytesReader before the form is read"},
	{"G124", "internal/auth/middleware.go", "the cookie is HttpOnly and SameSite; Secure follows the public address, which is http on a developer's machine"},
	{"G710", "internal/integration/*/*sim/*.go", "a simulator sends the browser back to the app's registered address, as the service does"},
}

func main() {
	found, err := findings(os.Args[1:])
	for _, line := range found {
		fmt.Println(line)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gosec:", err)
	}
	if err != nil || len(found) > 0 {
		os.Exit(1)
	}
}

// findings returns a line for each. Those of low confidence are left out: they
// are guesses from names, such as a constant called token.
func findings(patterns []string) ([]string, error) {
	analyzer := gosec.NewAnalyzer(gosec.NewConfig(), false, true, false, runtime.NumCPU(), log.New(io.Discard, "", 0))
	var ids []string
	for id := range excluded {
		ids = append(ids, id)
	}
	analyzer.LoadRules(rules.Generate(false, rules.NewRuleFilter(true, ids...)).RulesInfo())
	analyzer.LoadAnalyzers(analyzers.Generate(false, analyzers.NewAnalyzerFilter(true, ids...)).AnalyzersInfo())

	packages, err := expand(patterns)
	if err != nil {
		return nil, err
	}
	if err := analyzer.Process(nil, packages...); err != nil {
		return nil, fmt.Errorf("analyse: %w", err)
	}
	issues, _, broken := analyzer.Report()
	var lines []string
	for file, errs := range broken {
		for _, e := range errs {
			lines = append(lines, fmt.Sprintf("%s:%d: %s", file, e.Line, e.Err))
		}
	}
	for _, i := range issues {
		if i.Confidence > issue.Low && !i.NoSec && len(i.Suppressions) == 0 && !isExcused(i) {
			lines = append(lines, fmt.Sprintf("%s: %s (%s)", i.FileLocation(), i.What, i.RuleID))
		}
	}
	return lines, nil
}

func isExcused(i *issue.Issue) bool {
	here, err := os.Getwd()
	if err != nil {
		return false
	}
	file, err := filepath.Rel(here, i.File)
	return err == nil && slices.ContainsFunc(excused, func(p place) bool {
		matched, err := path.Match(p.path, filepath.ToSlash(file))
		return err == nil && matched && p.rule == i.RuleID
	})
}

func expand(patterns []string) (packages []string, err error) {
	for _, pattern := range patterns {
		found, err := gosec.PackagePaths(pattern, gosec.ExcludedDirsRegExp(folders))
		if err != nil {
			return nil, fmt.Errorf("find packages: %w", err)
		}
		packages = append(packages, found...)
	}
	if len(packages) == 0 {
		return nil, fmt.Errorf("no packages in %q", patterns)
	}
	return packages, nil
}
