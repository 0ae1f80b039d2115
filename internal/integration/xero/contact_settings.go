package xero

import (
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store"
)

// Owner says whose value counts when both sides changed a field.
type Owner string

// The owners.
const (
	OwnerRenoz Owner = "renoz"
	OwnerXero  Owner = "xero"
	OwnerAsk   Owner = "ask"
)

// ContactSettings is how customers and contacts are kept in line.
type ContactSettings struct {
	AskFrom int             `json:"ask_from"` // score, 0 to 100, from which a customer is not created in Xero before somebody decides
	Owners  map[Field]Owner `json:"owners"`
	Archive bool            `json:"archive"` // archive the contact with the customer
}

// suggestFrom is the score from which a match is worth showing to people.
const suggestFrom = 50

// DefaultContactSettings ask about contact details.
func DefaultContactSettings() ContactSettings {
	s := ContactSettings{AskFrom: 80, Owners: map[Field]Owner{}}
	for _, f := range Fields() {
		s.Owners[f] = OwnerAsk
	}
	s.Owners[FieldNumber] = OwnerRenoz
	return s
}

func (s ContactSettings) check() error {
	wrong := map[string]string{}
	if s.AskFrom < suggestFrom || s.AskFrom > certain {
		wrong["ask_from"] = "Enter a score from 50 to 100."
	}
	for _, f := range Fields() {
		switch s.Owners[f] {
		case OwnerRenoz, OwnerXero, OwnerAsk:
		default:
			wrong["owner_"+string(f)] = "Choose whose value counts."
		}
	}
	if s.Owners[FieldNumber] != OwnerRenoz {
		wrong["owner_number"] = "Our number is always Renoz's."
	}
	return crm.FieldErrors(wrong)
}

// SaveContactSettings keeps how contacts are treated. Customers that wait for a
// decision are judged anew.
func (s *Service) SaveContactSettings(ctx context.Context, c ContactSettings) error {
	who, err := auth.Require(ctx, auth.XeroSettings)
	if err != nil {
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	return s.changeSettings(ctx, who, func(tx *store.Tx, settings *Settings) error {
		settings.Contacts = c
		_, err := tx.UnblockLinks(ctx, who.Org, Name, codeMatch)
		return err
	})
}
