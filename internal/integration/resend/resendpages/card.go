package resendpages

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// cardID is the element that refreshes itself.
const cardID = "mail-card"

// cardView is mail at a glance, and what its reader may do about it.
type cardView struct {
	resend.Glance
	reader
	Back   string // the page around the card
	Embeds bool   // other sites may show it
}

// Card is mail at a glance, for any page. It refreshes itself every five
// seconds. It returns an Error of kind Forbidden for a reader who may not see
// mail. The address back is the page around it.
func (p *Pages) Card(ctx context.Context, back string) (templ.Component, error) {
	v, err := p.cardView(ctx, back)
	if err != nil {
		return nil, err
	}
	return card(v), nil
}

func (p *Pages) cardView(ctx context.Context, back string) (cardView, error) {
	me, err := auth.Require(ctx, auth.MailView)
	if err != nil {
		return cardView{}, err
	}
	g, err := p.resend.Glance(ctx)
	return cardView{g, reader{MaySend: me.Can(auth.MailSend), MaySet: me.Can(auth.MailSettings), MaySync: me.Can(auth.SyncView)}, back, p.resend.Embed.On()}, err
}

func (p *Pages) showCard(w http.ResponseWriter, r *http.Request) error {
	v, err := p.cardView(r.Context(), web.LocalURL(r.FormValue("back")).String())
	if err != nil {
		return err
	}
	if web.Target(r) == cardID {
		return web.ShowFragment(w, r, card(v))
	}
	v.Back = "/mail/card"
	return web.ShowPage(w, r, ui.Page{Title: "Mail at a glance", Path: "/mail", Parents: []ui.Link{mailLink()}}, cardPage(v))
}

func (v cardView) level() ui.Level {
	switch v.Health {
	case resend.Green:
		return ui.OK
	case resend.Amber:
		return ui.Warn
	case resend.Red:
		return ui.Bad
	}
	return ""
}

// light is the colour in words: nobody has to see it.
func (v cardView) light() string {
	switch v.Health {
	case resend.Green:
		return "Healthy"
	case resend.Amber:
		return "Needs attention"
	case resend.Red:
		return "Trouble"
	}
	return "Off"
}

// delivery is the part of the week's mail that arrived, as far as it is known.
func (v cardView) delivery() string {
	rate, known := v.Week.Delivery()
	if !known {
		return "Not known yet"
	}
	return percent(rate)
}

// percent rounds down, so that one bounce among many does not read as none.
func percent(rate float64) string {
	tenths := math.Floor(rate*1000+1e-9) / 10
	if tenths == math.Trunc(tenths) {
		return fmt.Sprintf("%.0f %%", tenths)
	}
	return fmt.Sprintf("%.1f %%", tenths)
}

// spark is how much left on each day of the week.
func (v cardView) spark() []float64 {
	values := make([]float64, len(v.Days))
	for i, d := range v.Days {
		values[i] = float64(d.Sent)
	}
	return values
}

// trend compares the week with the one before.
func (v cardView) trend() string {
	was := v.Before.Sent
	switch {
	case was == 0 && v.Week.Sent == 0:
		return "None, as in the 7 days before"
	case was == 0:
		return ui.Thousands(v.Week.Sent) + ", none in the 7 days before"
	}
	change := float64(v.Week.Sent-was) / float64(was)
	text := ui.Thousands(v.Week.Sent)
	switch {
	case v.Week.Sent == was:
		return text + ", as in the 7 days before"
	case change > 0:
		return text + fmt.Sprintf(", %.0f %% more than in the 7 days before", math.Round(change*100))
	}
	return text + fmt.Sprintf(", %.0f %% fewer than in the 7 days before", math.Round(-change*100))
}

// bounced is how many of the week's mails came back, and in the week before.
func (v cardView) bounced() string {
	if v.Week.Bounced == v.Before.Bounced {
		return amount(v.Week.Bounced) + ", as in the 7 days before"
	}
	return amount(v.Week.Bounced) + ", " + strings.ToLower(amount(v.Before.Bounced)) + " in the 7 days before"
}

func amount(n int) string {
	if n == 0 {
		return "None"
	}
	return ui.Thousands(n)
}
