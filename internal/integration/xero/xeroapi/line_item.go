package xeroapi

import "encoding/json"

// LineItem is a line of an invoice or credit note. Xero computes
// LineAmount = Quantity × UnitAmount × (1 − DiscountRate %) or
// − DiscountAmount, rounds the tax of each line to cents and adds those up.
// A written list of lines replaces the old one: a line whose LineItemID is
// left out is deleted and made anew.
//
// A line with neither quantity, unit amount, account nor item is a line of
// text, and is written as its description only.
type LineItem struct {
	LineItemID     string     `json:",omitempty"`
	Description    string     `json:",omitempty"` // at most 4,000 characters
	Quantity       Decimal4   // written even when zero
	UnitAmount     Decimal4   // written even when zero; without GST on Exclusive documents
	ItemCode       string     `json:",omitempty"`
	AccountCode    string     `json:",omitempty"`
	AccountID      string     `json:",omitempty"`
	TaxType        string     `json:",omitempty"`
	TaxAmount      *Money     `json:",omitempty"` // leave nil in writes, so that Xero computes it
	LineAmount     Money      `json:",omitzero"`  // leave zero in writes, so that Xero computes it
	DiscountRate   *Decimal4  `json:",omitempty"` // percent; credit notes take no discounts
	DiscountAmount *Money     `json:",omitempty"`
	Tracking       []Tracking `json:",omitzero"` // at most 2
}

// Tracking is an option of a tracking category.
type Tracking struct {
	TrackingCategoryID string `json:",omitempty"`
	TrackingOptionID   string `json:",omitempty"`
	Name               string `json:",omitempty"`
	Option             string `json:",omitempty"`
}

// Tax is the line's GST; zero when Xero did not say.
func (l LineItem) Tax() Money {
	if l.TaxAmount == nil {
		return 0
	}
	return *l.TaxAmount
}

func (l LineItem) textOnly() bool {
	return l.Quantity == 0 && l.UnitAmount == 0 && l.ItemCode == "" && l.AccountCode == "" && l.AccountID == ""
}

// MarshalJSON writes the line, or its text only.
func (l LineItem) MarshalJSON() ([]byte, error) {
	if l.textOnly() {
		return json.Marshal(struct {
			LineItemID  string `json:",omitempty"`
			Description string
		}{l.LineItemID, l.Description})
	}
	type plain LineItem
	return json.Marshal(plain(l))
}
