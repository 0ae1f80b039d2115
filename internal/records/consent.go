package records

import (
	"cmp"
	"context"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
)

// noteConsent adds to the log of consent where a step gave or withdrew it.
func (w Work) noteConsent(ctx context.Context, before bool, c crm.Customer) error {
	if before == c.MarketingConsent {
		return nil
	}
	return w.tx.KeepConsent(ctx, mail.Consent{
		ID: crm.NewID[mail.Consent](), Org: w.by.Org, AddressHash: mail.AddressHash(w.by.Org, c.Email), Customer: &c.ID, Scope: mail.AllMarketing,
		Given: c.MarketingConsent, Way: cmp.Or(w.by.Way, mail.ByRecord), By: w.by.Actor,
	})
}
