package auth_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

func TestCan(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		permission auth.Permission
		may        []auth.Role
	}{
		{auth.XeroConnect, []auth.Role{auth.Owner, auth.Admin}},
		{auth.XeroSettings, []auth.Role{auth.Owner, auth.Admin, auth.Finance}},
		{auth.SyncRetry, []auth.Role{auth.Owner, auth.Admin, auth.Finance}},
		{auth.TokensManage, []auth.Role{auth.Owner, auth.Admin}},
		{auth.UsersManage, []auth.Role{auth.Owner, auth.Admin}},
		{auth.OwnersManage, []auth.Role{auth.Owner}},
		{auth.JobsView, []auth.Role{auth.Owner, auth.Admin}},
		{auth.InvoicesView, []auth.Role{auth.Owner, auth.Admin, auth.Finance, auth.Sales, auth.Viewer}},
		{auth.CustomersView, auth.Roles()},
		{"no.such", nil},
		{"", nil},
	} {
		for _, role := range append(auth.Roles(), "", "root") {
			if got := auth.Can(role, c.permission); got != slices.Contains(c.may, role) {
				t.Errorf("Can(%q, %q) = %t", role, c.permission, got)
			}
		}
	}
}

func TestTableIsWhole(t *testing.T) {
	t.Parallel()
	for _, permission := range auth.All() {
		if !auth.Can(auth.Owner, permission) {
			t.Errorf("owners lack %s", permission)
		}
		for _, role := range auth.Holders(permission) {
			if !role.Valid() {
				t.Errorf("%s is given to %q", permission, role)
			}
		}
		if err := (auth.Identity{Role: auth.Viewer}).Require(permission); err != nil && !strings.Contains(err.Error(), "It needs the role Owner") {
			t.Errorf("%s: %v", permission, err)
		}
	}
	viewing := func(p auth.Permission) bool { return strings.HasSuffix(string(p), ".view") }
	for _, permission := range auth.All() {
		if auth.Can(auth.Viewer, permission) && !viewing(permission) {
			t.Errorf("viewers may %s", permission)
		}
	}
}

func TestCovers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		role, other auth.Role
		want        bool
	}{
		{auth.Owner, auth.Owner, true},
		{auth.Owner, auth.Admin, true},
		{auth.Admin, auth.Owner, false},
		{auth.Admin, auth.Admin, true},
		{auth.Admin, auth.Viewer, true},
		{auth.Viewer, auth.Finance, false},
		{auth.Owner, "", false},
		{"", auth.Viewer, false},
		{"", "", false},
	} {
		if got := c.role.Covers(c.other); got != c.want {
			t.Errorf("%q covers %q: %t", c.role, c.other, got)
		}
	}
}

func TestIdentityInContext(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	if _, ok := auth.From(ctx); ok {
		t.Error("somebody acts in an empty context")
	}
	_, err := auth.Require(ctx, auth.CustomersView)
	wantKind(t, err, crm.Unauthenticated)
	if _, ok := auth.From(auth.With(ctx, auth.Identity{})); ok {
		t.Error("the zero identity acts")
	}
	wantKind(t, auth.Identity{}.Require(auth.CustomersView), crm.Unauthenticated)

	token := auth.Identity{Token: crm.NewID[crm.APIToken](), Name: "shop", Role: auth.Owner}
	for _, permission := range []auth.Permission{auth.UsersManage, auth.OwnersManage, auth.TokensManage} {
		wantKind(t, token.Require(permission), crm.Forbidden)
	}
	if err := token.Require(auth.InvoicesIssue); err != nil {
		t.Error(err)
	}
	viewer := auth.With(ctx, auth.Identity{User: crm.NewID[crm.User](), Email: "vi@example.com", Role: auth.Viewer})
	_, err = auth.Require(viewer, auth.InvoicesIssue)
	wantKind(t, err, crm.Forbidden)
	if want := "Your role, Viewer, does not include issuing invoices. It needs the role Owner, Admin or Finance, which an owner or admin can give you."; err.Error() != want {
		t.Errorf("got %q", err)
	}
}

func TestActor(t *testing.T) {
	t.Parallel()
	for want, identity := range map[string]auth.Identity{
		"Ann":           {User: crm.NewID[crm.User](), Name: "Ann", Email: "ann@example.com", Role: auth.Sales},
		"token shop":    {Token: crm.NewID[crm.APIToken](), Name: "shop", Role: auth.Sales},
		"nightly check": auth.System(crm.NewID[crm.Organisation](), "nightly check"),
		"nobody":        {},
	} {
		if got := auth.Actor(auth.With(t.Context(), identity)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
