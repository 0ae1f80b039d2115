package resendapi

import (
	"encoding/json"
	"errors"
)

// Addresses are e-mail addresses, with or without a name ("Jo <jo@…>"). They
// are written as a list, and read from a list or a single text.
type Addresses []string

// UnmarshalJSON reads a list, a single text or null.
func (a *Addresses) UnmarshalJSON(data []byte) error {
	var single string
	if json.Unmarshal(data, &single) == nil {
		*a = nil
		if single != "" {
			*a = Addresses{single}
		}
		return nil
	}
	var several []string
	if json.Unmarshal(data, &several) != nil {
		return errors.New("addresses are neither a text nor a list of texts")
	}
	*a = several
	return nil
}
