package resend_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
)

func TestReadSuppressions(t *testing.T) {
	t.Parallel()
	const file = "\ufeffE-mail;Reason;Scope;Note\r\nJo@Acme.example;Bounced;;left\r\n\r\nnobody;bounce;;\r\nal@acme.example;because;;\r\nlee@acme.example;unsubscribe;;\r\nkim@acme.example;;newsletter;\r\n" +
		"ann@acme.example;spam;everything;'=1+1\r\nbob@acme.example;;some;\r\ncut\r\n"
	s, err := resend.ReadSuppressions([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	var good []string
	for _, l := range s.Good {
		good = append(good, fmt.Sprint(l.Line, l.Address, l.Scope, l.Reason, l.Note))
	}
	want := []string{"2jo@acme.exampleallbounceleft", "6lee@acme.exampleall_marketingunsubscribe", "7kim@acme.examplecategory:marketingmanual", "8ann@acme.exampleallcomplaint=1+1"}
	if fmt.Sprint(good) != fmt.Sprint(want) {
		t.Errorf("good are\n%v, want\n%v", good, want)
	}
	var bad []string
	for _, l := range s.Bad {
		bad = append(bad, fmt.Sprint(l.Line, l.Field))
	}
	if fmt.Sprint(bad) != "[4address 5reason 9scope 10]" {
		t.Errorf("bad are %v", bad)
	}
	var mended bytes.Buffer
	if err := s.WriteBad(&mended); err != nil {
		t.Fatal(err)
	}
	again, err := resend.ReadSuppressions(mended.Bytes())
	if err != nil || len(again.Bad) != 4 || len(again.Good) != 0 {
		t.Errorf("the bad lines are read again as %+v, %v", again, err)
	}
	if twice := new(bytes.Buffer); again.WriteBad(twice) != nil || strings.Count(strings.SplitN(twice.String(), "\n", 2)[0], "problem") != 1 {
		t.Errorf("written again:\n%s", twice)
	}
	for _, wrong := range []string{"", "name\nJo\n", "reason\nbounce\n", "email,address\na@b.example,a@b.example\n"} {
		if _, err := resend.ReadSuppressions([]byte(wrong)); crm.KindOf(err) != crm.Invalid {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

// FuzzReadSuppressions holds that nothing panics, that each line is good or has a
// problem, and that what is written back cannot be a formula.
func FuzzReadSuppressions(f *testing.F) {
	for _, seed := range []string{"address\njo@acme.example\n", "email;reason\n=cmd;bounce\n", "address,note\n\"a\n", "address,problem\n+1,@x\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		s, err := resend.ReadSuppressions(file)
		if err != nil {
			var e *crm.Error
			if !errors.As(err, &e) {
				t.Fatalf("an error without words: %v", err)
			}
			return
		}
		for _, l := range s.Good {
			if _, err := crm.ParseEmail(l.Address); err != nil || l.Scope == "" || l.Problem != "" {
				t.Fatalf("%+v", l)
			}
		}
		var out bytes.Buffer
		if err := s.WriteBad(&out); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(&out).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Fatalf("%q", row)
				}
			}
		}
	})
}

// TestRoundTrip exports the list, and imports that into another organisation.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.must(w.mail.Suppress(w.ctx, "jo@acme.example", "=asked, \"twice\""))
		w.must(w.mail.SuppressIn(w.ctx, "al@acme.example", mail.ScopeOf(mail.Newsletter), ""))
		w.must(w.mail.SuppressIn(w.ctx, "lee@acme.example", mail.AllMarketing, ""))
		export := func() string {
			list, err := w.mail.Suppressions(w.ctx, mail.SuppressionFilter{})
			w.must(err)
			var out bytes.Buffer
			c := csv.NewWriter(&out)
			w.must(c.Write(resend.SuppressionColumns("")))
			for _, s := range list {
				w.must(c.Write(resend.SuppressionRow(s)))
			}
			c.Flush()
			return out.String()
		}
		first := export()
		if r, err := w.mail.ImportSuppressions(w.ctx, "x.csv", []byte(first), nil); err != nil || r.Added != 0 || r.Known != 3 || r.Refused != 0 {
			w.Errorf("%+v, %v", r.SuppressionImport, err)
		}
		if again := export(); again != first {
			w.Errorf("%s\nis after its own import\n%s", first, again)
		}
		_, w.ctx = w.organisation("Other")
		if r, err := w.mail.ImportSuppressions(w.ctx, "x.csv", []byte(first), nil); err != nil || r.Added != 3 {
			w.Errorf("%+v, %v", r.SuppressionImport, err)
		}
		list, err := w.mail.Suppressions(w.ctx, mail.SuppressionFilter{Text: "jo@"})
		w.must(err)
		if len(list) != 1 || list[0].Note != `=asked, "twice"` || list[0].Scope != mail.Everything {
			w.Errorf("%+v", list)
		}
	})
}

// TestLargeImport takes 50,000 lines, of which some are bad, by two processes at once
// and one that ends in the middle.
func TestLargeImport(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		waits := w.queue(draft("a40000@acme.example"))[0]
		var file strings.Builder
		file.WriteString("address,reason\n")
		for n := range 50_000 {
			if n%1000 == 7 {
				file.WriteString("not an address,bounce\n")
				continue
			}
			fmt.Fprintf(&file, "a%d@acme.example,bounce\n", n)
		}
		r, err := w.mail.PreviewSuppressions(w.ctx, "large.csv", []byte(file.String()))
		w.must(err)
		if r.Lines != 49_950 || r.Refused != 50 || r.Bad[0].Line != 9 {
			w.Fatalf("%+v", r.SuppressionImport)
		}
		w.must(w.mail.BeginImport(w.ctx, r.ID))
		w.must(w.mail.BeginImport(w.ctx, r.ID)) // a second click
		other := w.service(nil)
		failed := make(chan error, 1)
		args := resend.ImportArgs{Org: w.org, ID: r.ID}
		go func() { failed <- other.TakeImport(w.ctx, args) }()
		err = w.mail.TakeImport(w.ctx, args)
		w.must(errors.Join(err, <-failed))
		w.must(w.mail.TakeImport(w.ctx, args))
		got, err := w.mail.ImportProgress(w.ctx, r.ID)
		w.must(err)
		if got.State != mail.ImportDone || got.Added != 49_950 || got.Known != 0 || got.Taken != 49_950 || got.EndedAt == nil {
			w.Errorf("%+v", got)
		}
		w.is(waits, mail.Suppressed)
	})
}
