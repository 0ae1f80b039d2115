package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/renoz/renoz/internal/api"
)

var update = flag.Bool("update", false, "write the golden file of the OpenAPI document")

// The document is kept, so that a change of the interface shows in a review.
func TestDocumentIsTheOneThatIsKept(t *testing.T) {
	t.Parallel()
	x := open(t)
	text := must(x.api.OpenAPI())(t)
	var indented bytes.Buffer
	if err := json.Indent(&indented, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	indented.WriteByte('\n')
	path := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(path, indented.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	kept := must(os.ReadFile(path))(t)
	if !bytes.Equal(kept, indented.Bytes()) {
		t.Error("the document differs from testdata/openapi.json; run go test ./internal/api -update and look at the difference")
	}
}

func TestDocumentIsPublicAndValid(t *testing.T) {
	t.Parallel()
	x := open(t)
	a := x.nobody().get("/openapi.json")
	if v := a.is(http.StatusOK).text("openapi"); !strings.HasPrefix(v, "3.1") {
		t.Errorf("version %q", v)
	}
	doc := must(openapi3.NewLoader().LoadFromData([]byte(a.text)))(t)
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEveryOperationIsInTheDocument(t *testing.T) {
	t.Parallel()
	x := open(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Security []map[string][]string `json:"security"`
		} `json:"paths"`
	}
	if err := json.Unmarshal(must(x.api.OpenAPI())(t), &doc); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, o := range x.api.Operations() {
		if o.Permission == api.Public {
			continue
		}
		op, ok := doc.Paths[strings.TrimPrefix(o.Path, "/api/v1")][strings.ToLower(o.Method)]
		if !ok || len(op.Security) == 0 {
			t.Errorf("%s %s is not in the document, or without security", o.Method, o.Path)
		}
		found++
	}
	all := 0
	for _, methods := range doc.Paths {
		all += len(methods)
	}
	if all != found {
		t.Errorf("%d operations in the document, %d in the table", all, found)
	}
}

// documented is an address of the API in a row of a table, with or without its
// method; … stands for further ones that begin so.
var documented = regexp.MustCompile("`(?:(GET|POST|PUT|PATCH|DELETE) )?(/[a-z{}_/-]+)(…?)`")

// The third column of the table in the document about Xero names operations.
func TestDocumentedOperationsExist(t *testing.T) {
	t.Parallel()
	x := open(t)
	text := must(os.ReadFile(filepath.Join("..", "..", "docs", "xero.md")))(t)
	named := 0
	for line := range strings.Lines(string(text)) {
		columns := strings.Split(line, "|")
		if len(columns) != 7 {
			continue
		}
		for _, d := range documented.FindAllStringSubmatch(columns[3], -1) {
			named++
			if !slices.ContainsFunc(x.api.Operations(), func(o api.Operation) bool {
				path := strings.TrimPrefix(o.Path, "/api/v1")
				return (d[1] == "" || d[1] == o.Method) && (path == d[2] || d[3] != "" && strings.HasPrefix(path, d[2]))
			}) {
				t.Errorf("there is no %s", d[0])
			}
		}
		if left := documented.ReplaceAllString(columns[3], ""); strings.Contains(left, "`") {
			t.Errorf("these are no operations: %s", left)
		}
	}
	if named < 30 {
		t.Errorf("%d operations are documented", named)
	}
}
