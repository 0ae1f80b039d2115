package xero

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero/xeroapi"
	"github.com/renoz/renoz/internal/jobs"
	"github.com/renoz/renoz/internal/store"
)

// Books is what an organisation in Xero has for all its documents alike, as it
// was last read. It lets a document that Xero would refuse be held back with
// the words to mend it.
type Books struct {
	Accounts    []BookAccount `json:"accounts"`
	Themes      []BookTheme   `json:"themes,omitempty"` // the default first
	Rates       []BookRate    `json:"rates"`
	LockedUntil crm.Day       `json:"locked_until,omitzero"` // nothing may be dated on or before it
	ReadAt      time.Time     `json:"-"`                     // zero: never
}

// BookAccount is one account of the organisation's chart.
type BookAccount struct {
	Code     string `json:"code"`
	Name     string `json:"name"`
	Sales    bool   `json:"sales,omitempty"`    // active, and takes what is sold
	Payments bool   `json:"payments,omitempty"` // active, and takes payments
}

// BookRate is one tax rate of the organisation.
type BookRate struct {
	Type  string      `json:"type"`
	Name  string      `json:"name"`
	Rate  crm.Percent `json:"rate"`
	Sales bool        `json:"sales,omitempty"` // active, and applies to revenue
}

// BookTheme is a look of printed documents.
type BookTheme struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// kindBooks names the books among the lists of the service.
const kindBooks = "books"

// How old the books may be before a look reads them again. The hourly one always
// does; one that somebody asks for does where a period is locked, because people
// are told to unlock it in Xero and to sync.
const (
	booksAge       = 50 * time.Minute
	lockedBooksAge = time.Minute
)

func (b Books) dated(now time.Time) bool {
	most := booksAge
	if !b.LockedUntil.IsZero() {
		most = lockedBooksAge
	}
	return now.Sub(b.ReadAt) > most
}

// Books are the organisation's books as they were last read; empty when they
// never were.
func (s *Service) books(ctx context.Context, org crm.OrgID) (Books, error) {
	return keptBooks(ctx, s.Store.Reader, org)
}

func keptBooks(ctx context.Context, r store.Reader, org crm.OrgID) (Books, error) {
	body, readAt, err := r.RemoteList(ctx, org, Name, kindBooks)
	if crm.KindOf(err) == crm.NotFound {
		return Books{}, nil
	}
	if err != nil {
		return Books{}, err
	}
	var b Books
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		return Books{}, fmt.Errorf("read the books: %w", err)
	}
	b.ReadAt = readAt
	return b, nil
}

// readBooks asks Xero for the books, in four calls.
func (s *Service) readBooks(ctx context.Context, c connection.Connection) (Books, xeroapi.Organisation, error) {
	var b Books
	org, err := s.client(c).Organisation(ctx)
	if err != nil {
		return b, org, err
	}
	accounts, err := s.client(c).Accounts(ctx)
	if err != nil {
		return b, org, err
	}
	rates, err := s.client(c).TaxRates(ctx)
	if err != nil {
		return b, org, err
	}
	themes, err := s.client(c).BrandingThemes(ctx)
	if err != nil {
		return b, org, err
	}
	slices.SortStableFunc(themes, func(a, b xeroapi.BrandingTheme) int { return a.SortOrder - b.SortOrder })
	for _, theme := range themes {
		b.Themes = append(b.Themes, BookTheme{theme.BrandingThemeID, theme.Name})
	}
	b.LockedUntil = lockOf(org)
	for _, a := range accounts {
		b.Accounts = append(b.Accounts, BookAccount{Code: a.Code, Name: a.Name, Sales: a.Status == "ACTIVE" && a.Class == "REVENUE", Payments: a.TakesPayments()})
	}
	for _, r := range rates {
		percent := crm.Percent(r.EffectiveRate / 100) // ten-thousandths of a percent to hundredths
		b.Rates = append(b.Rates, BookRate{Type: r.TaxType, Name: r.Name, Rate: percent, Sales: r.Status == "ACTIVE" && r.CanApplyToRevenue})
	}
	return b, org, nil
}

// lockOf is the last day that is locked; zero: none is.
func lockOf(org xeroapi.Organisation) (until crm.Day) {
	for _, lock := range []xeroapi.Date{org.PeriodLockDate, org.EndOfYearLockDate} {
		if !lock.IsZero() && dayOf(lock).After(until) {
			until = dayOf(lock)
		}
	}
	return until
}

// keepBooks keeps the books. What older ones held back is tried again when what
// held it has changed. What Xero refused is as well, unless these books were read
// to learn why it did.
func (s *Service) keepBooks(ctx context.Context, tx *store.Tx, org crm.OrgID, b Books, learning bool) error {
	body, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("write the books: %w", err)
	}
	before, err := keptBooks(ctx, tx.Reader, org)
	if err != nil {
		return err
	}
	if err := tx.KeepRemoteList(ctx, org, Name, kindBooks, string(body)); err != nil {
		return err
	}
	var codes []string
	if before.LockedUntil != b.LockedUntil {
		codes = append(codes, xeroapi.CodeLockedPeriod)
	}
	if !slices.Equal(before.Accounts, b.Accounts) || !slices.Equal(before.Rates, b.Rates) {
		codes = append(codes, mappingCodes()...)
	}
	freed, err := s.letGo(ctx, tx, org, codes, !learning)
	if err != nil || freed == 0 {
		return err
	}
	return tx.Wake(ctx, PushArgs{org}, jobs.Normal)
}

// mappingCodes are the problems that another choice of accounts and tax rates
// mends.
func mappingCodes() []string {
	return []string{
		codeUnmapped, codeTotalDiffers, xeroapi.CodeTaxTypeAccount, xeroapi.CodeTaxTypeUnknown, xeroapi.CodeAccountUnknown, xeroapi.CodeAccountMissing,
		xeroapi.CodePaymentAccount,
	}
}

// booksTell reports a refusal whose cause the books tell.
func booksTell(code string) bool {
	return code != codeTotalDiffers && (code == xeroapi.CodeLockedPeriod || slices.Contains(mappingCodes(), code))
}

// letGo has links of some problems tried again that were held back here, and those
// too that Xero refused where refused says so. It returns how many.
func (s *Service) letGo(ctx context.Context, tx *store.Tx, org crm.OrgID, codes []string, refused bool) (freed int, err error) {
	for _, code := range codes {
		n, err := tx.UnblockLinks(ctx, org, Name, code)
		if err != nil {
			return 0, err
		}
		freed += n
		if !refused {
			continue
		}
		if n, err = tx.ReleaseLinks(ctx, org, Name, code); err != nil {
			return 0, err
		}
		freed += n
	}
	return freed, nil
}

// learnBooks reads the books when Xero has refused something whose cause they
// tell, so that it is noticed when that is mended there.
func (r *run) learnBooks(ctx context.Context) (int, error) {
	if !r.booksDoubted {
		return 0, nil
	}
	r.booksDoubted = false
	reading, t := r.follow(ctx, r.org.ID, "sync")
	err := r.rereadBooks(reading, true)
	if kept := r.settle(ctx, t, nil, nil); kept != nil {
		return 0, kept
	}
	return 1, r.consequence(ctx, err)
}

// refreshBooks reads the books again for this round.
func (r *run) refreshBooks(ctx context.Context) error { return r.rereadBooks(ctx, false) }

func (r *run) rereadBooks(ctx context.Context, learning bool) error {
	b, _, err := r.readBooks(ctx, r.conn)
	if err != nil {
		return err
	}
	b.ReadAt = r.Now()
	r.booksNow = b
	return r.Store.InTx(ctx, func(tx *store.Tx) error { return r.keepBooks(ctx, tx, r.org.ID, b, learning) })
}

func (b Books) account(code string) (BookAccount, bool) {
	for _, a := range b.Accounts {
		if a.Code == code {
			return a, true
		}
	}
	return BookAccount{}, false
}

func (b Books) rate(taxType string) (BookRate, bool) {
	for _, r := range b.Rates {
		if r.Type == taxType {
			return r, true
		}
	}
	return BookRate{}, false
}
