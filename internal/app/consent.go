package app

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/records"
	"github.com/renoz/renoz/internal/store"
)

// consented notes with the customers of an address that its owner agreed to
// marketing mail. A record that cannot be saved as it is stays as it is: the log of
// consent has the entry all the same.
func (a *App) consented(ctx context.Context, tx *store.Tx, org crm.OrgID, address string) error {
	ids, err := tx.CustomersWithEmail(ctx, org, address)
	if err != nil {
		return err
	}
	book := a.Book.In(tx, records.By{Org: org, Actor: "The recipient", Way: mail.ByDoubleOptIn})
	for _, id := range ids {
		c, err := tx.Customer(ctx, org, id)
		if err != nil {
			return err
		}
		if c.MarketingConsent {
			continue
		}
		in := records.CustomerInputOf(c)
		in.MarketingConsent = true
		if _, err := book.UpdateCustomer(ctx, id, c.Version, in); err != nil && crm.KindOf(err) != crm.Invalid {
			return err
		}
	}
	return nil
}
