package main

import (
	"testing"

	"github.com/renoz/renoz/internal/store/storetest/postgres"
)

func TestRunEndsAsItsCommand(t *testing.T) {
	t.Setenv(postgres.ServerVariable, "postgres://given") // none is started
	for _, test := range []struct {
		script string
		code   int
	}{
		{`test "$RENOZ_TEST_POSTGRES_URL" = postgres://given`, 0},
		{"exit 3", 3},
		{"kill -KILL $$", 1},
	} {
		code, err := run([]string{"/bin/sh", "-c", test.script})
		if code != test.code || err != nil {
			t.Errorf("%s: status %d, %v", test.script, code, err)
		}
	}
	if code, err := run([]string{"/nowhere"}); code == 0 || err == nil {
		t.Errorf("no such command: status %d, %v", code, err)
	}
}
