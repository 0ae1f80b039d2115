package accountpages_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/notify"
)

// shown finds the secret that a page shows, and proves that it is shown once.
func shown(t *testing.T, a answer, id string) string {
	t.Helper()
	m := regexp.MustCompile(`<code id="` + id + `"[^>]*>([^<]+)</code>`).FindStringSubmatch(a.Body)
	if m == nil {
		t.Fatalf("%s shows no %s", a.Path, id)
	}
	if a.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page may be cached")
	}
	return m[1]
}

func TestUserList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	w.user("Cem Kaya", auth.Finance)
	ben := w.user("Ben Ito", auth.Sales)
	if err := w.auth.DisableUser(w.in(w.org), ben); err != nil {
		t.Fatal(err)
	}
	r := w.as("Ana")
	for query, want := range map[string]string{
		"": "Ana Cem Ben", "?q=VOLT.example": "Ana Cem Ben", "?q=ana": "Ana", "?role=finance": "Cem", "?state=disabled": "Ben",
		"?state=active": "Ana Cem", "?q=zed": "", "?role=sales&state=active": "",
	} {
		a := r.get("/users" + query)
		_, table, _ := strings.Cut(a.Body, `id="users"`)
		for _, name := range []string{"Ana", "Cem", "Ben"} {
			if strings.Contains(table, mail(name)) != strings.Contains(want, name) {
				t.Errorf("%q: want %q", query, want)
			}
		}
		if want == "" {
			a.want(t, http.StatusOK, "No user matches this filter.")
		}
	}
	w.as("Cem").get("/users").lacks(t, "Add a user")
	w.as("Cem").get("/users/"+ben.String()).want(t, http.StatusOK, "You can look, but not change anything")
	w.as("Cem").get("/users/new").want(t, http.StatusForbidden)
}

func TestAddUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	w.user("Dan Roy", auth.Admin)
	r := w.as("Ana")
	r.post("/users/new", "email", "nobody").want(t, http.StatusUnprocessableEntity, "3 fields need attention", "Choose a role.", "name@example.com")
	a := r.post("/users/new", "name", "Eva Om", "email", "Eva@volt.example", "role", "sales")
	a.want(t, http.StatusOK, "Eva Om was added")
	secret := shown(t, a, "password")
	r.get("/users").lacks(t, secret)
	w.stranger().post("/sign-in", "email", mail("Eva"), "password", secret).at(t, "/")
	r.post("/users/new", "name", "Eva Om", "email", mail("Eva"), "role", "sales").want(t, http.StatusConflict, "belongs to the organisation already")
	dan := w.as("Dan")
	dan.get("/users/new").lacks(t, `value="owner"`)
	dan.post("/users/new", "name", "Fay Ek", "email", mail("Fay"), "role", "owner").want(t, http.StatusForbidden, "cannot give the role Owner")
}

func TestAddKnownPerson(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	if _, err := w.auth.CreateUser(w.in(w.organisation("Amp Works")), auth.NewUser{Email: mail("Gil"), Name: "Gil Bo", Password: password, Role: auth.Owner}); err != nil {
		t.Fatal(err)
	}
	a := w.as("Ana").post("/users/new", "name", "Gilbert", "email", mail("Gil"), "role", "sales")
	a.want(t, http.StatusOK, "Gil Bo was added", "No password is needed")
	a.lacks(t, `id="password"`)
}

func TestChangeUser(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, ben := w.user("Ana Lee", auth.Owner), w.user("Ben Ito", auth.Sales)
	r, page := w.as("Ana"), "/users/"+ben.String()
	r.get(page).want(t, http.StatusOK, "Ben Ito", "Disable account")
	r.post(page+"/role", "role", "finance").want(t, http.StatusOK, "Role changed", "<dd>Finance</dd>")
	r.post(page+"/role", "role", "king").want(t, http.StatusUnprocessableEntity, "Choose a role.")
	session := w.as("Ben")
	r.post(page+"/disable").want(t, http.StatusOK, "Account disabled", "Undo", "Enable account")
	session.get("/account").at(t, "/sign-in?back=%2Faccount")
	r.post(page+"/enable").want(t, http.StatusOK, "Account enabled", "Disable account")
	a := r.post(page + "/password")
	a.want(t, http.StatusOK, "New password for Ben Ito")
	w.stranger().post("/sign-in", "email", mail("Ben"), "password", shown(t, a, "password")).at(t, "/")
	r.post("/users/"+ana.String()+"/disable").want(t, http.StatusConflict, "You cannot disable your own account.")
	r.post(page+"/remove").want(t, http.StatusOK, "Removed from the organisation")
	r.get(page).want(t, http.StatusNotFound)
	r.post(page+"/role", "role", "sales").want(t, http.StatusNotFound)
	r.get("/users/not-an-id").want(t, http.StatusNotFound)
}

func TestLastOwnerStays(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("Ana Lee", auth.Owner)
	r, page := w.as("Ana"), "/users/"+ana.String()
	a := r.get(page)
	a.want(t, http.StatusOK, "This is the last owner of the organisation. Make somebody else an owner first.")
	a.lacks(t, "Change role")
	r.post(page+"/role", "role", "admin").want(t, http.StatusConflict, "This is the last owner")
	r.post(page+"/remove").want(t, http.StatusConflict, "This is the last owner")
	w.user("Ben Ito", auth.Owner)
	r.post(page+"/role", "role", "viewer").at(t, "/account?done=user-role-changed")
}

func TestAdminLeavesOwnersAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.user("Ana Lee", auth.Owner)
	w.user("Dan Roy", auth.Admin)
	r, page := w.as("Dan"), "/users/"+ana.String()
	r.get(page).want(t, http.StatusOK, "cannot change somebody with the role Owner. Ask an owner.")
	for _, step := range []string{"/role", "/disable", "/remove", "/password"} {
		r.post(page+step, "role", "viewer").want(t, http.StatusForbidden, "Ask an owner.")
	}
}

func TestOtherOrganisationsPeopleAreHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	gil, err := w.auth.CreateUser(w.in(w.organisation("Amp Works")), auth.NewUser{Email: mail("Gil"), Name: "Gil Bo", Password: password, Role: auth.Sales})
	if err != nil {
		t.Fatal(err)
	}
	r := w.as("Ana")
	r.get("/users").lacks(t, "Gil Bo")
	r.get("/users/"+gil.String()).want(t, http.StatusNotFound)
	for _, step := range []string{"/role", "/disable", "/enable", "/remove", "/password"} {
		a := r.post("/users/"+gil.String()+step, "role", "viewer")
		a.lacks(t, "Gil Bo")
		if a.Status < 400 {
			t.Errorf("%s answered %d", step, a.Status)
		}
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	r := w.as("Ana")
	r.get("/tokens").want(t, http.StatusOK, "No active tokens")
	r.post("/tokens/new", "expires", "90d").want(t, http.StatusUnprocessableEntity, "Choose a role.", "says what uses the token")
	r.post("/tokens/new", "name", "Web shop", "role", "sales", "expires", "later").want(t, http.StatusUnprocessableEntity, "Choose when the token ends.")
	a := r.post("/tokens/new", "name", "Web shop", "role", "sales", "expires", "30d")
	a.want(t, http.StatusOK, "Web shop can use the API now")
	text := shown(t, a, "token")
	who, err := w.auth.IdentifyBearer(t.Context(), text)
	if err != nil || who.Role != auth.Sales {
		t.Fatalf("the token is %v, %v", who, err)
	}
	list := r.get("/tokens")
	list.want(t, http.StatusOK, "Web shop", text[:8]+"…")
	list.lacks(t, text)
	r.post("/tokens/"+who.Token.String()+"/revoke").want(t, http.StatusOK, "Token revoked", "No active tokens")
	r.get("/tokens?state=ended").want(t, http.StatusOK, "Web shop", "Revoked")
	if _, err := w.auth.IdentifyBearer(t.Context(), text); crm.KindOf(err) != crm.Unauthenticated {
		t.Errorf("the revoked token answers %v", err)
	}
	r.post("/tokens/x/revoke").want(t, http.StatusNotFound)
	r.post("/tokens/"+crm.NewID[crm.APIToken]().String()+"/revoke").want(t, http.StatusNotFound)
	w.user("Ben Ito", auth.Sales)
	w.as("Ben").get("/tokens").want(t, http.StatusForbidden)
}

func TestNotifications(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ben Ito", auth.Viewer)
	r := w.as("Ben")
	r.get("/notifications").want(t, http.StatusOK, "No notifications")
	for i := range 52 {
		n := notify.Notice{Org: w.org, Cause: fmt.Sprint("cause ", i), Level: notify.Warning, Title: fmt.Sprintf("Notice number %02d.", i), Text: "Look at it.", Href: "/account"}
		if err := w.notifier.Tell(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	a := r.get("/notifications")
	a.want(t, http.StatusOK, "52 unread", "Notice number 51.", "Notice number 02.", "Mark all as read")
	a.lacks(t, "Notice number 01.")
	m := regexp.MustCompile(`href="(/notifications\?before=[^"]+)"`).FindStringSubmatch(a.Body)
	if m == nil {
		t.Fatal("there is no way to older notifications")
	}
	r.get(m[1]).want(t, http.StatusOK, "Notice number 01.", "Notice number 00.")
	upTo := regexp.MustCompile(`name="up_to" value="([^"]+)"`).FindStringSubmatch(a.Body)[1]
	a = r.post("/notifications/read", "up_to", upTo)
	a.want(t, http.StatusOK, "Marked as read", "All read")
	a.lacks(t, "Mark all as read")
	r.get("/notifications?before=x").want(t, http.StatusNotFound)
	r.post("/notifications/read", "up_to", "x").want(t, http.StatusUnprocessableEntity)
}

func TestOrganisation(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.user("Ana Lee", auth.Owner)
	w.user("Ben Ito", auth.Sales)
	w.as("Ben").get("/organisation").want(t, http.StatusForbidden)
	r := w.as("Ana")
	r.get("/organisation").want(t, http.StatusOK, "Volt Supply", "As in INV-00042.")
	wrong := []string{"name", "", "currency", "XXX", "time_zone", "Mars/Base", "country", "aus", "terms_days", "soon", "year_start", "13", "invoice_prefix", "I 1", "rate_gst", "ten", "rate_export", "120"}
	r.post("/organisation", wrong...).want(t, http.StatusUnprocessableEntity,
		"Enter the name of the organisation.", "Choose a currency.", "Choose a time zone", "code of two letters", "Enter 0 to 365 days.",
		"Choose the month", "Use only letters, digits", "Mars/Base", "Enter a rate between 0 and 100 %.", `aria-describedby="time_zone-error time_zone-hint"`)
	a := r.post("/organisation", "name", "Volt & Co", "currency", "NZD", "time_zone", "Pacific/Auckland", "country", "nz", "terms_days", "14", "year_start", "4",
		"invoice_prefix", "V-", "order_prefix", "", "rate_gst", "15 %", "rate_gst_free", "0", "rate_input_taxed", "0", "rate_export", "0")
	a.want(t, http.StatusOK, "Organisation saved", "Volt &amp; Co")
	o, err := w.store.Organisation(t.Context(), w.org)
	if err != nil {
		t.Fatal(err)
	}
	rates, err := w.store.OrganisationTaxRates(t.Context(), w.org)
	if err != nil {
		t.Fatal(err)
	}
	if o.Currency != "NZD" || o.Country != "NZ" || o.TermsDays != 14 || o.InvoicePrefix != "V-" || rates[crm.GST] != 15_00 {
		t.Errorf("kept %+v and %v", o, rates)
	}
}
