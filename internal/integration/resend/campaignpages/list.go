package campaignpages

import (
	"net/http"
	"slices"
	"strings"

	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/integration/resend/campaign"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/ui"
)

// listID is the element that holds the list.
const listID = "campaigns"

// pageRows is how many campaigns a list shows.
const pageRows = 25

type listView struct {
	mail.CampaignFilter
	Rows     []campaign.Progress
	Next     string
	MaySend  bool
	Settings resend.View
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	v := listView{CampaignFilter: mail.CampaignFilter{Text: strings.TrimSpace(r.FormValue("q")), After: r.FormValue("after"), Limit: pageRows}, MaySend: maySend(r)}
	if s := mail.CampaignState(r.FormValue("state")); slices.Contains(mail.CampaignStates(), s) {
		v.State = s
	}
	page, err := p.campaigns.Campaigns(r.Context(), v.CampaignFilter)
	if err != nil {
		return err
	}
	for _, c := range page.Rows {
		row, err := p.campaigns.Tally(r.Context(), c)
		if err != nil {
			return err
		}
		v.Rows = append(v.Rows, row)
	}
	if page.Next != "" {
		v.Next = v.at(page.Next)
	}
	if v.Settings, err = p.resend.View(r.Context()); err != nil {
		return err
	}
	if web.Target(r) == listID {
		return web.ShowFragment(w, r, campaignList(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Campaigns", Path: home, Parents: []ui.Link{mailLink()}}, listPage(v))
}

// at is the list with the same filter, from a cursor on.
func (v listView) at(after string) string {
	return address(home, [][2]string{{"q", v.Text}, {"state", string(v.State)}, {"after", after}})
}

func (v listView) first() string {
	if v.After == "" {
		return ""
	}
	return v.at("")
}

func (v listView) filtered() bool { return v.Text != "" || v.State != "" || v.After != "" }

func stateOptions() []ui.Option {
	var options []ui.Option
	for _, s := range mail.CampaignStates() {
		options = append(options, ui.Option{Value: string(s), Label: s.Label()})
	}
	return options
}

// begun is a figure that a campaign has once it has begun.
func begun(c campaign.Progress, n int) string {
	if c.BegunAt == nil {
		return "—"
	}
	return ui.Thousands(n)
}
