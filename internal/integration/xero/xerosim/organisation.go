package xerosim

import (
	"crypto/sha256"
	"net/http"
	"slices"
	"time"

	"github.com/google/uuid"
)

// Organisation is one set of books to start with. Empty fields are filled with Australian defaults.
type Organisation struct {
	TenantID          string
	Name              string
	LegalName         string
	ShortCode         string // with its leading "!", e.g. "!Vw7Lt"
	BaseCurrency      string
	Currencies        []string // others that it writes documents in; their rate is 1 here
	CountryCode       string
	Timezone          string // Xero's name, e.g. AUSEASTERNSTANDARDTIME
	TaxNumber         string // ABN in Australia
	PeriodLockDate    string // YYYY-MM-DD; nothing may be dated on or before it
	EndOfYearLockDate string // YYYY-MM-DD
	Accounts          []Account
	TaxRates          []TaxRate
	Items             []Item
	BrandingThemes    []BrandingTheme // the first is the default
	Class             string          // the plan: STARTER, STANDARD, PREMIUM, TRIAL, DEMO; default PREMIUM
	EmailsPerDay      int             // default by Class: 1,000, 20 on trial, none on demo; negative: no limit
	CreatedAt         time.Time
}

// DefaultOrganisation is "Voltway Batteries Pty Ltd", an Australian company with a small chart of accounts.
func DefaultOrganisation() Organisation {
	return Organisation{Name: "Voltway Batteries Pty Ltd", ShortCode: "!Vw7Lt", TaxNumber: "51824753556"}
}

// stableID makes the same id from the same words, so that a restarted demo keeps its connections.
func stableID(words string) string {
	sum := sha256.Sum256([]byte("xerosim " + words))
	id, _ := uuid.FromBytes(sum[:16]) // 16 bytes never fail
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80
	return id.String()
}

// sells reports whether the organisation may write documents in a currency.
func (o Organisation) sells(currency string) bool {
	return currency == o.BaseCurrency || slices.Contains(o.Currencies, currency)
}

func (o Organisation) filled(now time.Time) Organisation {
	fill := func(field *string, value string) {
		if *field == "" {
			*field = value
		}
	}
	fill(&o.Name, "Voltway Batteries Pty Ltd")
	fill(&o.LegalName, o.Name)
	fill(&o.TenantID, stableID("tenant "+o.Name))
	fill(&o.ShortCode, "!"+stableID("short " + o.Name)[:5])
	fill(&o.BaseCurrency, "AUD")
	fill(&o.CountryCode, "AU")
	fill(&o.Timezone, "AUSEASTERNSTANDARDTIME")
	fill(&o.Class, "PREMIUM")
	if o.CreatedAt.IsZero() {
		o.CreatedAt = now.UTC()
	}
	if o.Accounts == nil {
		o.Accounts = australianAccounts()
	}
	if o.TaxRates == nil {
		o.TaxRates = australianTaxRates()
	}
	accounts := append([]Account(nil), o.Accounts...)
	for i := range accounts {
		fill(&accounts[i].AccountID, stableID("account "+o.TenantID+accounts[i].Code))
		fill(&accounts[i].Status, statusActive)
		if accounts[i].UpdatedDateUTC == nil {
			accounts[i].UpdatedDateUTC = newDate(o.CreatedAt)
		}
	}
	items := append([]Item(nil), o.Items...)
	for i := range items {
		fill(&items[i].ItemID, stableID("item "+o.TenantID+items[i].Code))
		if items[i].UpdatedDateUTC == nil {
			items[i].UpdatedDateUTC = newDate(o.CreatedAt)
		}
	}
	o.Accounts, o.Items = accounts, items
	o.BrandingThemes = o.filledThemes()
	return o
}

func australianAccounts() []Account {
	yes, no := true, false
	return []Account{
		{Code: "090", Name: "Business Bank Account", Type: "BANK", TaxType: "BASEXCLUDED", Class: "ASSET",
			BankAccountNumber: "0620001234567", BankAccountType: "BANK", CurrencyCode: "AUD", EnablePaymentsToAccount: &yes},
		{Code: "200", Name: "Sales", Type: "REVENUE", TaxType: "OUTPUT", Class: "REVENUE", EnablePaymentsToAccount: &no},
		{Code: "210", Name: "Freight Income", Type: "REVENUE", TaxType: "OUTPUT", Class: "REVENUE", EnablePaymentsToAccount: &no},
		{Code: "260", Name: "Other Revenue", Type: "REVENUE", TaxType: "OUTPUT", Class: "REVENUE", EnablePaymentsToAccount: &no},
		{Code: "270", Name: "Interest Income", Type: "REVENUE", TaxType: "INPUTTAXED", Class: "REVENUE", EnablePaymentsToAccount: &no},
		{Code: "310", Name: "Cost of Goods Sold", Type: "DIRECTCOSTS", TaxType: "INPUT", Class: "EXPENSE", EnablePaymentsToAccount: &no},
		{Code: "404", Name: "Bank Fees", Type: "EXPENSE", TaxType: "EXEMPTEXPENSES", Class: "EXPENSE", EnablePaymentsToAccount: &no},
		{Code: "425", Name: "Freight & Courier", Type: "EXPENSE", TaxType: "INPUT", Class: "EXPENSE", EnablePaymentsToAccount: &no},
		{Code: "610", Name: "Accounts Receivable", Type: "CURRENT", TaxType: "BASEXCLUDED", Class: "ASSET",
			SystemAccount: "DEBTORS", EnablePaymentsToAccount: &no},
		{Code: "800", Name: "Accounts Payable", Type: "CURRLIAB", TaxType: "BASEXCLUDED", Class: "LIABILITY",
			SystemAccount: "CREDITORS", EnablePaymentsToAccount: &no},
		{Code: "820", Name: "GST", Type: "CURRLIAB", TaxType: "BASEXCLUDED", Class: "LIABILITY",
			SystemAccount: "GST", EnablePaymentsToAccount: &no},
		{Code: "835", Name: "Customer Deposits", Type: "CURRLIAB", TaxType: "BASEXCLUDED", Class: "LIABILITY", EnablePaymentsToAccount: &yes},
		{Code: "860", Name: "Rounding", Type: "CURRLIAB", TaxType: "BASEXCLUDED", Class: "LIABILITY",
			SystemAccount: "ROUNDING", EnablePaymentsToAccount: &no},
	}
}

func australianTaxRates() []TaxRate {
	rate := func(name, code, report string, percent Amount) TaxRate {
		return TaxRate{Name: name, TaxType: code, ReportTaxType: report, Status: statusActive,
			DisplayTaxRate: percent, EffectiveRate: percent, TaxComponents: []TaxComponent{{Name: "GST", Rate: percent}}}
	}
	sale := func(r TaxRate) TaxRate { r.CanApplyToRevenue = true; return r }
	purchase := func(r TaxRate) TaxRate {
		r.CanApplyToAssets, r.CanApplyToExpenses, r.CanApplyToLiabilities = true, true, true
		return r
	}
	both := func(r TaxRate) TaxRate { r.CanApplyToEquity = true; return sale(purchase(r)) }
	ten := Cents(10_00)
	return []TaxRate{
		sale(rate("GST on Income", "OUTPUT", "OUTPUT", ten)),
		purchase(rate("GST on Expenses", "INPUT", "INPUT", ten)),
		sale(rate("GST Free Income", "EXEMPTOUTPUT", "EXEMPTOUTPUT", 0)),
		sale(rate("GST Free Exports", "EXEMPTEXPORT", "EXEMPTEXPORT", 0)),
		purchase(rate("GST Free Expenses", "EXEMPTEXPENSES", "EXEMPTEXPENSES", 0)),
		both(rate("Input Taxed", "INPUTTAXED", "INPUTTAXED", 0)),
		purchase(rate("GST on Capital", "CAPEXINPUT", "CAPITALEXPENSESINPUT", ten)),
		both(rate("BAS Excluded", "BASEXCLUDED", "BASEXCLUDED", 0)),
	}
}

// organisationView is what GET /Organisation answers.
type organisationView struct {
	OrganisationID         string
	Name                   string
	LegalName              string
	PaysTax                bool
	Version                string
	OrganisationType       string
	BaseCurrency           string
	CountryCode            string
	IsDemoCompany          bool
	OrganisationStatus     string
	TaxNumber              string `json:",omitempty"`
	FinancialYearEndDay    int
	FinancialYearEndMonth  int
	SalesTaxBasis          string
	SalesTaxPeriod         string
	DefaultSalesTax        string
	DefaultPurchasesTax    string
	PeriodLockDate         *Date `json:",omitempty"`
	EndOfYearLockDate      *Date `json:",omitempty"`
	CreatedDateUTC         *Date
	Timezone               string
	OrganisationEntityType string
	ShortCode              string
	Class                  string
	Edition                string
	Addresses              []Address
	Phones                 []Phone
	PaymentTerms           PaymentTerms
}

func (c *call) getOrganisation() answer {
	o := c.books.org
	version := o.CountryCode
	if version != "AU" && version != "NZ" && version != "US" {
		version = "GLOBAL"
	}
	view := organisationView{
		OrganisationID: o.TenantID, Name: o.Name, LegalName: o.LegalName, PaysTax: true, Version: version,
		OrganisationType: "COMPANY", BaseCurrency: o.BaseCurrency, CountryCode: o.CountryCode, OrganisationStatus: statusActive,
		TaxNumber: o.TaxNumber, FinancialYearEndDay: 30, FinancialYearEndMonth: 6, SalesTaxBasis: "ACCRUALS",
		SalesTaxPeriod: "QUARTERLY1", DefaultSalesTax: "Tax Exclusive", DefaultPurchasesTax: "Tax Inclusive",
		PeriodLockDate: lockDate(o.PeriodLockDate), EndOfYearLockDate: lockDate(o.EndOfYearLockDate),
		CreatedDateUTC: newDate(o.CreatedAt), Timezone: o.Timezone, OrganisationEntityType: "COMPANY",
		ShortCode: o.ShortCode, Class: o.Class, IsDemoCompany: o.Class == classDemo, Edition: "BUSINESS", Addresses: []Address{}, Phones: []Phone{},
		PaymentTerms: PaymentTerms{Sales: &PaymentTerm{Day: 30, Type: "DAYSAFTERBILLDATE"}},
	}
	return c.envelope(http.StatusOK, field{"Organisations", []organisationView{view}})
}

func lockDate(text string) *Date {
	if text == "" {
		return nil
	}
	d, err := ParseDate(text)
	if err != nil {
		return nil
	}
	return &d
}

// checkLock refuses documents in closed periods.
// https://developer.xero.com/documentation/api/accounting/organisation
func (c *change) checkLock(d *Date) []string {
	if d == nil {
		return nil
	}
	if lock := lockDate(c.b.org.EndOfYearLockDate); lock != nil && !d.After(lock.Time) {
		return []string{"The document date cannot be before the end of year lock date, currently set at " + lock.Format("2 January 2006")}
	}
	if lock := lockDate(c.b.org.PeriodLockDate); lock != nil && !d.After(lock.Time) {
		return []string{"The document date cannot be before the period lock date, currently set at " + lock.Format("2 January 2006")}
	}
	return nil
}

// zones are the time zones of Xero's names, as far as organisations here have
// them.
var zones = map[string]string{
	"AUSEASTERNSTANDARDTIME": "Australia/Sydney", "EAUSTRALIASTANDARDTIME": "Australia/Brisbane", "WAUSTRALIASTANDARDTIME": "Australia/Perth",
	"CENAUSTRALIASTANDARDTIME": "Australia/Adelaide", "NEWZEALANDSTANDARDTIME": "Pacific/Auckland", "GMTSTANDARDTIME": "Europe/London",
}

// today is the day that the organisation's calendar shows.
func (o Organisation) today(now time.Time) Date {
	zone, err := time.LoadLocation(zones[o.Timezone])
	if err != nil {
		zone = time.UTC
	}
	year, month, day := now.In(zone).Date()
	return Date{time.Date(year, month, day, 0, 0, 0, 0, time.UTC)}
}
