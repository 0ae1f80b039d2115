package xero

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
)

// How long a link to the card opens it, how long a page that is open may rest
// between two looks, and how long it goes on in all.
const (
	cardOpensFor = 10 * time.Minute
	cardRestsFor = time.Hour
	cardLivesFor = 12 * time.Hour
)

// cardPlace is what a pass is sealed for; see vault.Seal.
const cardPlace = "xero card"

// CardPass lets whoever holds it, signed in or not, see the card of one
// organisation.
type CardPass struct {
	Org   crm.OrgID
	Until time.Time // to the second
	Ends  time.Time // when even renewed passes end, to the second
}

// CardLink is an address that shows the card in a frame of another site.
type CardLink struct {
	URL   string
	Until time.Time // when it stops opening the card
	Ends  time.Time // when a page that it opened stops following
}

// Embeds reports whether other sites may show the card.
func (s *Service) Embeds() bool { return s.EmbedURL != "" }

// EmbedsOff is an Error of kind Conflict that says how to let other sites show
// the card.
func EmbedsOff() error {
	return crm.Errorf(crm.Conflict, "No other site may show the card yet. Whoever runs Renoz names the sites in RENOZ_EMBED_ANCESTORS, such as https://intranet.example.com, and starts it again.")
}

// LinkCard makes a link to the card of the organisation in which somebody acts.
// It opens the card for ten minutes, without sign-in, and shows what the card
// shows its maker; it needs sync.view. It returns an Error of kind Conflict
// where no other site may show the card.
func (s *Service) LinkCard(ctx context.Context) (CardLink, error) {
	who, err := auth.Require(ctx, auth.SyncView)
	if err != nil {
		return CardLink{}, err
	}
	if !s.Embeds() {
		return CardLink{}, EmbedsOff()
	}
	now := s.Now().UTC().Truncate(time.Second)
	pass := CardPass{Org: who.Org, Until: now.Add(cardOpensFor), Ends: now.Add(cardLivesFor)}
	text, err := s.sealPass(pass)
	if err != nil {
		return CardLink{}, err
	}
	return CardLink{URL: s.EmbedURL + "?" + url.Values{"card": {text}}.Encode(), Until: pass.Until, Ends: pass.Ends}, nil
}

// OpenCard reads the text of a pass. It returns an Error of kind Forbidden for
// one that has ended, was changed, or was not made with this program's key.
func (s *Service) OpenCard(text string) (CardPass, error) {
	plain, err := s.Vault.Open(text, []byte(cardPlace))
	if err != nil || len(plain) != passSize {
		return CardPass{}, crm.Errorf(crm.Forbidden, "This address does not open a card: it was cut or changed, or another Renoz made it.")
	}
	pass := readPass(plain)
	if !s.Now().Before(pass.Until) {
		return CardPass{}, crm.Errorf(crm.Forbidden, "The link to this card has ended. Open the page around it again.")
	}
	return pass, nil
}

// RenewCard is the text of a pass that the page which holds this one goes on
// with: for an hour, so that it may rest, and twelve hours after the first at
// most.
func (s *Service) RenewCard(pass CardPass) (string, error) {
	pass.Until = s.Now().UTC().Truncate(time.Second).Add(cardRestsFor)
	if pass.Ends.Before(pass.Until) {
		pass.Until = pass.Ends
	}
	return s.sealPass(pass)
}

// passSize is an id and two times in seconds.
const passSize = 16 + 8 + 8

func (s *Service) sealPass(p CardPass) (string, error) {
	plain := make([]byte, 0, passSize)
	plain = append(plain, p.Org.UUID[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(p.Until.Unix())) // #nosec G115 -- after 1970
	plain = binary.BigEndian.AppendUint64(plain, uint64(p.Ends.Unix()))  // #nosec G115 -- after 1970
	text, err := s.Vault.Seal(plain, []byte(cardPlace))
	if err != nil {
		return "", fmt.Errorf("seal a pass to the card: %w", err)
	}
	return text, nil
}

func readPass(plain []byte) (p CardPass) {
	at := func(b []byte) time.Time { return time.Unix(int64(binary.BigEndian.Uint64(b)), 0).UTC() } // #nosec G115 -- as it was sealed
	p.Org.UUID = uuid.UUID(plain[:16])
	p.Until, p.Ends = at(plain[16:24]), at(plain[24:])
	return p
}
