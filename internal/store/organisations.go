package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/store/db"
	"github.com/renoz/renoz/internal/store/instant"
)

// Organisation returns an organisation, or an Error of kind NotFound.
func (r Reader) Organisation(ctx context.Context, id crm.OrgID) (crm.Organisation, error) {
	row, err := r.q.Organisation(ctx, id)
	if err != nil {
		return crm.Organisation{}, notFound(err, "organisation")
	}
	return organisationOf(row), nil
}

// OrganisationTaxRates returns the tax rates of an organisation, or an Error of
// kind NotFound. A class without a rate is missing from them.
func (r Reader) OrganisationTaxRates(ctx context.Context, id crm.OrgID) (crm.TaxRates, error) {
	row, err := r.q.Organisation(ctx, id)
	if err != nil {
		return nil, notFound(err, "organisation")
	}
	return taxRatesOf(row)
}

// Organisations are all organisations, the oldest first.
func (r Reader) Organisations(ctx context.Context) ([]crm.Organisation, error) {
	rows, err := r.q.Organisations(ctx)
	if err != nil {
		return nil, fmt.Errorf("list organisations: %w", err)
	}
	all := make([]crm.Organisation, len(rows))
	for i, row := range rows {
		all[i] = organisationOf(row)
	}
	return all, nil
}

// AddOrganisation keeps a new organisation with its tax rates. It returns an
// Error of kind Invalid for bad fields.
func (t *Tx) AddOrganisation(ctx context.Context, o crm.Organisation, rates crm.TaxRates) error {
	kept, err := organisationRow(o, rates)
	if err != nil {
		return err
	}
	if err := t.q.InsertOrganisation(ctx, db.InsertOrganisationParams(kept)); err != nil {
		return fmt.Errorf("keep organisation: %w", err)
	}
	return nil
}

// UpdateOrganisation changes an organisation and its tax rates. It returns an
// Error of kind Invalid for bad fields, and NotFound when there is none.
func (t *Tx) UpdateOrganisation(ctx context.Context, o crm.Organisation, rates crm.TaxRates) error {
	kept, err := organisationRow(o, rates)
	if err != nil {
		return err
	}
	n, err := t.q.UpdateOrganisation(ctx, db.UpdateOrganisationParams{
		Name: kept.Name, Currency: kept.Currency, TimeZone: kept.TimeZone, Country: kept.Country,
		TermsDays: kept.TermsDays, YearStart: kept.YearStart, InvoicePrefix: kept.InvoicePrefix,
		OrderPrefix: kept.OrderPrefix, CreditPrefix: kept.CreditPrefix, TaxRates: kept.TaxRates, ID: kept.ID,
	})
	return missing(n, err, "organisation")
}

// AddOrganisation is Tx.AddOrganisation in a transaction of its own.
func (s *Store) AddOrganisation(ctx context.Context, o crm.Organisation, rates crm.TaxRates) error {
	return s.InTx(ctx, func(t *Tx) error { return t.AddOrganisation(ctx, o, rates) })
}

// UpdateOrganisation is Tx.UpdateOrganisation in a transaction of its own.
func (s *Store) UpdateOrganisation(ctx context.Context, o crm.Organisation, rates crm.TaxRates) error {
	return s.InTx(ctx, func(t *Tx) error { return t.UpdateOrganisation(ctx, o, rates) })
}

// HoldOrganisation makes others who hold the organisation wait for the end of
// the transaction, for rules that span several rows.
func (t *Tx) HoldOrganisation(ctx context.Context, org crm.OrgID) error {
	n, err := t.q.HoldOrganisation(ctx, org)
	return missing(n, err, "organisation")
}

func organisationOf(row db.Organisation) crm.Organisation {
	return crm.Organisation{
		ID: row.ID, Name: row.Name, Currency: row.Currency, TimeZone: row.TimeZone, Country: row.Country,
		TermsDays: int(row.TermsDays), YearStart: time.Month(row.YearStart),
		InvoicePrefix: row.InvoicePrefix, OrderPrefix: row.OrderPrefix, CreditPrefix: row.CreditPrefix, CreatedAt: row.CreatedAt.Time,
	}
}

func taxRatesOf(row db.Organisation) (crm.TaxRates, error) {
	rates := crm.TaxRates{}
	if err := json.Unmarshal([]byte(row.TaxRates), &rates); err != nil {
		return nil, fmt.Errorf("read the tax rates of organisation %s: %w", row.ID, err)
	}
	return rates, nil
}

func organisationRow(o crm.Organisation, rates crm.TaxRates) (db.Organisation, error) {
	if err := o.Validate(); err != nil {
		return db.Organisation{}, err
	}
	if err := rates.Validate(); err != nil {
		return db.Organisation{}, err
	}
	text, err := json.Marshal(rates)
	if err != nil {
		return db.Organisation{}, fmt.Errorf("write tax rates: %w", err)
	}
	return db.Organisation{
		ID: o.ID, Name: o.Name, Currency: o.Currency, TimeZone: o.TimeZone, Country: o.Country,
		TermsDays: int64(o.TermsDays), YearStart: int64(o.YearStart), InvoicePrefix: o.InvoicePrefix,
		OrderPrefix: o.OrderPrefix, CreditPrefix: o.CreditPrefix, TaxRates: string(text), CreatedAt: instant.At(o.CreatedAt),
	}, nil
}

// missing turns a change that met no row into words.
func missing(n int64, err error, what string) error {
	switch {
	case err != nil:
		return fmt.Errorf("change %s: %w", what, err)
	case n == 0:
		return crm.Errorf(crm.NotFound, "There is no such %s, or no longer.", what)
	}
	return nil
}
