package auth

// Role says what a person or a token may do in one organisation.
type Role string

// The roles.
const (
	Owner      Role = "owner"
	Admin      Role = "admin"
	Finance    Role = "finance"
	Sales      Role = "sales"
	Operations Role = "operations"
	Support    Role = "support"
	Viewer     Role = "viewer"
)

// Roles are all roles in the order in which people choose among them.
func Roles() []Role { return []Role{Owner, Admin, Finance, Sales, Operations, Support, Viewer} }

// Valid reports whether the role is one of Roles.
func (r Role) Valid() bool { return r.Label() != "" }

// Label is the role in words, or "" when it is not valid.
func (r Role) Label() string {
	switch r {
	case Owner:
		return "Owner"
	case Admin:
		return "Admin"
	case Finance:
		return "Finance"
	case Sales:
		return "Sales"
	case Operations:
		return "Operations"
	case Support:
		return "Support"
	case Viewer:
		return "Viewer"
	}
	return ""
}

// Covers reports whether r may do everything that other may. Nobody gives away
// a role that their own does not cover.
func (r Role) Covers(other Role) bool {
	for permission := range grants {
		if Can(other, permission) && !Can(r, permission) {
			return false
		}
	}
	return r.Valid() && other.Valid()
}
