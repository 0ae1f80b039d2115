package analyticspages

import (
	"net/http"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/chart"
	"github.com/renoz/renoz/internal/web/ui"
)

// bouncesView is what the report of bounces shows.
type bouncesView struct {
	span
	resend.BounceReport
	MaySet bool
}

func (p *Pages) bounces(w http.ResponseWriter, r *http.Request) error {
	s, err := p.spanOf(r)
	if err != nil {
		return err
	}
	me, _ := auth.From(r.Context())
	v := bouncesView{span: s, MaySet: me.Can(auth.MailSettings)}
	if v.BounceReport, err = p.resend.Bounces(r.Context(), s.Period); err != nil {
		return err
	}
	if web.Target(r) == reportID {
		return web.ShowFragment(w, r, bounceFigures(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Bounces", Path: home, Parents: []ui.Link{mailLink(), {Href: home, Label: "Analytics"}}}, bouncesPage(v))
}

func (v bouncesView) stats() []ui.Stat {
	all := []ui.Stat{sentStat(v.Total, v.Previous, nil)}
	for _, m := range measures() {
		if m.LessGood {
			all = append(all, m.stat(v.Total, v.Previous, sparkOf(v.BounceReport.Days, m.Count)))
		}
	}
	return all
}

func (v bouncesView) chart() chart.TimeSeries {
	return plot("bounce-days", "Bounces and complaints by day", v.BounceReport.Days, map[string]func(mail.Figures) int{
		"Bounced": func(f mail.Figures) int { return f.Bounced }, "Complained": func(f mail.Figures) int { return f.Complained },
	}, "Bounced", "Complained")
}

// grade says how the latest days stand.
func (v bouncesView) grade() (level ui.Level, title, text string) {
	switch {
	case v.Marketing.Holds():
		return ui.Bad, "Marketing mail is paused", v.Marketing.Why + " Invoices, receipts and other such mail still leave. Remove the addresses that bounce, then let marketing mail go on."
	case v.Standing.Worst() == mail.Harmful:
		return ui.Bad, "Too much mail comes back", v.Standing.Words()
	case v.Standing.Worst() == mail.Worrying:
		return ui.Warn, "Much mail comes back", v.Standing.Words() + " Marketing mail pauses by itself when it gets worse."
	}
	return "", "", ""
}
