package resend

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// How long the link of a confirmation lasts, and how often one is sent: nobody
// can have an address flooded by asking on its behalf.
const (
	confirmWithin  = 7 * 24 * time.Hour
	confirmPause   = 10 * time.Minute
	confirmsADay   = 3
	keyConfirm     = "confirm_consent" // the template's name on the mail
	confirmPath    = "/subscribe/"
	confirmEntropy = 32 // bytes
)

// askToConfirm sends the mail that asks whether an address wants kinds of mail. It
// returns why not, in words for people, when none can be sent now.
func (s *Service) askToConfirm(ctx context.Context, tx *store.Tx, o OptOut, wanted []mail.Category) (string, error) {
	if o.Nothing {
		return "Mail does not reach this address, so nothing can be confirmed. Ask " + o.Business + " to write to it again.", nil
	}
	for _, rule := range []struct {
		span time.Duration
		most int
	}{{confirmPause, 1}, {24 * time.Hour, confirmsADay}} {
		n, err := tx.CountConfirmations(ctx, o.Org, o.Address, tx.Now().Add(-rule.span))
		if err != nil {
			return "", err
		}
		if n >= rule.most {
			return "A mail with a link to confirm was sent to the address already. Look for it, among unwanted mail too, or ask again later.", nil
		}
	}
	token, err := newToken()
	if err != nil {
		return "", err
	}
	m, err := s.queueConfirmation(ctx, tx, o, wanted, token)
	switch {
	case crm.KindOf(err) == crm.Precondition || crm.KindOf(err) == crm.Invalid:
		return "No mail can be sent to the address now. Ask " + o.Business + " instead.", nil
	case err != nil:
		return "", err
	case m.State == mail.Suppressed:
		return "Mail does not reach this address, so nothing can be confirmed. Ask " + o.Business + " to write to it again.", nil
	}
	return "", tx.AddConfirmation(ctx, mail.Confirmation{
		ID: crm.NewID[mail.Confirmation](), Org: o.Org, TokenHash: tokenHash(token), Address: o.Address, Wanted: wanted, Mail: m.ID, ExpiresAt: tx.Now().Add(confirmWithin),
	})
}

func newToken() (string, error) {
	random := make([]byte, confirmEntropy)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("make a token: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(random), nil
}

func tokenHash(token string) string {
	sum := sha256.Sum256([]byte("mail/confirm\n" + token))
	return hex.EncodeToString(sum[:])
}

// queueConfirmation writes the mail. It is transactional: its recipient asked for
// it a moment ago.
func (s *Service) queueConfirmation(ctx context.Context, tx *store.Tx, o OptOut, wanted []mail.Category, token string) (mail.Message, error) {
	org, err := tx.Organisation(ctx, o.Org)
	if err != nil {
		return mail.Message{}, err
	}
	kept, err := tx.MailSettings(ctx, o.Org)
	if err != nil {
		return mail.Message{}, err
	}
	settings, err := settingsOf(kept)
	if err != nil {
		return mail.Message{}, err
	}
	link := strings.TrimSuffix(s.URL, "/") + confirmPath + token
	d, err := write(org, settings, template.Compile(confirmLetter(link)), template.Data{
		"customer": template.Data{"name": o.Masked(), "email": o.Address}, "confirm": template.Data{"what": kindsInWords(wanted), "url": link},
	})
	if err != nil {
		return mail.Message{}, err
	}
	d.Template, d.Category, d.To, d.By = keyConfirm, mail.Custom, o.Address, theRecipient
	return s.Queue(ctx, tx, o.Org, d)
}

// confirmLetter asks to confirm. The address of its link is repeated in words, for
// mail clients that show no buttons.
func confirmLetter(link string) template.Template {
	way := `<p><a href="{{ confirm.url }}">Yes, send me this mail</a></p>`
	if strings.HasPrefix(link, "https://") {
		way = `{{ "Yes, send me this mail" | button: confirm.url }}`
	}
	return template.Template{
		Name: "Confirm consent", Category: template.Custom, Subject: "Confirm that you want mail from {{ brand.business }}", Preheader: "Nothing is sent before you confirm it.",
		Body: `<h1>Shall we write to you again?</h1>
<p>Somebody asked for this address to get mail from {{ brand.business }}: {{ confirm.what }}.</p>
` + way + `
<p>The link works once, within seven days. If it was not you, do nothing: then no such mail is sent.</p>`,
	}
}

func kindsInWords(kinds []mail.Category) string {
	words := make([]string, len(kinds))
	for i, c := range kinds {
		words[i] = strings.ToLower(c.ScopeLabel())
	}
	if last := len(words) - 1; last > 0 {
		return strings.Join(words[:last], ", ") + " and " + words[last]
	}
	return strings.Join(words, "")
}

// Wish is what the link in a confirmation stands for.
type Wish struct {
	Business string
	Address  string // masked
	Wanted   []mail.Category
	Done     bool // it was confirmed
	Ended    bool // it is too old
	Nothing  bool // no mail of any kind goes to the address, so that the kinds do not either
}

// Words are the kinds of mail in words.
func (w Wish) Words() string { return kindsInWords(w.Wanted) }

// Wish reads what a confirmation's link stands for. It changes nothing. A token
// that is not known is an Error of kind NotFound.
func (s *Service) Wish(ctx context.Context, token string) (Wish, error) {
	_, w, err := s.wish(ctx, s.Store.Reader, token)
	return w, err
}

func (s *Service) wish(ctx context.Context, r store.Reader, token string) (mail.Confirmation, Wish, error) {
	c, err := r.Confirmation(ctx, tokenHash(token))
	if crm.KindOf(err) == crm.NotFound {
		return c, Wish{}, crm.Errorf(crm.NotFound, "This link is not whole, or too old. Open it from the mail again, or copy all of it.")
	}
	if err != nil {
		return c, Wish{}, err
	}
	w := Wish{Address: masked(c.Address), Wanted: c.Wanted, Done: c.UsedAt != nil, Ended: c.UsedAt == nil && !s.Now().Before(c.ExpiresAt)}
	if w.Business, err = s.business(ctx, r, c.Org); err != nil {
		return c, w, err
	}
	held, err := r.SuppressionsOf(ctx, c.Org, c.Address)
	w.Nothing = slices.ContainsFunc(held, func(h mail.Suppression) bool { return h.Scope == mail.Everything })
	return c, w, err
}

// Confirm gives consent to what a confirmation's link stands for, once, and lets
// such mail go to the address again. Repeated, it changes nothing more. A link that
// is too old is an Error of kind Conflict.
func (s *Service) Confirm(ctx context.Context, token string) (Wish, error) {
	err := s.Store.InTx(ctx, func(tx *store.Tx) error {
		c, w, err := s.wish(ctx, tx.Reader, token)
		if err != nil || w.Done {
			return err
		}
		if fresh, err := tx.UseConfirmation(ctx, c); err != nil {
			return err
		} else if !fresh {
			return crm.Errorf(crm.Conflict, "This link has ended. Ask again by the link at the end of an earlier mail.")
		}
		return s.resubscribe(ctx, tx, c)
	})
	if err != nil {
		return Wish{}, err
	}
	return s.Wish(ctx, token)
}

// resubscribe lifts what stops the wanted kinds of marketing mail. Where all
// marketing was stopped, the other kinds stay so.
func (s *Service) resubscribe(ctx context.Context, tx *store.Tx, c mail.Confirmation) error {
	stop := Stop{Org: c.Org, Address: c.Address}
	held, err := tx.SuppressionsOf(ctx, c.Org, c.Address)
	if err != nil {
		return err
	}
	for _, h := range held {
		own, single := h.Scope.Category()
		if !h.Scope.Marketing() || single && !slices.Contains(c.Wanted, own) {
			continue
		}
		h.RemovedBy, h.RemovedNote = theRecipient, "Asked for, and confirmed by mail."
		if err := tx.Unsuppress(ctx, h); err != nil {
			return err
		}
		if single {
			continue
		}
		for _, other := range mail.MarketingCategories() {
			if slices.Contains(c.Wanted, other) {
				continue
			}
			if _, err := tx.Suppress(ctx, mail.Suppression{ID: crm.NewID[mail.Suppression](), Org: c.Org, Address: c.Address, Scope: mail.ScopeOf(other),
				Reason: h.Reason, Via: h.Via, Note: h.Note, By: h.By}); err != nil {
				return err
			}
		}
	}
	for _, kind := range c.Wanted {
		if err := keepConsent(ctx, tx, stop, mail.Consent{Scope: mail.ScopeOf(kind), Given: true, Way: mail.ByDoubleOptIn}); err != nil {
			return err
		}
	}
	if s.Consented == nil {
		return nil
	}
	return s.Consented(ctx, tx, c.Org, c.Address)
}

// confirmLink finds the link of a confirmation in what a mail says.
var confirmLink = regexp.MustCompile(regexp.QuoteMeta(confirmPath) + `[A-Za-z0-9_-]{40,}`)

// withoutToken hides the link of a confirmation from all but its recipient: whoever
// has it can agree in the recipient's name.
func (l Letter) withoutToken() Letter {
	l.HTML = confirmLink.ReplaceAllString(l.HTML, confirmPath+"hidden")
	l.Text = confirmLink.ReplaceAllString(l.Text, confirmPath+"hidden")
	return l
}
