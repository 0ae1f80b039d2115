package store_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
	"github.com/renoz/renoz/internal/store/storetest"
)

func TestBackup(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		s := storetest.Open(t, url)
		org := addBusiness(t, s, "Wattle Batteries")
		file := filepath.Join(t.TempDir(), "renoz.backup")
		if err := s.Backup(t.Context(), file); err != nil {
			t.Fatal(err)
		}
		info, err := os.Stat(file)
		if err != nil || info.Mode().Perm() != 0o600 {
			t.Fatalf("the copy is %v, %v; only its owner may read it", info, err)
		}
		addBusiness(t, s, "Added later")
		if store.IsPostgres(url) {
			listing, err := exec.CommandContext(t.Context(), "pg_restore", "--data-only", "--table=organisations", "--file=-", file).Output()
			if err != nil || !strings.Contains(string(listing), org.ID.String()) || strings.Contains(string(listing), "Added later") {
				t.Fatalf("pg_restore reads %s, %v", listing, err)
			}
		} else {
			all, err := storetest.Open(t, file).Organisations(t.Context())
			if err != nil || len(all) != 1 || all[0].ID != org.ID {
				t.Fatalf("the copy has %v, %v", all, err)
			}
		}
		ofKind(t, s.Backup(t.Context(), file), crm.Invalid)
		ofKind(t, s.Backup(t.Context(), filepath.Join(t.TempDir(), "none", "renoz.backup")), crm.Invalid)
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), "*.part")); err != nil || len(left) > 0 {
			t.Fatalf("left behind: %v, %v", left, err)
		}
	})
}
