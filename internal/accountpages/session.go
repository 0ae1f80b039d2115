package accountpages

import (
	"net/http"
	"strings"

	"github.com/renoz/renoz/internal/web"
)

// changeName changes the reader's own name.
func (p *Pages) changeName(w http.ResponseWriter, r *http.Request) error {
	name := r.PostFormValue("name")
	if err := p.auth.Rename(r.Context(), name); err != nil {
		return orShow(err, func(status int, why refusal) error {
			return p.showAccount(w, r, status, account{Name: name, nameRefusal: why})
		})
	}
	return web.Redirect(w, r, "/account", "done", "name-changed")
}

// endSession ends the session that the form names, or all but this one.
func (p *Pages) endSession(w http.ResponseWriter, r *http.Request) error {
	if r.PostForm.Has("others") {
		if err := p.auth.EndOtherSessions(r.Context()); err != nil {
			return err
		}
		return web.Redirect(w, r, "/account", "done", "others-signed-out")
	}
	if err := p.auth.EndSession(r.Context(), r.PostFormValue("session")); err != nil {
		return err
	}
	return web.Redirect(w, r, "/account", "done", "session-ended")
}

// browserWords says what a browser calls itself in a word or two, such as
// "Firefox on Windows". What it says cannot be believed, only recognised.
func browserWords(agent string) string {
	first := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(agent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	// Browsers name those that they descend from too: the younger come first.
	browser := first([][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Vivaldi/", "Vivaldi"}, {"FxiOS/", "Firefox"}, {"Firefox/", "Firefox"},
		{"CriOS/", "Chrome"}, {"Chromium/", "Chromium"}, {"HeadlessChrome/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	})
	system := first([][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"CrOS", "ChromeOS"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"},
	})
	switch {
	case browser != "" && system != "":
		return browser + " on " + system
	case browser+system != "":
		return browser + system
	case agent == "":
		return "Unknown browser"
	}
	return "Another program"
}
