// Package embed makes the links by which other sites show a card in a frame, to
// people who need not be signed in.
//
// It owns the passes that such links carry: sealed, for one card of one
// organisation, and short-lived. It does not own the cards, nor which sites may
// show them.
package embed

import (
	"encoding/binary"
	"fmt"
	"net/url"
	"time"

	"github.com/google/uuid"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/vault"
)

// How long a link opens its card, how long a page that is open may rest between
// two looks, and how long it goes on in all.
const (
	opensFor = 10 * time.Minute
	restsFor = time.Hour
	livesFor = 12 * time.Hour
)

// Pass lets whoever holds it, signed in or not, see the card of one organisation.
type Pass struct {
	Org   crm.OrgID
	Until time.Time // to the second
	Ends  time.Time // when even renewed passes end, to the second
}

// Link is an address that shows a card in a frame of another site.
type Link struct {
	URL   string
	Until time.Time // when it stops opening the card
	Ends  time.Time // when a page that it opened stops following
}

// Links makes and reads the links to one card.
type Links struct {
	Vault *vault.Vault
	Place string // what passes are sealed for, such as "mail card"; see vault.Seal
	URL   string // of the card; empty: no other site may show it
	Now   func() time.Time
}

// On reports whether other sites may show the card.
func (l Links) On() bool { return l.URL != "" }

// Off is an Error of kind Conflict that says how to let other sites show the card.
func Off() error {
	return crm.Errorf(crm.Conflict, "No other site may show the card yet. Whoever runs Renoz names the sites in RENOZ_EMBED_ANCESTORS, such as https://intranet.example.com, and starts it again.")
}

// Make makes a link to the card of an organisation, which opens it for ten
// minutes. It returns an Error of kind Conflict where no other site may show the
// card.
func (l Links) Make(org crm.OrgID) (Link, error) {
	if !l.On() {
		return Link{}, Off()
	}
	now := l.now()
	pass := Pass{Org: org, Until: now.Add(opensFor), Ends: now.Add(livesFor)}
	text, err := l.seal(pass)
	if err != nil {
		return Link{}, err
	}
	return Link{URL: l.URL + "?" + url.Values{"card": {text}}.Encode(), Until: pass.Until, Ends: pass.Ends}, nil
}

// Open reads the text of a pass. It returns an Error of kind Forbidden for one
// that has ended, was changed, or was not made with this program's key.
func (l Links) Open(text string) (Pass, error) {
	plain, err := l.Vault.Open(text, []byte(l.Place))
	if err != nil || len(plain) != passSize {
		return Pass{}, crm.Errorf(crm.Forbidden, "This address does not open a card: it was cut or changed, or another Renoz made it.")
	}
	pass := read(plain)
	if !l.Now().Before(pass.Until) {
		return Pass{}, crm.Errorf(crm.Forbidden, "The link to this card has ended. Open the page around it again.")
	}
	return pass, nil
}

// Renew is the text of a pass that the page which holds this one goes on with:
// for an hour, so that it may rest, and twelve hours after the first at most.
func (l Links) Renew(pass Pass) (string, error) {
	pass.Until = l.now().Add(restsFor)
	if pass.Ends.Before(pass.Until) {
		pass.Until = pass.Ends
	}
	return l.seal(pass)
}

func (l Links) now() time.Time { return l.Now().UTC().Truncate(time.Second) }

// passSize is an id and two times in seconds.
const passSize = 16 + 8 + 8

func (l Links) seal(p Pass) (string, error) {
	plain := make([]byte, 0, passSize)
	plain = append(plain, p.Org.UUID[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(p.Until.Unix())) // #nosec G115 -- after 1970
	plain = binary.BigEndian.AppendUint64(plain, uint64(p.Ends.Unix()))  // #nosec G115 -- after 1970
	text, err := l.Vault.Seal(plain, []byte(l.Place))
	if err != nil {
		return "", fmt.Errorf("seal a pass to the card: %w", err)
	}
	return text, nil
}

func read(plain []byte) (p Pass) {
	at := func(b []byte) time.Time { return time.Unix(int64(binary.BigEndian.Uint64(b)), 0).UTC() } // #nosec G115 -- as it was sealed
	p.Org.UUID = uuid.UUID(plain[:16])
	p.Until, p.Ends = at(plain[16:24]), at(plain[24:])
	return p
}
