package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
)

func TestRead(t *testing.T) {
	t.Parallel()
	two := [][]string{{"Alpha", "1"}, {"Beta", "2"}}
	for _, test := range []struct {
		name, file string
		want       [][]string
	}{
		{"commas", "name,abn\nAlpha,1\nBeta,2\n", two},
		{"semicolons", "name;abn\nAlpha;1\nBeta;2\n", two},
		{"tabs", "name\tabn\nAlpha\t1\nBeta\t2", two},
		{"mark and Windows", "\ufeff name , abn \r\nAlpha,1\r\nBeta,2\r\n", two},
		{"old Mac", "name,abn\rAlpha,1\rBeta,2", two},
		{"empty lines and cells", "\nname,abn,\n\nAlpha,1,\n,,\nBeta,2,,\n", two},
		{"quoted", "\"name\",abn\n\"Alpha, \"\"the\"\" first\n of all\",1\n", [][]string{{"Alpha, \"the\" first\n of all", "1"}}},
		{"commas in a quoted name", "\"name, of all\";abn\nAlpha;1\n", [][]string{{"Alpha", "1"}}},
		{"no lines", "name,abn\n", nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s, err := Read([]byte(test.file), 10)
			if err != nil {
				t.Fatal(err)
			}
			var got [][]string
			for _, l := range s.Lines {
				got = append(got, l.Cells)
				if l.Problem != "" {
					t.Errorf("line %d: %s", l.Number, l.Problem)
				}
			}
			if !reflect.DeepEqual(got, test.want) || len(s.Columns) != 2 || s.Columns[1] != "abn" {
				t.Errorf("got %q under %q, want %q", got, s.Columns, test.want)
			}
		})
	}
}

// TestBrokenLinesCostOnlyThemselves reads on after each kind of broken line.
func TestBrokenLinesCostOnlyThemselves(t *testing.T) {
	t.Parallel()
	file := "name,abn\nAlpha,1\nBe\"ta,2\n\"Gam\"ma,3\nDelta\nEpsilon,5,more\n\"Zeta,6\nEta,7\n\n\"The\nta\",8\n"
	s, err := Read([]byte(file), 20)
	if err != nil {
		t.Fatal(err)
	}
	got := map[int]bool{}
	for _, l := range s.Lines {
		got[l.Number] = l.Problem == ""
	}
	want := map[int]bool{2: true, 3: false, 4: false, 5: false, 6: false, 7: false, 8: true, 10: true}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if s.Lines[1].Cells[0] != `Be"ta,2` {
		t.Errorf("a broken line is kept as %q", s.Lines[1].Cells)
	}
}

func TestReadRefusesFiles(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, file, words string
		kind              crm.Kind
	}{
		{"empty", "", "empty", crm.Invalid},
		{"blank", "\n;;\n", "empty", crm.Invalid},
		{"UTF-16", "\xff\xfen\x00a\x00", "UTF-8", crm.Invalid},
		{"Latin 1", "name\nCaf\xe9\n", "UTF-8", crm.Invalid},
		{"broken columns", "na\"me,abn\nAlpha,1\n", "names the columns", crm.Invalid},
		{"too many lines", "name\n" + strings.Repeat("Alpha\n", 4), "more than 3 lines", crm.TooLarge},
		{"quotes throughout", "name,abn\n" + strings.Repeat("\"Alpha,1\n", 1) + strings.Repeat("Alpha,\"1\n\"\nx\"\n", 200), "", crm.Invalid},
	} {
		_, err := Read([]byte(test.file), 3)
		var e *crm.Error
		if test.words == "" {
			if err != nil && !errors.As(err, &e) {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if !errors.As(err, &e) || e.Kind != test.kind || !strings.Contains(e.Message, test.words) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// FuzzRead holds that nothing panics, that lines have cells for all columns or
// a problem, that they stand where they say, and that what was read can be
// written and read again.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"name,abn\nAlpha,1\n", "\ufeffname;abn\r\n\"Al\npha\";1\r\n", "name\tabn\nAl\"pha\t1\n\"Beta\t2\nGamma\t3\n", "a\rb\r", "\"", ",\n,"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := Read(file, 100)
		if err != nil {
			var e *crm.Error
			if !errors.As(err, &e) {
				t.Fatalf("an error without words: %v", err)
			}
			return
		}
		var again bytes.Buffer
		w := csv.NewWriter(&again)
		check(t, w.Write(s.Columns))
		before, whole := 0, 0
		for _, l := range s.Lines {
			if l.Number <= before {
				t.Fatalf("line %d stands after line %d", l.Number, before)
			}
			before = l.Number
			if l.Problem != "" {
				continue
			}
			if len(l.Cells) != len(s.Columns) {
				t.Fatalf("%d cells under %d columns", len(l.Cells), len(s.Columns))
			}
			whole++
			check(t, w.Write(l.Cells))
		}
		w.Flush()
		twice, err := Read(again.Bytes(), 100)
		if err != nil || len(twice.Lines) != whole {
			t.Fatalf("written and read again: %d lines, want %d: %v", len(twice.Lines), whole, err)
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
