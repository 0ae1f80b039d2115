package template

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// Type is the kind of value that a field holds.
type Type string

// The types of Field, with the Go values that they hold.
const (
	TypeText   Type = "text"     // string
	TypeLink   Type = "a link"   // string that begins with https://
	TypeMoney  Type = "money"    // crm.Money
	TypeDay    Type = "a day"    // crm.Day
	TypeTime   Type = "a time"   // time.Time
	TypeNumber Type = "a number" // int, int64, float64, crm.Quantity, crm.Percent
	TypePrice  Type = "a price"  // crm.Price or crm.Money
	TypeFlag   Type = "yes or no"
	TypeRecord Type = "a record" // Data; Fields says which
	TypeList   Type = "a list"   // slice of Data with Fields, or of strings without
)

// Field is a variable that a category of e-mail offers.
type Field struct {
	Name        string
	Type        Type
	Description string // what it is, for the person who writes a template
	Optional    bool   // may be without a value, so templates must be ready for that
	Fields      []Field
	Sample      any // of a record nothing: its fields have theirs
}

// holds reports whether a value, as Data.read returns it, is of the type.
func (t Type) holds(value any) bool {
	ok := false
	switch t {
	case TypeText, TypeLink:
		_, ok = value.(string)
	case TypeMoney:
		_, ok = value.(crm.Money)
	case TypeDay:
		_, ok = value.(crm.Day)
	case TypeTime:
		_, ok = value.(time.Time)
	case TypeFlag:
		_, ok = value.(bool)
	case TypeRecord:
		_, ok = value.(map[string]any)
	case TypeList:
		_, ok = value.([]any)
	case TypeNumber:
		switch value.(type) {
		case int, int64, float64, crm.Quantity, crm.Percent:
			ok = true
		}
	case TypePrice:
		switch value.(type) {
		case crm.Price, crm.Money:
			ok = true
		}
	}
	return ok
}

// Fields are the variables that a category offers, but those of the brand,
// which BrandFields lists. A category that is not valid offers none.
func Fields(c Category) []Field { return schemas()[c] }

// FieldsOf are all variables that a template may use: those of its category
// and of the brand, and of marketing where it is.
func FieldsOf(t Template) []Field {
	all := append(slices.Clone(Fields(t.Category)), BrandFields()...)
	if t.Marketing && t.Category != Marketing {
		all = append(all, marketingFields()...)
	}
	return all
}

// findField looks a path up. What lies in an optional record is optional.
func findField(fields []Field, path []string) (Field, bool) {
	path = withoutListProperties(path)
	var found Field
	optional := false
	for i, name := range path {
		if name == element && found.Type == TypeList {
			found = Field{Name: found.Name, Type: TypeText, Fields: found.Fields}
			if found.Fields != nil {
				found.Type = TypeRecord
			}
			continue
		}
		at := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
		if at < 0 || i > 0 && found.Type != TypeRecord {
			return Field{}, false
		}
		found = fields[at]
		fields = found.Fields
		optional = optional || found.Optional
	}
	found.Optional = optional
	return found, len(path) > 0
}

// fieldNames are the paths of all fields, for hints.
func fieldNames(fields []Field) (names []string) {
	for _, f := range fields {
		names = append(names, f.Name)
		inside := "."
		if f.Type == TypeList {
			inside = element + "."
		}
		for _, name := range fieldNames(f.Fields) {
			names = append(names, f.Name+inside+name)
		}
	}
	return names
}

// fieldsOf describes data that no category does, for hints.
func fieldsOf(data map[string]any) (fields []Field) {
	for _, name := range slices.Sorted(maps.Keys(data)) {
		f := Field{Name: name, Type: TypeText}
		if record, ok := data[name].(map[string]any); ok {
			f.Type, f.Fields = TypeRecord, fieldsOf(record)
		}
		fields = append(fields, f)
	}
	return fields
}

// Sample is data of the shape that a category offers, the same each time, for
// previews and tests. It must never reach a customer.
func Sample(c Category) Data { return sampleOf(Fields(c)) }

// SampleOf is the sample of all that a template may use but the brand.
func SampleOf(t Template) Data {
	data := Sample(t.Category)
	if t.marketing() {
		maps.Copy(data, sampleOf(marketingFields()))
	}
	return data
}

// LeastOf is the same without anything optional: what a template must be ready
// for.
func LeastOf(t Template) Data {
	data := leastOf(Fields(t.Category))
	if t.marketing() {
		maps.Copy(data, leastOf(marketingFields()))
	}
	return data
}

func leastOf(fields []Field) Data {
	data := Data{}
	for _, f := range fields {
		switch list, _ := f.Sample.([]Data); {
		case f.Optional:
		case f.Type == TypeRecord:
			data[f.Name] = leastOf(f.Fields)
		case list != nil:
			data[f.Name] = without(list, f.Fields)
		default:
			data[f.Name] = f.Sample
		}
	}
	return data
}

// without is a list whose items lack what is optional.
func without(list []Data, fields []Field) (least []Data) {
	for _, item := range list {
		item = maps.Clone(item)
		for _, f := range fields {
			if f.Optional {
				delete(item, f.Name)
			}
		}
		least = append(least, item)
	}
	return least
}

func sampleOf(fields []Field) Data {
	data := Data{}
	for _, f := range fields {
		if f.Type == TypeRecord {
			data[f.Name] = sampleOf(f.Fields)
			continue
		}
		data[f.Name] = f.Sample
	}
	return data
}

// SampleBrand is a business that does not exist, for previews and tests.
func SampleBrand() Brand {
	zone, err := time.LoadLocation("Australia/Sydney")
	if err != nil {
		zone = time.FixedZone("AEST", 10*60*60)
	}
	return Brand{
		Business: "Wattle Batteries", LegalName: "Wattle Batteries Pty Ltd", ABN: "51824753556",
		PostalAddress: "Unit 4, 18 Foundry Road\nSeven Hills NSW 2147", Email: "accounts@wattlebatteries.example",
		Phone: "(02) 5550 1234", Website: "https://wattlebatteries.example", Colour: "#0b6e4f",
		DateFormat: "DD/MM/YYYY", Currency: "AUD", Zone: zone, TaxName: "GST",
	}
}

// LeastBrand is a business that told of itself only what it must.
func LeastBrand() Brand {
	all := SampleBrand()
	return Brand{Business: all.Business, PostalAddress: all.PostalAddress, Email: all.Email, Colour: all.Colour, DateFormat: all.DateFormat, Currency: all.Currency, Zone: all.Zone, TaxName: all.TaxName}
}

// BrandFields are the variables of the sender, the same for every category.
func BrandFields() []Field {
	b := SampleBrand().filled().values()
	sender := record("brand", "Who sends the e-mail, from the settings",
		text("business", "The name that customers know", ""),
		text("legal_name", "The legal name, or the business name", ""),
		optional(text("abn", "The ABN with spaces", "")),
		text("postal_address", "The postal address", ""),
		optional(text("email", "The address for replies", "")),
		optional(text("phone", "The telephone number", "")),
		optional(link("website", "The website", "")),
		text("colour", "The colour of buttons and links", ""),
		text("tax_name", "What the tax is called, such as GST", ""),
	)
	for i, f := range sender.Fields {
		sender.Fields[i].Sample = b[f.Name]
	}
	return []Field{sender}
}

func text(name, description, sample string) Field {
	return Field{Name: name, Type: TypeText, Description: description, Sample: sample}
}

func link(name, description, path string) Field {
	return Field{Name: name, Type: TypeLink, Description: description, Sample: "https://app.wattlebatteries.example/" + strings.TrimPrefix(path, "/")}
}

func money(name, description string, cents crm.MinorUnits) Field {
	return Field{Name: name, Type: TypeMoney, Description: description, Sample: crm.Money{Amount: cents, Currency: "AUD"}}
}

func day(name, description string, sample crm.Day) Field {
	return Field{Name: name, Type: TypeDay, Description: description, Sample: sample}
}

func moment(name, description string, sample time.Time) Field {
	return Field{Name: name, Type: TypeTime, Description: description, Sample: sample}
}

func number(name, description string, sample int) Field {
	return Field{Name: name, Type: TypeNumber, Description: description, Sample: sample}
}

func record(name, description string, fields ...Field) Field {
	return Field{Name: name, Type: TypeRecord, Description: description, Fields: fields}
}

func optional(f Field) Field {
	f.Optional = true
	return f
}
