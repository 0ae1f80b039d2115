package imports

import (
	"errors"
	"go/build"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const (
	root = "../.."
	self = "github.com/renoz/renoz/"
)

func TestImportsGoDownOnly(t *testing.T) {
	t.Parallel()
	for folder, p := range packages(t) {
		if _, ok := levelOf(folder); !ok {
			t.Errorf("%s is on no level; add it to levels in internal/imports/level_test.go", folder)
			continue
		}
		for _, imported := range p.Imports {
			to, ours := strings.CutPrefix(imported, self)
			if !ours {
				continue
			}
			if rule := broken(folder, to); rule != "" {
				t.Errorf("%s imports %s: %s", at(p.ImportPos, imported), to, rule)
			}
		}
	}
}

func TestThirdPartyModulesHaveAReason(t *testing.T) {
	t.Parallel()
	for folder, p := range packages(t) {
		l, _ := levelOf(folder)
		for _, imported := range p.Imports {
			if complaint := unreasoned(imported, l.name); complaint != "" {
				t.Errorf("%s imports %s: %s", at(p.ImportPos, imported), imported, complaint)
			}
		}
		for _, imported := range slices.Concat(p.TestImports, p.XTestImports) {
			if unreasoned(imported, l.name) == "" {
				continue
			}
			if complaint := unreasoned(imported, "tests"); complaint != "" {
				t.Errorf("a test of %s imports %s: %s", folder, imported, complaint)
			}
		}
	}
}

func TestModulesAreThoseOfGoMod(t *testing.T) {
	t.Parallel()
	content, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	required := map[string]bool{}
	for _, line := range regexp.MustCompile(`(?m)^(?:require |\t)(\S+) v\S+$`).FindAllStringSubmatch(string(content), -1) {
		required[line[1]] = true
	}
	for _, m := range modules {
		if !required[m.path] {
			t.Errorf("%s has a reason but go.mod does not require it", m.path)
		}
		delete(required, m.path)
	}
	for path := range required {
		t.Errorf("go.mod requires %s, which has no reason; add it to modules in internal/imports/module_test.go", path)
	}
}

func TestEachModuleStandsOnce(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, m := range modules {
		if seen[m.path] || m.reason == "" {
			t.Errorf("%s stands twice or without a reason", m.path)
		}
		seen[m.path] = true
	}
}

// unreasoned says why a package on a level must not import a path, or "".
func unreasoned(imported, levelName string) string {
	first, _, _ := strings.Cut(imported, "/")
	if !strings.Contains(first, ".") || strings.HasPrefix(imported, self) {
		return "" // the standard library and our own
	}
	m, ok := moduleOf(imported)
	if !ok {
		return "the module has no reason; add it to modules in internal/imports/module_test.go"
	}
	if slices.Contains(m.levels, "*") || slices.Contains(m.levels, levelName) {
		return ""
	}
	return "the module is for " + strings.Join(m.levels, ", ") + ", not for " + levelName
}

// at names the file and line of an import.
func at(positions map[string][]token.Position, imported string) string {
	for _, p := range positions[imported] {
		return strings.TrimPrefix(filepath.ToSlash(p.String()), root+"/")
	}
	return "a file"
}

// packages reads every package of the module, by folder. It reads the files
// itself, because go test then knows that a change of one makes a kept result
// stale.
func packages(t *testing.T) map[string]*build.Package {
	t.Helper()
	found := map[string]*build.Package{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if skipped(path, d.Name()) {
			return fs.SkipDir
		}
		p, err := build.Default.ImportDir(path, 0)
		if none := (*build.NoGoError)(nil); errors.As(err, &none) {
			return nil
		}
		if err != nil {
			return err
		}
		folder, err := filepath.Rel(root, path)
		found[filepath.ToSlash(folder)] = p
		return err
	})
	if err != nil {
		t.Fatalf("read the module: %v", err)
	}
	return found
}

// skipped takes away folders that hold no package of this module.
func skipped(path, name string) bool {
	if path == root {
		return false
	}
	if name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(path, "go.mod"))
	return err == nil // another module
}
