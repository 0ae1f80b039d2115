package resend

import (
	"context"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/embed"
)

// CardPlace is what links to the card of mail are sealed for.
const CardPlace = "mail card"

// LinkCard makes a link to the card of the organisation in which somebody acts.
// It opens the card for ten minutes, without sign-in. It returns an Error of kind
// Conflict where no other site may show the card.
func (s *Service) LinkCard(ctx context.Context) (embed.Link, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return embed.Link{}, err
	}
	return s.Embed.Make(me.Org)
}

// GlanceOf sums the mail of an organisation up, for whoever may see its card.
func (s *Service) GlanceOf(ctx context.Context, org crm.OrgID) (Glance, error) {
	return s.glance(ctx, org)
}
