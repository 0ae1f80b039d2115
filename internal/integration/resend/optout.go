package resend

import (
	"context"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend/template"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/store"
)

// Choice is a kind of marketing mail that a business sends.
type Choice struct {
	Category mail.Category
	Wanted   bool // it goes to the address now
}

// OptOut is what the page behind a stop link shows.
type OptOut struct {
	Stop
	Business string // in whose name the mail came
	Stopped  bool   // mail of the link's kind does not go to the address any more
	AllOf    bool   // nor does any other marketing mail
	Nothing  bool   // no mail of any kind goes there, so that nothing can be confirmed by mail
	Choices  []Choice
}

// Masked is the address as its owner knows it, and nobody else.
func (o OptOut) Masked() string { return masked(o.Address) }

func masked(address string) string {
	name, domain, _ := strings.Cut(address, "@")
	return name[:min(len(name), 1)] + "…@" + domain
}

// OptOut reads where the link with a token stands. It changes nothing. A token
// that is not whole is an Error of kind NotFound.
func (s *Service) OptOut(ctx context.Context, token string) (OptOut, error) {
	stop, err := s.ReadStop(token)
	if err != nil {
		return OptOut{}, err
	}
	return s.optOut(ctx, s.Store.Reader, stop)
}

func (s *Service) optOut(ctx context.Context, r store.Reader, stop Stop) (OptOut, error) {
	business, err := s.business(ctx, r, stop.Org)
	if err != nil {
		return OptOut{}, err
	}
	kinds, err := marketingOf(ctx, r, stop)
	if err != nil {
		return OptOut{}, err
	}
	held, err := r.SuppressionsOf(ctx, stop.Org, stop.Address)
	o := OptOut{Stop: stop, Business: business, Stopped: covered(held, stop.Mail), AllOf: true}
	for _, c := range mail.MarketingCategories() {
		o.AllOf = o.AllOf && covered(held, c)
	}
	o.Nothing = slices.ContainsFunc(held, func(h mail.Suppression) bool { return h.Scope == mail.Everything })
	for _, c := range kinds {
		o.Choices = append(o.Choices, Choice{c, !covered(held, c)})
	}
	return o, err
}

func covered(held []mail.Suppression, c mail.Category) bool {
	return slices.ContainsFunc(held, func(h mail.Suppression) bool { return h.Scope.Covers(c) })
}

// business is the name in which an organisation's mail comes.
func (s *Service) business(ctx context.Context, r store.Reader, id crm.OrgID) (string, error) {
	org, err := r.Organisation(ctx, id)
	if err != nil {
		return "", err
	}
	kept, err := r.MailSettings(ctx, id)
	if err != nil {
		return "", err
	}
	settings, err := settingsOf(kept)
	return brandOf(org, settings).Business, err
}

// marketingOf are the kinds of marketing mail that a business has templates for,
// and the link's own.
func marketingOf(ctx context.Context, r store.Reader, stop Stop) ([]mail.Category, error) {
	own, err := r.MailTemplates(ctx, stop.Org)
	if err != nil {
		return nil, err
	}
	library, err := template.Library()
	if err != nil {
		return nil, err
	}
	sent := map[mail.Category]bool{stop.Mail: true}
	for _, t := range own {
		if t.Published > 0 && t.ArchivedAt == nil {
			sent[marketingCategory(letterFrom(t.Category, t.Draft))] = true
		}
	}
	for _, t := range library {
		if !slices.ContainsFunc(own, func(o mail.Template) bool { return o.Key == t.Key }) {
			sent[marketingCategory(t.Template)] = true
		}
	}
	return slices.DeleteFunc(mail.MarketingCategories(), func(c mail.Category) bool { return !sent[c] }), nil
}

// marketingCategory is the category of the marketing mail that a template makes, or
// "" for other mail.
func marketingCategory(t template.Template) mail.Category {
	switch {
	case t.Category == template.FollowUp:
		return mail.FollowUp
	case t.Marketing || t.Category == template.Marketing:
		return mail.Newsletter
	}
	return ""
}

// theRecipient is who acts by a link in a mail: nobody signs in.
const theRecipient = "The recipient"

// OptOutOf ends mail of a link's kind to its address, or all marketing mail, and
// takes back what waits. Repeated, it changes nothing more.
// https://www.rfc-editor.org/rfc/rfc8058#section-3.2
func (s *Service) OptOutOf(ctx context.Context, token string, all bool, way mail.ConsentWay) error {
	stop, err := s.ReadStop(token)
	if err != nil {
		return err
	}
	scope := mail.ScopeOf(stop.Mail)
	if all || stop.Mail.Stream() != mail.Marketing {
		scope = mail.AllMarketing
	}
	return s.Store.InTx(ctx, func(tx *store.Tx) error { return s.withdraw(ctx, tx, stop, scope, way) })
}

// withdraw ends mail of a scope to an address by its owner's wish, and notes that
// consent is gone.
func (s *Service) withdraw(ctx context.Context, tx *store.Tx, stop Stop, scope mail.Scope, way mail.ConsentWay) error {
	fresh, err := tx.Suppress(ctx, mail.Suppression{
		ID: crm.NewID[mail.Suppression](), Org: stop.Org, Address: stop.Address, Scope: scope, Reason: mail.ForUnsubscribe, Via: mail.ViaRecipient, By: theRecipient,
	})
	if err != nil || !fresh {
		return err
	}
	return keepConsent(ctx, tx, stop, mail.Consent{Scope: scope, Way: way})
}

// keepConsent adds to the log what the owner of an address decided.
func keepConsent(ctx context.Context, tx *store.Tx, stop Stop, c mail.Consent) error {
	c.ID, c.Org, c.AddressHash, c.By = crm.NewID[mail.Consent](), stop.Org, mail.AddressHash(stop.Org, stop.Address), theRecipient
	return tx.KeepConsent(ctx, c)
}

// Chosen is what a choice among kinds of mail came to.
type Chosen struct {
	OptOut
	Asked   []mail.Category // that a mail asks to confirm
	Refused string          // why no such mail was sent, in words for people
}

// Choose has an address get the kinds of marketing mail that its owner ticks.
// What is not ticked ends at once. What had ended, and is ticked, begins again
// only after a click in a mail that is sent to the address; see Confirm.
func (s *Service) Choose(ctx context.Context, token string, wanted []mail.Category) (c Chosen, err error) {
	stop, err := s.ReadStop(token)
	if err != nil {
		return Chosen{}, err
	}
	err = s.Store.InTx(ctx, func(tx *store.Tx) error {
		c = Chosen{}
		before, err := s.optOut(ctx, tx.Reader, stop)
		if err != nil {
			return err
		}
		for _, choice := range before.Choices {
			if slices.Contains(wanted, choice.Category) && !choice.Wanted {
				c.Asked = append(c.Asked, choice.Category)
			}
		}
		if err := s.endUnwanted(ctx, tx, before, wanted); err != nil {
			return err
		}
		if len(c.Asked) > 0 {
			if c.Refused, err = s.askToConfirm(ctx, tx, before, c.Asked); err != nil {
				return err
			}
		}
		c.OptOut, err = s.optOut(ctx, tx.Reader, stop)
		return err
	})
	return c, err
}

// endUnwanted ends the kinds that are not ticked. When none is, all marketing ends,
// also kinds that the business has not thought of yet.
func (s *Service) endUnwanted(ctx context.Context, tx *store.Tx, o OptOut, wanted []mail.Category) error {
	none := !slices.ContainsFunc(o.Choices, func(c Choice) bool { return slices.Contains(wanted, c.Category) })
	if none && !o.AllOf {
		return s.withdraw(ctx, tx, o.Stop, mail.AllMarketing, mail.ByPreferences)
	}
	for _, c := range o.Choices {
		if c.Wanted && !slices.Contains(wanted, c.Category) {
			if err := s.withdraw(ctx, tx, o.Stop, mail.ScopeOf(c.Category), mail.ByPreferences); err != nil {
				return err
			}
		}
	}
	return nil
}
