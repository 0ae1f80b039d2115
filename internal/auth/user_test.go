package auth_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

func TestLastOwnerStays(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ann := w.user("ann@example.com", auth.Owner)
		for name, err := range map[string]error{
			"demoted":  w.SetRole(w.system(), ann, auth.Admin),
			"removed":  w.RemoveUser(w.system(), ann),
			"disabled": w.DisableUser(w.system(), ann),
		} {
			if crm.KindOf(err) != crm.Conflict {
				t.Errorf("%s: %v", name, err)
			}
		}
		bob := w.user("bob@example.com", auth.Owner)
		if err := w.DisableUser(w.system(), bob); err != nil {
			t.Fatal(err)
		}
		wantKind(t, w.SetRole(w.system(), ann, auth.Admin), crm.Conflict) // bob cannot sign in
		if err := w.EnableUser(w.system(), bob); err != nil {
			t.Fatal(err)
		}
		if err := w.SetRole(w.system(), ann, auth.Admin); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOwnersCannotDemoteEachOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ids := []crm.UserID{w.user("ann@example.com", auth.Owner), w.user("bob@example.com", auth.Owner)}
		errs := make([]error, len(ids))
		var all sync.WaitGroup
		for i, id := range ids {
			all.Go(func() { errs[i] = w.SetRole(w.system(), id, auth.Viewer) })
		}
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) || crm.KindOf(errors.Join(errs...)) != crm.Conflict {
			t.Errorf("got %v", errs)
		}
	})
}

func TestRightsOverUsers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		owner := w.user("owner@example.com", auth.Owner)
		w.user("second@example.com", auth.Owner)
		w.user("admin@example.com", auth.Admin)
		sales := w.user("sales@example.com", auth.Sales)
		admin, seller := w.as("admin@example.com"), w.as("sales@example.com")
		newOwner := auth.NewUser{Email: "x@example.com", Name: "X", Password: password, Role: auth.Owner}
		_, made := w.CreateUser(admin, newOwner)
		_, listed := w.Users(seller)
		for name, err := range map[string]error{
			"admin makes an owner":        made,
			"admin promotes to owner":     w.SetRole(admin, sales, auth.Owner),
			"admin demotes an owner":      w.SetRole(admin, owner, auth.Viewer),
			"admin removes an owner":      w.RemoveUser(admin, owner),
			"admin disables an owner":     w.DisableUser(admin, owner),
			"admin sets owner's password": w.SetPassword(admin, owner, "another long one"),
			"sales promotes themselves":   w.SetRole(seller, sales, auth.Admin),
			"sales lists users":           listed,
		} {
			if crm.KindOf(err) != crm.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := w.SetRole(admin, sales, auth.Finance); err != nil {
			t.Error(err)
		}
		wantKind(t, w.SetRole(admin, crm.NewID[crm.User](), auth.Sales), crm.NotFound)
		wantKind(t, w.SetRole(admin, sales, "root"), crm.Invalid)
		wantKind(t, w.DisableUser(w.as("second@example.com"), mustUser(t, w, "second@example.com")), crm.Conflict)
	})
}

func mustUser(t *testing.T, w *world, email string) crm.UserID {
	t.Helper()
	account, err := w.store.UserByEmail(t.Context(), email)
	if err != nil {
		t.Fatal(err)
	}
	return account.ID
}

func TestChangesEndSessions(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(ctx context.Context, w *world, id crm.UserID) error{
		"disabled": func(ctx context.Context, w *world, id crm.UserID) error { return w.DisableUser(ctx, id) },
		"removed":  func(ctx context.Context, w *world, id crm.UserID) error { return w.RemoveUser(ctx, id) },
		"password": func(ctx context.Context, w *world, id crm.UserID) error {
			return w.SetPassword(ctx, id, "another long one")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w *world) {
				w.user("owner@example.com", auth.Owner)
				id := w.user("ann@example.com", auth.Sales)
				token, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: password})
				if err != nil {
					t.Fatal(err)
				}
				if err := change(w.as("owner@example.com"), w, id); err != nil {
					t.Fatal(err)
				}
				_, err = w.Identify(t.Context(), token)
				wantKind(t, err, crm.Unauthenticated)
				if _, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: password}); err == nil {
					t.Error("the old way in is open")
				}
			})
		})
	}
}

func TestRoleChangesAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		id := w.user("ann@example.com", auth.Sales)
		token, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.SetRole(w.system(), id, auth.Viewer); err != nil {
			t.Fatal(err)
		}
		if me, err := w.Identify(t.Context(), token); err != nil || me.Role != auth.Viewer {
			t.Errorf("%+v, %v", me, err)
		}
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("ann@example.com", auth.Sales)
		other, mine := w.as("ann@example.com"), w.as("ann@example.com")
		wantKind(t, w.ChangePassword(mine, "wrong", "another long one"), crm.Invalid)
		wantKind(t, w.ChangePassword(mine, password, "short"), crm.Invalid)
		if err := w.ChangePassword(mine, password, "another long one"); err != nil {
			t.Fatal(err)
		}
		me, _ := auth.From(mine)
		if _, err := w.store.SessionByHash(t.Context(), me.Session); err != nil {
			t.Errorf("one's own session ended: %v", err)
		}
		they, _ := auth.From(other)
		_, err := w.store.SessionByHash(t.Context(), they.Session)
		wantKind(t, err, crm.NotFound)
		wantKind(t, w.ChangePassword(w.system(), password, "another long one"), crm.Forbidden)
	})
}

func TestSeveralOrganisations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		w.user("owner@example.com", auth.Owner)
		ann := w.user("ann@example.com", auth.Sales)
		second := w.organisation("Sun Traders")
		there := auth.With(t.Context(), auth.System(second, "command line"))
		w.clock.forward(time.Hour)
		_, err := w.CreateUser(there, auth.NewUser{Email: "ann@example.com", Password: password, Role: auth.Owner})
		wantKind(t, err, crm.Invalid) // the password is hers alone
		if _, err := w.CreateUser(there, auth.NewUser{Email: "ANN@example.com", Role: auth.Owner}); err != nil {
			t.Fatal(err)
		}
		_, err = w.CreateUser(there, auth.NewUser{Email: "ann@example.com", Role: auth.Owner})
		wantKind(t, err, crm.Conflict)

		owner := w.as("owner@example.com")
		wantKind(t, w.DisableUser(owner, ann), crm.Conflict)
		wantKind(t, w.SetPassword(owner, ann, "another long one"), crm.Conflict)

		token, err := w.SignIn(t.Context(), auth.Credentials{Email: "ann@example.com", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		ctx := w.with(token)
		if all, err := w.Organisations(ctx); err != nil || len(all) != 2 {
			t.Fatalf("%v, %v", all, err)
		}
		if err := w.SwitchOrganisation(ctx, second); err != nil {
			t.Fatal(err)
		}
		if me, err := w.Identify(t.Context(), token); err != nil || me.Org != second || me.Role != auth.Owner || me.OrgName != "Sun Traders" {
			t.Errorf("%+v, %v", me, err)
		}
		wantKind(t, w.SwitchOrganisation(ctx, w.organisation("Not hers")), crm.NotFound)
		wantKind(t, w.SetRole(w.with(token), mustUser(t, w, "owner@example.com"), auth.Viewer), crm.NotFound)
	})
}

func TestCreateUserFields(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		good := auth.NewUser{Email: "ann@example.com", Name: "Ann", Password: password, Role: auth.Sales}
		for field, spoil := range map[string]func(*auth.NewUser){
			"email":    func(n *auth.NewUser) { n.Email = "ann" },
			"name":     func(n *auth.NewUser) { n.Name = " " },
			"password": func(n *auth.NewUser) { n.Password = "ann@example.com" },
			"role":     func(n *auth.NewUser) { n.Role = "" },
		} {
			n := good
			spoil(&n)
			_, err := w.CreateUser(w.system(), n)
			var e *crm.Error
			if !errors.As(err, &e) || e.Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		_, err := w.CreateUser(t.Context(), good)
		wantKind(t, err, crm.Unauthenticated)
	})
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{
		"":                             false,
		"ninechars":                    false,
		"tencharsss":                   true,
		"aaaaaaaaaaaaa":                false,
		"          ":                   false,
		"firstname.lastname":           false,
		"FIRSTNAME.LASTNAME@x.example": false,
		"a\xff23456789012":             false,
		"zehn Zeichen ä":               true,
	} {
		if err := auth.CheckPassword(text, "firstname.lastname@x.example"); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
