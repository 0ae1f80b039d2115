package web

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/a-h/templ"
)

func TestStreamKeepsLines(t *testing.T) {
	w := httptest.NewRecorder()
	s := NewStream(w)
	if err := s.Send(t.Context(), templ.Raw("<p>one\r\ntwo</p>\n"), templ.Raw("<hr>")); err != nil {
		t.Fatal(err)
	}
	if err := s.Event("done"); err != nil {
		t.Fatal(err)
	}
	want := "data: <p>one\ndata: two</p>\ndata: <hr>\n\nevent: done\ndata: done\n\n"
	if got := w.Body.String(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if !w.Flushed {
		t.Error("messages wait in a buffer")
	}
}

// The server's timeouts are for requests, not for streams.
func TestStreamOutlivesTimeouts(t *testing.T) {
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := NewStream(w)
		for range 4 {
			select {
			case <-r.Context().Done():
				return
			case <-time.After(100 * time.Millisecond):
			}
			if s.Event("tick") != nil {
				return
			}
		}
	}))
	srv.Config.ReadTimeout = 150 * time.Millisecond
	srv.Config.WriteTimeout = 150 * time.Millisecond
	srv.Start()
	defer srv.Close()
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if want := 4 * len("event: tick\ndata: tick\n\n"); err != nil || len(body) != want {
		t.Errorf("read %d of %d bytes: %v", len(body), want, err)
	}
}

// What did not change is not sent again, and a stream that is silent for long
// tells that it goes on.
func TestStreamSendsWhatChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := httptest.NewRecorder()
		s := NewStream(w)
		for n := range 32 {
			if err := s.Update(t.Context(), templ.Raw(map[bool]string{true: "<p>one</p>", false: "<p>two</p>"}[n < 16])); err != nil {
				t.Fatal(err)
			}
			if !s.Pause(t.Context(), time.Second) {
				t.Fatal("nobody has left")
			}
		}
		want := "data: <p>one</p>\n\n: still here\n\ndata: <p>two</p>\n\n: still here\n\n"
		if got := w.Body.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if s.Pause(gone, time.Hour) {
			t.Error("it waits for a reader who has left")
		}
	})
}
