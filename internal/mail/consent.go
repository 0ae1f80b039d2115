package mail

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/renoz/renoz/internal/crm"
)

// ConsentWay is how consent to marketing mail was given or withdrawn.
type ConsentWay string

// The ways.
const (
	ByRecord      ConsentWay = "record" // noted with the customer, by a person or a program of the business
	ByImport      ConsentWay = "import"
	ByPreferences ConsentWay = "preferences"   // on the page behind the link in a mail
	ByOneClick    ConsentWay = "one_click"     // by the button of a mail client
	ByDoubleOptIn ConsentWay = "double_opt_in" // asked for, and confirmed by a mail
	ByPerson      ConsentWay = "person"        // somebody of the business, who said why
)

// Label is the way in words for people.
func (w ConsentWay) Label() string {
	labels := map[ConsentWay]string{
		ByRecord: "Noted with the customer", ByImport: "Imported", ByPreferences: "On the preference page", ByOneClick: "By one click",
		ByDoubleOptIn: "Asked for and confirmed by mail", ByPerson: "By a person",
	}
	return labels[w]
}

// Consent is one entry of the log of consent: that somebody agreed to marketing
// mail, or does not any more. Entries are never changed.
type Consent struct {
	ID          crm.ID[Consent]
	Org         crm.OrgID
	AddressHash string // of AddressHash; "" where no address was known
	Customer    *crm.CustomerID
	Scope       Scope
	Given       bool // false: withdrawn
	Way         ConsentWay
	Note        string // the reason that a person gave
	By          string
	At          time.Time
}

// ConsentFilter selects entries. Empty fields select all.
type ConsentFilter struct {
	Customer *crm.CustomerID
	Address  string // as crm.ParseEmail writes it
	Before   crm.ID[Consent]
	Limit    int
}

// AddressHash names an address in the log without telling it: the log outlives the
// address. It differs between organisations.
func AddressHash(org crm.OrgID, address string) string {
	if address == "" {
		return ""
	}
	sum := sha256.Sum256([]byte("consent\n" + org.String() + "\n" + address))
	return hex.EncodeToString(sum[:])
}

// Confirmation is a wish for marketing mail that waits for its confirmation. The
// token that confirms it is known to the mail alone.
type Confirmation struct {
	ID        crm.ID[Confirmation]
	Org       crm.OrgID
	TokenHash string
	Address   string
	Wanted    []Category
	Mail      ID
	At        time.Time
	ExpiresAt time.Time
	UsedAt    *time.Time
}
