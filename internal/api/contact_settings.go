package api

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/xero"
)

// ContactSettings is how customers and contacts in Xero are kept in line.
type ContactSettings struct {
	AskFrom int         `json:"ask_from" minimum:"50" maximum:"100" doc:"Score from which a customer is not created in Xero before somebody decides."`
	Archive bool        `json:"archive,omitempty" doc:"Archive the contact with the customer."`
	Owners  FieldOwners `json:"owners" doc:"Whose value counts where both sides changed a field: renoz, xero, or ask a person. Our number is always Renoz's."`
}

// FieldOwners is whose value counts, by field.
type FieldOwners map[xero.Field]xero.Owner

// Schema lists the fields and the owners.
func (FieldOwners) Schema(huma.Registry) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for _, f := range xero.Fields() {
		owner := &huma.Schema{Type: huma.TypeString, Description: f.Label(), Enum: []any{string(xero.OwnerRenoz), string(xero.OwnerXero), string(xero.OwnerAsk)}}
		if f == xero.FieldNumber {
			owner.Enum = []any{string(xero.OwnerRenoz)}
		} else {
			s.Required = append(s.Required, string(f))
		}
		owner.PrecomputeMessages()
		s.Properties[string(f)] = owner
	}
	return s
}

type contactSettingsAnswer struct{ Body ContactSettings }

func (t *table) xeroContactSettings() {
	row := func(id, method, summary string) spec {
		return spec{id: id, method: method, path: "/xero/contacts/settings", permission: auth.XeroSettings, summary: summary, tag: "Xero"}
	}
	add(t, row("get-contact-settings", http.MethodGet, "How customers and contacts are kept in line, with the owner of each field"), t.getContactSettings)
	add(t, row("put-contact-settings", http.MethodPut, "Say how customers and contacts are kept in line, with the owner of each field"), t.putContactSettings)
}

func (a *API) getContactSettings(ctx context.Context, _ *struct{}) (*contactSettingsAnswer, error) {
	s, err := a.settingsKept(ctx)
	if err != nil {
		return nil, err
	}
	return &contactSettingsAnswer{ContactSettings{s.Contacts.AskFrom, s.Contacts.Archive, s.Contacts.Owners}}, nil
}

func (a *API) putContactSettings(ctx context.Context, in *struct{ Body ContactSettings }) (*contactSettingsAnswer, error) {
	s := xero.ContactSettings{AskFrom: in.Body.AskFrom, Archive: in.Body.Archive, Owners: map[xero.Field]xero.Owner{xero.FieldNumber: xero.OwnerRenoz}}
	for f, owner := range in.Body.Owners {
		s.Owners[f] = owner
	}
	if err := a.xero.SaveContactSettings(ctx, s); err != nil {
		return nil, nested(err, "owner_", "owners")
	}
	return a.getContactSettings(ctx, nil)
}
