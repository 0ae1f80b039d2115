package xerosim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/integration/xero/xerosim"
)

// officialClient finds Xero's own Node client, or skips; with RENOZ_TEST_STRICT=1 it fails.
func officialClient(t *testing.T) (node, folder string) {
	t.Helper()
	missing := func(reason string) {
		t.Helper()
		if os.Getenv("RENOZ_TEST_STRICT") == "1" {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	folder = "officialclient"
	node, err := exec.LookPath("node")
	if err != nil {
		missing("node is missing, so Xero's own client is not run against the simulator; install Node 20 or newer")
	}
	locked, err := os.ReadFile(filepath.Join(folder, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	installed, err := os.ReadFile(filepath.Join(folder, "node_modules", ".installed"))
	if err != nil || !bytes.Equal(locked, installed) {
		missing("xero-node is not installed as its lock file says; run scripts/setup")
	}
	return node, folder
}

// TestOfficialClient lets Xero's own Node client connect, write and take back.
func TestOfficialClient(t *testing.T) {
	t.Parallel()
	node, folder := officialClient(t)
	sim := xerosim.New(xerosim.Options{MinuteLimit: -1})
	web := httptest.NewServer(sim)
	t.Cleanup(web.Close)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, node, "script.mjs", web.URL)
	run.Dir = folder
	// Nothing of the surroundings may lead the client elsewhere, such as a proxy.
	run.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NO_PROXY=*"}
	var words bytes.Buffer
	run.Stderr = &words
	said, err := run.Output()
	if err != nil {
		t.Fatalf("Xero's own client: %v\n%s", err, words.String())
	}
	lines := bytes.Split(bytes.TrimSpace(said), []byte("\n"))
	var made struct{ Contact, Voided, Paid, Note, Overpayment string }
	if err := json.Unmarshal(lines[len(lines)-1], &made); err != nil {
		t.Fatalf("the script's last line is %s: %v", lines[len(lines)-1], err)
	}
	books, err := sim.Books("")
	if err != nil {
		t.Fatal(err)
	}
	if len(books.Invoices) != 2 || len(books.Contacts) != 1 || len(books.CreditNotes) != 1 || len(books.Overpayments) != 1 || len(books.Payments) != 3 {
		t.Fatalf("the books hold %d invoices, %d contacts, %d notes, %d overpayments, %d payments", len(books.Invoices), len(books.Contacts),
			len(books.CreditNotes), len(books.Overpayments), len(books.Payments))
	}
	for _, invoice := range books.Invoices {
		want := map[string]string{made.Voided: "VOIDED", made.Paid: "PAID"}[invoice.InvoiceID]
		if invoice.Status != want || invoice.Contact.ContactID != made.Contact {
			t.Errorf("%s is %s, want %s", invoice.InvoiceNumber, invoice.Status, want)
		}
	}
	if over := books.Overpayments[0]; over.ID() != made.Overpayment || over.RemainingCredit.String() != "20.00" {
		t.Errorf("the overpayment is %+v", over)
	}
	if counts := sim.Counts(); counts.Replays != 1 {
		t.Errorf("%d replays of an Idempotency-Key, want 1", counts.Replays)
	}
}
