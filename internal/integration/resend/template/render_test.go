package template

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files again")

func TestLibraryRendersAsBefore(t *testing.T) {
	t.Parallel()
	for _, starter := range starters(t) {
		out, err := Render(starter.Template, SampleBrand(), SampleOf(starter.Template))
		if err != nil {
			t.Errorf("%s: %v", starter.Key, err)
			continue
		}
		golden(t, starter.Key+".html", out.HTML)
		golden(t, starter.Key+".txt", "Subject: "+out.Subject+"\nPreheader: "+out.Preheader+"\n\n"+out.Text)
	}
}

func starters(t testing.TB) []Starter {
	t.Helper()
	all, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 12 {
		t.Fatalf("the library has %d templates", len(all))
	}
	return all
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s differs; look at it and run go test -update\n%s", name, got)
	}
}
