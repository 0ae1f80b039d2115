package resendapi

import (
	"context"
	"net/http"
)

// Why an address is suppressed.
const (
	OriginBounce    = "bounce"
	OriginComplaint = "complaint"
	OriginManual    = "manual"
)

// Suppression is an address to which Resend sends nothing, for any domain of
// the team and whatever the e-mail is about.
//
// Resend has announced these calls for all and described them as a private
// beta; where a team does not have them they fail with KindNotOffered.
// https://resend.com/docs/api-reference/suppressions/list-suppressions
type Suppression struct {
	ID        string `json:"id"`
	Email     string `json:"email"`
	Origin    string `json:"origin"`
	SourceID  string `json:"source_id,omitempty"` // the e-mail that bounced or was complained of
	CreatedAt Time   `json:"created_at"`
}

func (s Suppression) cursor() string { return s.ID }

// Suppressions reads a page, of one origin unless it is empty.
func (c *Client) Suppressions(ctx context.Context, origin string, q Query) (Page[Suppression], error) {
	e := read("list suppressions", "/suppressions")
	e.optional = true
	if origin != "" {
		e.query.Set("origin", origin)
	}
	return list[Suppression](ctx, c, e, q)
}

// Suppression reads one by its id or address; KindNotFound when the address is
// not suppressed.
func (c *Client) Suppression(ctx context.Context, idOrEmail string) (Suppression, error) {
	e, err := readOptional("read the suppression", "suppressions", idOrEmail)
	if err != nil {
		return Suppression{}, err
	}
	return do[Suppression](ctx, c, e)
}

// AddSuppression suppresses an address and returns the suppression's id.
func (c *Client) AddSuppression(ctx context.Context, email string) (string, error) {
	e := suppressing("suppress the address", "/suppressions")
	if email == "" {
		return "", badRequest(e.op, "the address is empty")
	}
	e, err := e.withBody(map[string]string{"email": email})
	if err != nil {
		return "", err
	}
	added, err := do[identity](ctx, c, e)
	return added.ID, err
}

// AddSuppressions suppresses 1 to 100 addresses and returns the ids, which
// Resend does not promise to give in their order.
func (c *Client) AddSuppressions(ctx context.Context, emails []string) ([]string, error) {
	e := suppressing("suppress the addresses", "/suppressions/batch/add")
	return c.suppress(ctx, e, "emails", emails)
}

// RemoveSuppressions lets mail to 1 to 100 addresses pass again, and returns
// the ids of the suppressions that were removed. An address that bounced will
// bounce again: a person should say why.
func (c *Client) RemoveSuppressions(ctx context.Context, emails []string) ([]string, error) {
	e := suppressing("remove suppressions", "/suppressions/batch/remove")
	return c.suppress(ctx, e, "emails", emails)
}

// RemoveSuppressionsByID is RemoveSuppressions for ids.
func (c *Client) RemoveSuppressionsByID(ctx context.Context, ids []string) ([]string, error) {
	e := suppressing("remove suppressions", "/suppressions/batch/remove")
	return c.suppress(ctx, e, "ids", ids)
}

// RemoveSuppression lets mail to one address pass again, by the suppression's
// id or the address.
func (c *Client) RemoveSuppression(ctx context.Context, idOrEmail string) error {
	const op = "remove the suppression"
	path, err := at(op, "suppressions", idOrEmail)
	if err != nil {
		return err
	}
	e := change(op, http.MethodDelete, path)
	e.optional = true
	_, err = c.wire.send(ctx, e)
	return err
}

// suppressing is a change of the list that may be made twice without harm.
func suppressing(op, path string) exchange {
	e := change(op, http.MethodPost, path)
	e.optional = true
	return e
}

func (c *Client) suppress(ctx context.Context, e exchange, field string, values []string) ([]string, error) {
	if len(values) == 0 || len(values) > MaxListed {
		return nil, tooMany(e.op, len(values))
	}
	e, err := e.withBody(map[string][]string{field: values})
	if err != nil {
		return nil, err
	}
	answer, err := do[struct {
		Data []struct {
			ID      string `json:"id"`
			Deleted *bool  `json:"deleted"` // only of removals
		} `json:"data"`
	}](ctx, c, e)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, row := range answer.Data {
		if row.Deleted == nil || *row.Deleted {
			ids = append(ids, row.ID)
		}
	}
	return ids, nil
}
