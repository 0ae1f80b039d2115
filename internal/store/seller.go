package store

import (
	"context"

	"github.com/renoz/renoz/internal/crm"
)

// Seller is an organisation with what its documents are computed by.
type Seller struct {
	crm.Organisation
	TaxRates crm.TaxRates
}

// Seller returns an Error of kind NotFound when there is no such organisation.
func (r Reader) Seller(ctx context.Context, org crm.OrgID) (Seller, error) {
	row, err := r.q.Organisation(ctx, org)
	if err != nil {
		return Seller{}, notFound(err, "organisation")
	}
	rates, err := taxRatesOf(row)
	return Seller{organisationOf(row), rates}, err
}
