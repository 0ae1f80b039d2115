package accountpages

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// organisation is the form of the organisation's settings, as entered.
type organisation struct {
	Name, Currency, Zone, Country string
	Terms, YearStart              string
	InvoicePrefix, OrderPrefix    string
	CreditPrefix                  string
	Rates                         map[crm.TaxClass]string // in percent
	refusal
}

func (p *Pages) organisationPage(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.SignedIn(r.Context())
	if err != nil {
		return err
	}
	o, err := p.store.Organisation(r.Context(), me.Org)
	if err != nil {
		return err
	}
	rates, err := p.store.OrganisationTaxRates(r.Context(), me.Org)
	if err != nil {
		return err
	}
	return showOrganisation(w, r, http.StatusOK, organisationAsKept(o, rates))
}

func showOrganisation(w http.ResponseWriter, r *http.Request, status int, f organisation) error {
	return web.ShowPageStatus(w, r, status, web.Content{Page: ui.Page{Title: "Organisation", Path: "/organisation"}, Body: organisationView(f)})
}

func organisationAsKept(o crm.Organisation, rates crm.TaxRates) organisation {
	f := organisation{
		Name: o.Name, Currency: string(o.Currency), Zone: o.TimeZone, Country: o.Country,
		Terms: strconv.Itoa(o.TermsDays), YearStart: strconv.Itoa(int(o.YearStart)),
		InvoicePrefix: o.InvoicePrefix, OrderPrefix: o.OrderPrefix, CreditPrefix: cmp.Or(o.CreditPrefix, crm.DefaultCreditPrefix), Rates: map[crm.TaxClass]string{},
	}
	for class, rate := range rates {
		f.Rates[class] = rate.String()
	}
	return f
}

func organisationAsSent(r *http.Request) organisation {
	value := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	f := organisation{
		Name: value("name"), Currency: value("currency"), Zone: value("time_zone"), Country: strings.ToUpper(value("country")),
		Terms: value("terms_days"), YearStart: value("year_start"),
		InvoicePrefix: value("invoice_prefix"), OrderPrefix: value("order_prefix"), CreditPrefix: value("credit_prefix"), Rates: map[crm.TaxClass]string{},
	}
	for _, class := range crm.TaxClasses() {
		f.Rates[class] = value(rateName(class))
	}
	return f
}

func rateName(class crm.TaxClass) string { return "rate_" + string(class) }

func (p *Pages) saveOrganisation(w http.ResponseWriter, r *http.Request) error {
	me, err := auth.Require(r.Context(), auth.OrganisationEdit)
	if err != nil {
		return err
	}
	f := organisationAsSent(r)
	o, rates, err := f.read(me.Org)
	if err == nil {
		err = p.store.UpdateOrganisation(r.Context(), o, rates)
	}
	if err != nil {
		return orShow(err, func(status int, why refusal) error {
			f.refusal = why
			return showOrganisation(w, r, status, f)
		})
	}
	return web.Redirect(w, r, "/organisation", "done", "organisation-saved")
}

// read returns the settings, or all that is wrong with them at once.
func (f organisation) read(id crm.OrgID) (crm.Organisation, crm.TaxRates, error) {
	wrong := map[string]string{}
	terms, err := strconv.Atoi(f.Terms)
	if err != nil {
		terms = -1 // which Validate refuses with its own words
	}
	month, err := strconv.Atoi(f.YearStart)
	if err != nil {
		month = 0
	}
	o := crm.Organisation{
		ID: id, Name: f.Name, Currency: crm.Currency(f.Currency), TimeZone: f.Zone, Country: f.Country,
		TermsDays: terms, YearStart: time.Month(month), InvoicePrefix: f.InvoicePrefix, OrderPrefix: f.OrderPrefix, CreditPrefix: f.CreditPrefix,
	}
	if _, why, ok := refused(o.Validate()); ok {
		wrong = why.Wrong
	}
	rates := crm.TaxRates{}
	for class, text := range f.Rates {
		rate, err := crm.ParsePercent(text)
		if e := (*crm.Error)(nil); errors.As(err, &e) {
			wrong[rateName(class)] = e.Message
		}
		rates[class] = rate
	}
	if _, why, ok := refused(rates.Validate()); ok {
		for class, message := range why.Wrong {
			wrong[rateName(crm.TaxClass(class))] = message
		}
	}
	return o, rates, crm.FieldErrors(wrong)
}

func currencyOptions() []ui.Option {
	all := crm.Currencies()
	slices.Sort(all)
	options := make([]ui.Option, len(all))
	for i, c := range all {
		options[i] = ui.Option{Value: string(c), Label: string(c)}
	}
	return options
}

func monthOptions() []ui.Option {
	var options []ui.Option
	for m := time.January; m <= time.December; m++ {
		options = append(options, ui.Option{Value: strconv.Itoa(int(m)), Label: m.String()})
	}
	return options
}

// zones are suggestions; every name of the IANA database is accepted, see
// https://www.iana.org/time-zones
func zones() []string {
	return []string{
		"Australia/Adelaide", "Australia/Brisbane", "Australia/Broken_Hill", "Australia/Darwin", "Australia/Hobart",
		"Australia/Lord_Howe", "Australia/Melbourne", "Australia/Perth", "Australia/Sydney",
		"Pacific/Auckland", "Pacific/Chatham", "Pacific/Fiji", "Pacific/Honolulu", "Pacific/Port_Moresby",
		"Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Kolkata", "Asia/Manila", "Asia/Seoul", "Asia/Shanghai",
		"Asia/Singapore", "Asia/Tokyo", "Africa/Johannesburg", "Europe/Berlin", "Europe/Dublin", "Europe/London",
		"Europe/Paris", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/New_York",
		"America/Sao_Paulo", "America/Toronto", "UTC",
	}
}
