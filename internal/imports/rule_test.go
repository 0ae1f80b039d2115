package imports

import "testing"

func TestRules(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from, to string
		ok       bool
	}{
		{"internal/crm", "internal/jobs", false},
		{"internal/link", "internal/crm", true},
		{"internal/link", "internal/jobs", true},
		{"internal/jobs", "internal/store", false},
		{"internal/store", "internal/inbox", true},
		{"internal/store", "internal/store/db", true},
		{"internal/store/db", "internal/crm", true},
		{"internal/store", "internal/records", false},
		{"internal/store", "internal/store/storetest", false},
		{"internal/store/storetest", "internal/store", true},
		{"internal/store/storetest/withpostgres", "internal/store/storetest/postgres", true},
		{"internal/records", "internal/store", true},
		{"internal/records", "internal/web", false},
		{"internal/records", "internal/integration/xero", false},
		{"internal/integration/xero", "internal/integration/xero/xeroapi", true},
		{"internal/integration/xero", "internal/integration/xero/xerosim", false},
		{"internal/integration/xero", "internal/integration/resend", false},
		{"internal/integration/xero", "internal/integration/resend/resendapi", false},
		{"internal/integration/xero", "internal/web", false},
		{"internal/integration/xero", "internal/integration/xero/xeropages", false},
		{"internal/integration/xero/xeroapi", "internal/crm", false},
		{"internal/integration/xero/xerosim", "internal/integration/xero/xeroapi", false},
		{"internal/integration/resend", "internal/integration/resend/template", true},
		{"internal/integration/resend/template", "internal/crm", true},
		{"internal/integration/resend/template", "internal/integration/resend/resendapi", false},
		{"internal/integration/resend/template", "internal/store", false},
		{"internal/integration/resend/resendpages", "internal/integration/resend/template", true},
		{"internal/integration/xero", "internal/integration/resend/template", false},
		{"internal/integration/xero/xeropages", "internal/integration/xero", true},
		{"internal/integration/xero/xeropages", "internal/integration/claude", false},
		{"internal/integration/xero/xeropages", "internal/web/ui", true},
		{"internal/recordpages", "internal/records", true},
		{"internal/recordpages", "internal/integration/xero", false},
		{"internal/workflow", "internal/records", true},
		{"internal/workflow", "internal/integration/resend", false},
		{"internal/web", "internal/auth", true},
		{"internal/web/ui", "internal/store", false},
		{"internal/web", "internal/recordpages", false},
		{"internal/api", "internal/records", true},
		{"internal/api", "internal/integration/xero", true},
		{"internal/demo", "internal/records", true},
		{"internal/demo", "internal/integration/xero", false},
		{"internal/demo", "internal/integration/xero/xerosim", true},
		{"internal/app", "internal/integration/xero/xerosim", true},
		{"internal/app", "internal/cli", false},
		{"internal/cli", "internal/app", true},
		{"internal/cli", "internal/web", false},
		{"cmd/renoz", "internal/cli", true},
		{"cmd/renoz", "internal/app", false},
		{"internal/nowhere", "internal/crm", false},
		{"internal/app", "internal/nowhere", false},
	} {
		if rule := broken(test.from, test.to); (rule == "") != test.ok {
			t.Errorf("%s imports %s: %q", test.from, test.to, rule)
		}
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		imported, level string
		ok              bool
	}{
		{"net/http", "crm", true},
		{self + "internal/crm", "store", true},
		{"github.com/jackc/pgx/v5/pgxpool", "store", true},
		{"github.com/jackc/pgx/v5", "pages", false},
		{"github.com/jackc/pgx/v5extra", "store", false},
		{"github.com/riverqueue/river/riverdriver/riversqlite", "mechanisms", false},
		{"github.com/riverqueue/river/rivertype", "mechanisms", true},
		{"example.com/unknown", "app", false},
	} {
		if complaint := unreasoned(test.imported, test.level); (complaint == "") != test.ok {
			t.Errorf("%s on level %s: %q", test.imported, test.level, complaint)
		}
	}
}
