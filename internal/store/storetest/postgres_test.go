package storetest

import (
	"errors"
	"fmt"
	"testing"

	"github.com/renoz/renoz/internal/store/storetest/postgres"
)

// verdict stands in for a test and keeps how it was ended.
type verdict struct {
	testing.TB
	skipped, failed bool
}

func (v *verdict) Helper()               {}
func (v *verdict) Skipf(string, ...any)  { v.skipped = true; panic(v) }
func (v *verdict) Fatalf(string, ...any) { v.failed = true; panic(v) }

func TestUnavailable(t *testing.T) { // changes the environment, so not in parallel
	missing := fmt.Errorf("start: %w", postgres.ErrMissing)
	for _, test := range []struct {
		name, strict string
		err          error
		skipped      bool
	}{
		{"missing", "", missing, true},
		{"missing where nothing may be skipped", "1", missing, false},
		{"there and broken", "", errors.New("initdb failed"), false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv(StrictVariable, test.strict)
			v := &verdict{}
			func() {
				defer func() { _ = recover() }() // as a test ends: not by returning
				unavailable(v, test.err)
			}()
			if v.skipped != test.skipped || v.failed == test.skipped {
				t.Errorf("skipped %v, failed %v", v.skipped, v.failed)
			}
		})
	}
}

func TestAddressKeepsItsSettings(t *testing.T) {
	t.Setenv(postgres.ServerVariable, "postgres://me:secret@db.example:6432/postgres?sslmode=require")
	at, err := address(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := at("mine"), "postgres://me:secret@db.example:6432/mine?sslmode=require"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestSchemaKeyIsStable(t *testing.T) {
	t.Parallel()
	if a, b := schemaKey(), schemaKey(); a != b || len(a) != 16 {
		t.Errorf("%q and %q", a, b)
	}
}
