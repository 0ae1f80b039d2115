package auth

import (
	"slices"
	"strings"
)

// Permission names something that a role may do.
type Permission string

// The permissions.
const (
	CustomersView    Permission = "customers.view"
	CustomersEdit    Permission = "customers.edit"
	ProductsView     Permission = "products.view"
	ProductsEdit     Permission = "products.edit"
	OrdersView       Permission = "orders.view"
	OrdersEdit       Permission = "orders.edit"
	OrdersShip       Permission = "orders.ship"
	InvoicesView     Permission = "invoices.view"
	InvoicesEdit     Permission = "invoices.edit"
	InvoicesIssue    Permission = "invoices.issue"
	PaymentsRecord   Permission = "payments.record"
	CreditNotesView  Permission = "credit_notes.view"
	CreditNotesEdit  Permission = "credit_notes.edit"  // drafts
	CreditNotesIssue Permission = "credit_notes.issue" // issue, void, allocate and undo
	SyncView         Permission = "sync.view"          // history, webhook log, overview card
	SyncRetry        Permission = "sync.retry"         // retry, dismiss, replay, sync now
	ErrorsView       Permission = "errors.view"
	XeroConnect      Permission = "xero.connect"
	XeroSettings     Permission = "xero.settings" // mapping
	BreakerReset     Permission = "breaker.reset"
	JobsView         Permission = "jobs.view"
	UsersView        Permission = "users.view"
	UsersManage      Permission = "users.manage"
	OwnersManage     Permission = "owners.manage" // make, change and remove owners
	TokensManage     Permission = "tokens.manage"
	OrganisationEdit Permission = "organisation.edit"
	MailView         Permission = "mail.view"
	MailSend         Permission = "mail.send"     // send, cancel, send again
	MailSettings     Permission = "mail.settings" // how mail is sent, whom not to write to, pausing
	AssistantUse     Permission = "assistant.use"
	AssistantManage  Permission = "assistant.manage" // limits, personas, audit
)

// grant says who may do something, and how a refusal names it.
type grant struct {
	doing string
	roles []Role
}

// grants is the one table of rights; nothing writes to it. Reading invoices is
// for owner, admin, finance, sales and viewer; connecting an accounting service
// is for those who answer for the business.
var grants = map[Permission]grant{
	CustomersView: {"seeing customers", []Role{Owner, Admin, Finance, Sales, Operations, Support, Viewer}},
	CustomersEdit: {"changing customers", []Role{Owner, Admin, Finance, Sales, Support}},
	ProductsView:  {"seeing products", []Role{Owner, Admin, Finance, Sales, Operations, Support, Viewer}},
	ProductsEdit:  {"changing products", []Role{Owner, Admin, Finance, Sales}},

	OrdersView: {"seeing orders", []Role{Owner, Admin, Finance, Sales, Operations, Support, Viewer}},
	OrdersEdit: {"changing orders", []Role{Owner, Admin, Finance, Sales, Operations}},
	OrdersShip: {"shipping orders", []Role{Owner, Admin, Sales, Operations}},

	InvoicesView:   {"seeing invoices", []Role{Owner, Admin, Finance, Sales, Viewer}},
	InvoicesEdit:   {"changing invoices", []Role{Owner, Admin, Finance}},
	InvoicesIssue:  {"issuing invoices", []Role{Owner, Admin, Finance}},
	PaymentsRecord: {"recording payments", []Role{Owner, Admin, Finance}},

	CreditNotesView:  {"seeing credit notes", []Role{Owner, Admin, Finance, Sales, Viewer}},
	CreditNotesEdit:  {"changing credit notes", []Role{Owner, Admin, Finance}},
	CreditNotesIssue: {"issuing credit notes", []Role{Owner, Admin, Finance}},

	SyncView:   {"seeing what was synced", []Role{Owner, Admin, Finance, Sales, Viewer}},
	ErrorsView: {"seeing sync errors", []Role{Owner, Admin, Finance, Sales, Viewer}},
	SyncRetry:  {"syncing and dismissing errors", []Role{Owner, Admin, Finance}},

	XeroConnect:  {"connecting Xero", []Role{Owner, Admin}},
	XeroSettings: {"changing the Xero settings", []Role{Owner, Admin, Finance}},
	BreakerReset: {"resetting a breaker", []Role{Owner, Admin}},
	JobsView:     {"seeing jobs", []Role{Owner, Admin}},

	UsersView:    {"seeing who has access", []Role{Owner, Admin, Finance}},
	UsersManage:  {"managing users", []Role{Owner, Admin}},
	OwnersManage: {"managing owners", []Role{Owner}},
	TokensManage: {"managing API tokens", []Role{Owner, Admin}},
	MailView:     {"seeing mail", []Role{Owner, Admin, Finance, Sales, Support, Viewer}},
	MailSend:     {"sending mail", []Role{Owner, Admin, Finance, Sales, Support}},
	MailSettings: {"changing the mail settings", []Role{Owner, Admin}},

	AssistantUse:    {"asking the assistant", []Role{Owner, Admin, Finance, Sales, Operations, Support}},
	AssistantManage: {"managing the assistant", []Role{Owner, Admin}},

	OrganisationEdit: {"changing the organisation's settings", []Role{Owner, Admin}},
}

// Can reports whether a role may do something. An unknown role or permission
// may not.
func Can(role Role, permission Permission) bool {
	return slices.Contains(grants[permission].roles, role)
}

// All are all permissions, in alphabetical order.
func All() []Permission {
	all := make([]Permission, 0, len(grants))
	for permission := range grants {
		all = append(all, permission)
	}
	slices.Sort(all)
	return all
}

// Holders are the roles that have a permission, in the order of Roles.
func Holders(permission Permission) []Role { return slices.Clone(grants[permission].roles) }

// personal are the permissions that no token has, whatever its role: what a
// leaked token made would outlive it.
func personal(permission Permission) bool {
	return permission == UsersManage || permission == OwnersManage || permission == TokensManage
}

// holderWords is "Owner, Admin or Finance".
func holderWords(permission Permission) string {
	var labels []string
	for _, role := range grants[permission].roles {
		labels = append(labels, role.Label())
	}
	if len(labels) < 2 {
		return strings.Join(labels, "")
	}
	last := len(labels) - 1
	return strings.Join(labels[:last], ", ") + " or " + labels[last]
}
