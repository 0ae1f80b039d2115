package resend

import (
	"encoding/json"
	"fmt"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/mail"
)

// Stop is what the link in a marketing mail ends: such mail to an address.
type Stop struct {
	Org     crm.OrgID     `json:"o"`
	Address string        `json:"a"` // as crm.ParseEmail writes it
	Mail    mail.Category `json:"c"` // that the link came with
}

var stopContext = []byte("mail/stop")

// StopLink is the address of the page that ends what is told. It is valid for
// ever, because a mail may be read years later, and tells nobody the address.
func (s *Service) StopLink(stop Stop) (string, error) {
	plain, err := json.Marshal(stop)
	if err != nil {
		return "", fmt.Errorf("write an unsubscribe link: %w", err)
	}
	token, err := s.Vault.Seal(plain, stopContext)
	return s.URL + "/unsubscribe/" + token, err
}

// ReadStop reads the token of a StopLink. It returns an Error of kind NotFound
// for one that is not whole.
func (s *Service) ReadStop(token string) (Stop, error) {
	var stop Stop
	plain, err := s.Vault.Open(token, stopContext)
	if err != nil || json.Unmarshal(plain, &stop) != nil {
		return Stop{}, crm.Errorf(crm.NotFound, "This link is not whole. Open it from the mail again, or copy all of it.")
	}
	return stop, nil
}
