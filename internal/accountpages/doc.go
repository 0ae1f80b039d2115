// Package accountpages shows the pages about who uses the product: signing in
// and out, one's own account, the people and API tokens of the organisation,
// its notifications and its settings.
//
// It owns those pages, the words of what they report, and how a route's
// permission is checked for the person who reads it (Allow). It does not own
// the rules, which packages auth, notify and crm keep, nor the navigation.
//
// What is secret is shown once, in the answer to the form that made it:
//
//	/users/new ──────────► initial password ┐
//	/users/{id}/password ► new password     ├► shown, not kept, gone on reload
//	/tokens/new ─────────► API token        ┘
package accountpages
