package crm

// TaxClass says how a line is taxed. Which tax code of the accounting service
// stands for it is a setting of the organisation.
type TaxClass string

// The classes of tax.
const (
	GST         TaxClass = "gst"
	GSTFree     TaxClass = "gst_free"
	InputTaxed  TaxClass = "input_taxed"
	ExportTaxed TaxClass = "export"
)

// TaxClasses are all classes in the order in which people choose among them.
func TaxClasses() []TaxClass { return []TaxClass{GST, GSTFree, InputTaxed, ExportTaxed} }

// Valid reports whether the class is one of TaxClasses.
func (c TaxClass) Valid() bool { return c.Label() != "" }

// Label is the class in words, or "" when it is not valid.
func (c TaxClass) Label() string {
	switch c {
	case GST:
		return "GST"
	case GSTFree:
		return "GST free"
	case InputTaxed:
		return "Input taxed"
	case ExportTaxed:
		return "Export"
	}
	return ""
}

// TaxRates is the rate of each class in one organisation.
type TaxRates map[TaxClass]Percent

// AustralianTaxRates are the rates until an organisation sets its own: 10 %
// for gst, and none for the rest.
func AustralianTaxRates() TaxRates {
	return TaxRates{GST: 10_00, GSTFree: 0, InputTaxed: 0, ExportTaxed: 0}
}

// Of is the rate of a class. It returns an Error of kind Invalid when none is
// set, because taking it for 0 % would send out wrong invoices, and when it is
// not between 0 % and 100 %.
func (r TaxRates) Of(class TaxClass) (Percent, error) {
	rate, set := r[class]
	if !class.Valid() {
		return 0, Errorf(Invalid, "%q is not a tax class; use gst, gst_free, input_taxed or export.", clip(string(class), 20))
	}
	if !set {
		return 0, Errorf(Invalid, "No tax rate is set for %s; set it in the settings of the organisation.", class.Label())
	}
	if rate < 0 || rate > 100_00 {
		return 0, Errorf(Invalid, "The tax rate of %s is not between 0 and 100 %%; mend it in the settings of the organisation.", class.Label())
	}
	return rate, nil
}

// Validate returns an Error of kind Invalid, its fields named after the
// classes, when a rate is missing or not between 0 % and 100 %.
func (r TaxRates) Validate() error {
	fields := map[string]string{}
	for _, class := range TaxClasses() {
		rate, set := r[class]
		if !set {
			fields[string(class)] = "Enter a rate; 0 for none."
		} else if rate < 0 || rate > 100_00 {
			fields[string(class)] = "Enter a rate between 0 and 100 %."
		}
	}
	return FieldErrors(fields)
}
