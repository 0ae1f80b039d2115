package imports

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPackagesSayWhatTheyAre takes the place of staticcheck's ST1000, which
// takes the first lines of generated pages for package comments.
func TestPackagesSayWhatTheyAre(t *testing.T) {
	t.Parallel()
	for folder, p := range packages(t) {
		opening := "Package " + p.Name + " "
		if p.Name == "main" {
			opening = "Command " + filepath.Base(folder) + " "
		}
		files := slices.Concat(p.GoFiles, p.TestGoFiles)
		if generated, said := read(t, folder, files, opening); !said && !generated {
			t.Errorf("%s has no comment that begins with %q; say in doc.go what it owns and what it does not", folder, opening)
		}
	}
}

// read reports whether all files of a package are generated, and whether one
// has a package comment with the opening.
func read(t *testing.T, folder string, files []string, opening string) (generated, said bool) {
	t.Helper()
	generated = true
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, folder, name), nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatalf("read %s: %v", folder, err)
		}
		generated = generated && ast.IsGenerated(f)
		said = said || strings.HasPrefix(f.Doc.Text(), opening)
	}
	return generated, said
}
