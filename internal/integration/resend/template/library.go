package template

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
)

//go:embed library
var library embed.FS

// Starter is a template to start from.
type Starter struct {
	Key     string // stable: invoice, reminder_overdue_first
	Purpose string // when to send it
	Template
}

// Library are the templates to start from, in the order of their keys.
func Library() ([]Starter, error) {
	names, err := fs.Glob(library, "library/*.html")
	if err != nil {
		return nil, fmt.Errorf("list the templates to start from: %w", err)
	}
	all := make([]Starter, len(names))
	for i, name := range names {
		content, err := library.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read a template to start from: %w", err)
		}
		if all[i], err = readStarter(string(content)); err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all[i].Key = strings.TrimSuffix(path.Base(name), ".html")
	}
	return all, nil
}

// readStarter reads "name: value" lines, a line of "---", and the body.
func readStarter(content string) (s Starter, err error) {
	head, body, found := strings.Cut(content, "\n---\n")
	if !found {
		return s, fmt.Errorf("no line --- after the names")
	}
	s.Body = body
	for line := range strings.Lines(head) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		switch name {
		case "name":
			s.Name = value
		case "purpose":
			s.Purpose = value
		case "category":
			s.Category = Category(value)
		case "marketing":
			s.Marketing = value == "yes"
		case "subject":
			s.Subject = value
		case "preheader":
			s.Preheader = value
		default:
			return s, fmt.Errorf("%q is no name that a template has", name)
		}
	}
	return s, nil
}
