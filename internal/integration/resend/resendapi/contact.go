package resendapi

import (
	"context"
	"net/http"
)

// Contact is a person to whom the team's broadcasts go. Mail to one address
// needs none; a contact only holds what that person opted out of.
// https://resend.com/docs/api-reference/contacts/get-contact
type Contact struct {
	ID           string         `json:"id"`
	Email        string         `json:"email"`
	FirstName    string         `json:"first_name,omitempty"`
	LastName     string         `json:"last_name,omitempty"`
	Unsubscribed bool           `json:"unsubscribed"` // from all broadcasts
	CreatedAt    Time           `json:"created_at"`
	Properties   map[string]any `json:"properties,omitempty"` // not in lists
}

func (c Contact) cursor() string { return c.ID }

// NewContact is a contact to be made. Only Email is needed.
// https://resend.com/docs/api-reference/contacts/create-contact
type NewContact struct {
	Email        string         `json:"email"`
	FirstName    string         `json:"first_name,omitempty"`
	LastName     string         `json:"last_name,omitempty"`
	Unsubscribed bool           `json:"unsubscribed,omitempty"`
	Properties   map[string]any `json:"properties,omitempty"`
	Segments     []string       `json:"segments,omitempty"` // ids
	Topics       []TopicChoice  `json:"topics,omitempty"`
}

// ContactChange holds what is to change; nil and empty fields stay as they are.
// https://resend.com/docs/api-reference/contacts/update-contact
type ContactChange struct {
	FirstName    *string        `json:"first_name,omitempty"`
	LastName     *string        `json:"last_name,omitempty"`
	Unsubscribed *bool          `json:"unsubscribed,omitempty"`
	Properties   map[string]any `json:"properties,omitempty"`
}

// CreateContact makes a contact and returns its id. After KindUnknown look for
// its address first.
func (c *Client) CreateContact(ctx context.Context, contact NewContact) (string, error) {
	e := create("create the contact", "/contacts")
	if contact.Email == "" {
		return "", badRequest(e.op, "the address is empty")
	}
	e, err := e.withBody(contact)
	if err != nil {
		return "", err
	}
	made, err := do[identity](ctx, c, e)
	return made.ID, err
}

// Contact reads one by its id or address; KindNotFound when there is none.
func (c *Client) Contact(ctx context.Context, idOrEmail string) (Contact, error) {
	const op = "read the contact"
	path, err := at(op, "contacts", idOrEmail)
	if err != nil {
		return Contact{}, err
	}
	return do[Contact](ctx, c, read(op, path))
}

// Contacts reads a page.
func (c *Client) Contacts(ctx context.Context, q Query) (Page[Contact], error) {
	return list[Contact](ctx, c, read("list contacts", "/contacts"), q)
}

// UpdateContact changes names, subscription or properties.
func (c *Client) UpdateContact(ctx context.Context, idOrEmail string, to ContactChange) error {
	return c.patch(ctx, "update the contact", to, "contacts", idOrEmail)
}

// DeleteContact removes one by its id or address.
func (c *Client) DeleteContact(ctx context.Context, idOrEmail string) error {
	return c.act(ctx, "delete the contact", http.MethodDelete, "contacts", idOrEmail)
}
