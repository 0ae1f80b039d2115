package xero

import (
	"context"
	"slices"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/link"
	"github.com/renoz/renoz/internal/store"
)

// SyncNow sends what waits and reads what changed, at once.
func (s *Service) SyncNow(ctx context.Context) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	if _, err := s.connection(ctx, who.Org); err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if _, err := tx.DueNow(ctx, who.Org, Name); err != nil {
			return err
		}
		if err := tx.Wake(ctx, PushArgs{who.Org}, jobs.Urgent); err != nil {
			return err
		}
		return tx.Wake(ctx, PullArgs{who.Org}, jobs.Urgent)
	})
}

func (s *Service) connection(ctx context.Context, org crm.OrgID) (connection.Connection, error) {
	c, err := s.Store.Connection(ctx, org, Name)
	switch {
	case crm.KindOf(err) == crm.NotFound:
		return c, crm.Errorf(crm.Conflict, "Xero is not connected. Connect it first.")
	case err != nil:
		return c, err
	case c.State == connection.Choosing:
		return c, crm.Errorf(crm.Conflict, "Choose the organisation in Xero first.")
	case c.State == connection.NeedsReconnect:
		return c, crm.Errorf(crm.Conflict, "Xero has to be connected again first.")
	}
	return c, nil
}

// Retry makes one failed record due now.
func (s *Service) Retry(ctx context.Context, k link.Key) error {
	return s.step(ctx, func(tx *store.Tx, who auth.Identity) error {
		k.Org, k.Service = who.Org, Name
		return tx.RetryLink(ctx, k, who.Name)
	})
}

// RetryCause makes all failed records of one cause due now and returns how many.
func (s *Service) RetryCause(ctx context.Context, c store.Cause) (n int, err error) {
	err = s.step(ctx, func(tx *store.Tx, who auth.Identity) (err error) {
		n, err = tx.RetryCause(ctx, who.Org, c, who.Name)
		return err
	})
	return n, err
}

// RetryFailed makes all records due now that failed with a code, or all that
// failed when it is empty. It returns how many.
func (s *Service) RetryFailed(ctx context.Context, code string) (n int, err error) {
	err = s.step(ctx, func(tx *store.Tx, who auth.Identity) (err error) {
		n, err = tx.RetryLinks(ctx, who.Org, code, who.Name)
		return err
	})
	return n, err
}

// RetryAll is Retry for several records. It returns how many; those that mended
// themselves or that somebody else was faster with do not count.
func (s *Service) RetryAll(ctx context.Context, keys []link.Key) (n int, err error) {
	err = s.step(ctx, func(tx *store.Tx, who auth.Identity) error {
		n, err = each(keys, who, func(k link.Key) error { return tx.RetryLink(ctx, k, who.Name) })
		return err
	})
	return n, err
}

// each takes a step for each of an organisation's links that can take it.
func each(keys []link.Key, who auth.Identity, take func(link.Key) error) (n int, err error) {
	for _, k := range keys {
		k.Org, k.Service = who.Org, Name
		err := take(k)
		if crm.KindOf(err) == crm.Conflict || crm.KindOf(err) == crm.NotFound {
			continue
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

func (s *Service) step(ctx context.Context, do func(*store.Tx, auth.Identity) error) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error {
		if err := do(tx, who); err != nil {
			return err
		}
		return tx.Wake(ctx, PushArgs{who.Org}, jobs.Urgent)
	})
}

// Replay has one webhook looked at again.
func (s *Service) Replay(ctx context.Context, id crm.EventID) error {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return err
	}
	e, err := s.Store.Event(ctx, who.Org, id)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return tx.ReplayEvent(ctx, e) })
}

// ReplayAll has several webhooks looked at again and returns how many; those that
// wait to be looked at already do not count.
func (s *Service) ReplayAll(ctx context.Context, ids []crm.EventID) (n int, err error) {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return 0, err
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.ReplayEvents(ctx, who.Org, ids)
		return err
	})
	return n, err
}

// ReplayFailed has all failed webhooks of a service looked at again and returns
// how many.
func (s *Service) ReplayFailed(ctx context.Context, service string) (n int, err error) {
	who, err := auth.Require(ctx, auth.SyncRetry)
	if err != nil {
		return 0, err
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) (err error) {
		n, err = tx.ReplayFailedEvents(ctx, who.Org, service)
		return err
	})
	return n, err
}

// Choices are the organisation's own accounts and tax rates.
type Choices struct {
	Sales    []xeroapi.Account // revenue
	Payments []xeroapi.Account // that take payments
	Rates    []xeroapi.TaxRate // that apply to revenue
	Themes   []xeroapi.BrandingTheme
}

// Choices reads what can be chosen in the settings.
func (s *Service) Choices(ctx context.Context) (Choices, error) {
	who, err := auth.Require(ctx, auth.XeroSettings)
	if err != nil {
		return Choices{}, err
	}
	c, err := s.connection(ctx, who.Org)
	if err != nil {
		return Choices{}, err
	}
	ctx, t := s.follow(ctx, who.Org, who.Name)
	out, err := s.readChoices(ctx, c)
	if kept := s.Store.InTx(ctx, func(tx *store.Tx) error { return t.write(ctx, tx) }); kept != nil {
		return Choices{}, kept
	}
	if err != nil {
		return Choices{}, unavailable(err)
	}
	return out, nil
}

func (s *Service) readChoices(ctx context.Context, c connection.Connection) (Choices, error) {
	var out Choices
	accounts, err := s.client(c).Accounts(ctx)
	if err != nil {
		return out, err
	}
	for _, a := range accounts {
		if a.Status == "ACTIVE" && a.Class == "REVENUE" {
			out.Sales = append(out.Sales, a)
		}
		if a.TakesPayments() && a.Code != "" {
			out.Payments = append(out.Payments, a)
		}
	}
	rates, err := s.client(c).TaxRates(ctx)
	if err != nil {
		return out, err
	}
	for _, r := range rates {
		if r.Status == "ACTIVE" && r.CanApplyToRevenue {
			out.Rates = append(out.Rates, r)
		}
	}
	out.Themes, err = s.client(c).BrandingThemes(ctx)
	return out, err
}

func (c Choices) check(s Settings) error {
	wrong := map[string]string{}
	has := func(accounts []xeroapi.Account, code string) bool {
		for _, a := range accounts {
			if a.Code == code {
				return true
			}
		}
		return false
	}
	if !has(c.Sales, s.SalesAccount) {
		wrong["sales_account"] = "Choose an active revenue account of the organisation."
	}
	if s.ShippingAccount != "" && !has(c.Sales, s.ShippingAccount) {
		wrong["shipping_account"] = "Choose an active revenue account of the organisation."
	}
	if !has(c.Payments, s.PaymentAccount) {
		wrong["payment_account"] = "Choose an account that takes payments."
	}
	for _, class := range crm.TaxClasses() {
		known := false
		for _, r := range c.Rates {
			known = known || r.TaxType == s.TaxTypes[class]
		}
		if !known {
			wrong["tax_"+string(class)] = "Choose a tax rate that applies to revenue."
		}
	}
	if s.BrandingTheme != "" && !slices.ContainsFunc(c.Themes, func(t xeroapi.BrandingTheme) bool { return t.BrandingThemeID == s.BrandingTheme }) {
		wrong["branding_theme"] = "Choose a branding theme of the organisation."
	}
	if s.MailByXero && s.Draft {
		wrong["mail"] = "Xero mails approved invoices only. Let them arrive as approved, or do not have them mailed."
	}
	return crm.FieldErrors(wrong)
}
