package webtest_test

import (
	"net/http/httptest"
	"testing"

	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/story"
	"github.com/renoz/renoz/internal/web/webtest"
)

func TestMain(m *testing.M) { webtest.Main(m) }

// serve starts the stories and returns their address.
func serve(t *testing.T) string {
	t.Helper()
	s, err := web.New(story.Config())
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(s)
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	return srv.URL
}

func TestStories(t *testing.T) {
	webtest.Check(t, serve(t),
		webtest.View{Path: "/"},
		webtest.View{Path: "/invoices"},
		webtest.View{Path: "/invoices?q=nothing"},
		webtest.View{Path: "/invoices/INV-1042"},
		webtest.View{Path: "/invoices/new"},
		webtest.View{Path: "/settings"},
		webtest.View{Path: "/nothing"},
		webtest.View{Path: "/sign-in"},
		webtest.View{Path: "/absent", Expect: []string{"404"}},
		webtest.View{Path: "/secret", Expect: []string{"403"}},
		webtest.View{Path: "/broken", Expect: []string{"500"}},
	)
}
