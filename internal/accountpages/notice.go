package accountpages

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web/ui"
)

// Notices words what the pages report.
func (p *Pages) Notices() map[string]func(*http.Request) *ui.Notice {
	return map[string]func(*http.Request) *ui.Notice{
		"signed-out":            says("Signed out", "Your session on this device has ended."),
		"signed-out-everywhere": says("Signed out everywhere", "All your sessions have ended, this one too."),
		"password-changed":      says("Password changed", "Your other sessions have ended."),
		"name-changed":          says("Name changed", "Colleagues see it from now on."),
		"session-ended":         says("Signed out there", "That session has ended."),
		"others-signed-out":     says("Signed out elsewhere", "You are signed in here alone."),
		"organisation-switched": switched,
		"user-role-changed":     says("Role changed", "It holds from the next page on."),
		"user-disabled":         disabled,
		"user-enabled":          says("Account enabled", "This person can sign in again."),
		"user-removed":          says("Removed from the organisation", "Their sessions here have ended."),
		"token-revoked":         says("Token revoked", "Programs that use it are refused from now on."),
		"notices-read":          says("Marked as read", "For everyone in the organisation."),
		"organisation-saved":    says("Organisation saved", "New documents follow these settings."),
	}
}

func says(title, text string) func(*http.Request) *ui.Notice {
	return func(*http.Request) *ui.Notice { return &ui.Notice{Title: title, Text: text} }
}

func switched(r *http.Request) *ui.Notice {
	me, ok := auth.From(r.Context())
	if !ok {
		return nil
	}
	return &ui.Notice{Title: "Organisation switched", Text: "You see the records of " + me.OrgName + " now."}
}

// disabled is shown on the page of the person, whose id is in the address.
func disabled(r *http.Request) *ui.Notice {
	id, err := crm.ParseID[crm.User](r.PathValue("id"))
	if err != nil {
		return nil
	}
	return &ui.Notice{
		Title: "Account disabled", Text: "This person is signed out and cannot sign in.",
		Undo: &ui.PostTo{URL: userHref(id) + "/enable"},
	}
}
