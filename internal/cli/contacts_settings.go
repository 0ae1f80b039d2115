package cli

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
)

type contactsSettings struct {
	orgPlace `embed:""`
	AskFrom  *int              `help:"Ask before a customer is created in Xero from this score of a suggestion on, from 50 to 100." placeholder:"SCORE"`
	Archive  *bool             `negatable:"" help:"Archive the contact with the customer."`
	Owner    map[string]string `help:"Whose value counts where both sides changed a field: renoz, xero or ask. May be repeated." placeholder:"FIELD=OWNER"`
}

// Run changes what flags name, and shows the settings.
func (s *contactsSettings) Run(ctx context.Context, out output) error {
	return s.act(ctx, out, func(ctx context.Context, d desk) error {
		kept, err := d.settings(ctx)
		if err != nil {
			return err
		}
		if s.AskFrom != nil || s.Archive != nil || len(s.Owner) > 0 {
			if err := s.over(&kept.Contacts); err != nil {
				return err
			}
			if err := d.Xero.SaveContactSettings(ctx, kept.Contacts); err != nil {
				return err
			}
		}
		c := columnsOf(out)
		c.row("ask from", kept.Contacts.AskFrom)
		c.row("archive", kept.Contacts.Archive)
		for _, f := range xero.Fields() {
			c.row("owner of "+string(f), kept.Contacts.Owners[f])
		}
		return c.Flush()
	})
}

func (s *contactsSettings) over(kept *xero.ContactSettings) error {
	if s.AskFrom != nil {
		kept.AskFrom = *s.AskFrom
	}
	if s.Archive != nil {
		kept.Archive = *s.Archive
	}
	for field, owner := range s.Owner {
		if _, known := kept.Owners[xero.Field(field)]; !known {
			return crm.Errorf(crm.Invalid, "There is no field %q. `renoz contacts settings` shows them.", field)
		}
		kept.Owners[xero.Field(field)] = xero.Owner(owner)
	}
	return nil
}

// settings are those of the organisation's connection.
func (d desk) settings(ctx context.Context) (xero.Settings, error) {
	c, err := d.Store.Connection(ctx, d.org.ID, xero.Name)
	if crm.KindOf(err) == crm.NotFound {
		return xero.Settings{}, crm.Errorf(crm.Conflict, "Xero is not connected. Connect it first.")
	}
	if err != nil {
		return xero.Settings{}, err
	}
	return xero.SettingsOf(c)
}
