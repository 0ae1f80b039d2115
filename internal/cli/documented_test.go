package cli

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// command is what documents write of one, up to its flags and arguments.
var command = regexp.MustCompile("`renoz ((?:[a-z-]+ ?)+)")

// TestDocumentedCommandsExist looks for each command that the document about
// Xero names.
func TestDocumentedCommandsExist(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/xero.md")
	if err != nil {
		t.Fatal(err)
	}
	parser, err := kong.New(&commands{}, kong.Name("renoz"), kong.Configuration(kong.JSON))
	if err != nil {
		t.Fatal(err)
	}
	found := command.FindAllStringSubmatch(string(text), -1)
	if len(found) < 30 {
		t.Errorf("%d commands are documented", len(found))
	}
	for _, names := range found {
		at := parser.Model.Node
		for name := range strings.FieldsSeq(names[1]) {
			if strings.HasPrefix(name, "-") {
				break
			}
			if at = child(at, name); at == nil {
				t.Errorf("there is no command renoz %s: it has no %s", names[1], name)
				break
			}
		}
	}
}

func child(of *kong.Node, name string) *kong.Node {
	for _, n := range of.Children {
		if n.Name == name {
			return n
		}
	}
	return nil
}
