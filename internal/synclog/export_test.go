package synclog

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// TestExport reads batch by batch, each from the last entry of the one before.
func TestExport(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC)
	all := make([]Entry, 5)
	for i := range all {
		all[i] = Entry{ID: uuid.UUID{15: byte(9 - i)}, Direction: Out, EntityType: "invoice", EntityID: "7", Label: "=INV", Action: Create, Status: Success, Attempt: 1, Actor: "Jo", Duration: 1500 * time.Microsecond, At: at}
	}
	read := func(f Filter) ([]Entry, error) {
		from := 0
		for i, e := range all {
			if e.ID == f.Before {
				from = i + 1
			}
		}
		if f.Text != "inv" || f.Limit < 1 {
			t.Errorf("asked for %+v", f)
		}
		return all[from:min(from+2, len(all))], nil
	}
	for format, want := range map[Format]string{
		CSV:       "2026-11-22T01:02:03Z,out,invoice,7,'=INV,create,success,,1,Jo,0,1\n",
		JSONLines: `{"time":"2026-11-22T01:02:03Z","direction":"out","entity":"invoice","record":"7","label":"=INV","action":"create","status":"success","attempt":1,"who":"Jo","milliseconds":1}` + "\n",
	} {
		x, err := NewExport(Filter{Text: "inv"}, read)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		if err := x.WriteIn(format, &out); err != nil || !strings.HasSuffix(out.String(), strings.Repeat(want, len(all))) {
			t.Errorf("%s: %v, %q", format, err, out.String())
		}
	}
	if _, err := NewExport(Filter{}, func(Filter) ([]Entry, error) { return nil, errors.ErrUnsupported }); err == nil {
		t.Error("an export began that cannot be read")
	}
}
