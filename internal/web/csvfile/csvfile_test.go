package csvfile_test

import (
	"net/http/httptest"
	"testing"

	"github.com/renoz/renoz/internal/web/csvfile"
)

func TestBegin(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	out, err := csvfile.Begin(w, "mail", []string{"a", "b"})
	if err != nil {
		t.Fatal(err)
	}
	_ = out.Write([]string{"1", "two, three"})
	out.Flush()
	if got, want := w.Body.String(), "a,b\n1,\"two, three\"\n"; got != want {
		t.Errorf("%q", got)
	}
	if got := w.Header().Get("Content-Disposition"); got != `attachment; filename="mail.csv"` {
		t.Error(got)
	}
}
