package analyticspages

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/resend"
	"github.com/renoz/renoz/internal/mail"
	"github.com/renoz/renoz/internal/web"
	"github.com/renoz/renoz/internal/web/chart"
	"github.com/renoz/renoz/internal/web/csvfile"
	"github.com/renoz/renoz/internal/web/ui"
)

// reportID is the element that holds the figures.
const reportID = "report"

// rowsShown is how many rows a page has; the file has all.
const rowsShown = 50

// reportView is what the report shows.
type reportView struct {
	span
	resend.Report
}

func (p *Pages) reportView(r *http.Request) (reportView, error) {
	s, err := p.spanOf(r)
	if err != nil {
		return reportView{}, err
	}
	rep, err := p.resend.Report(r.Context(), resend.ReportQuery{Period: s.Period, By: facetOf(r), Value: r.FormValue("value"), Text: r.FormValue("q")})
	return reportView{s, rep}, err
}

func (p *Pages) report(w http.ResponseWriter, r *http.Request) error {
	v, err := p.reportView(r)
	if err != nil {
		return err
	}
	if web.Target(r) == reportID {
		return web.ShowFragment(w, r, reportFigures(v))
	}
	return web.ShowPage(w, r, ui.Page{Title: "Analytics", Path: home, Parents: []ui.Link{mailLink()}}, reportPage(v))
}

// at is the address of the same report of one value, or of all.
func (v reportView) at(path, value string) string {
	return address(path, append(v.query(), [2]string{"by", string(v.By)}, [2]string{"value", value})...)
}

func (v reportView) stats() []ui.Stat {
	all := []ui.Stat{sentStat(v.Total, v.Previous, sparkOf(v.Report.Days, func(f mail.Figures) int { return f.Sent }))}
	for _, m := range measures() {
		all = append(all, m.stat(v.Total, v.Previous, sparkOf(v.Report.Days, m.Count)))
	}
	return all
}

func (v reportView) chart() chart.TimeSeries {
	return plot("mail-days", "Mail by day", v.Report.Days, map[string]func(mail.Figures) int{
		"Sent": func(f mail.Figures) int { return f.Sent }, "Delivered": func(f mail.Figures) int { return f.Delivered }, "Opened": func(f mail.Figures) int { return f.Opened },
	}, "Sent", "Delivered", "Opened")
}

func (v reportView) rows() []resend.ReportRow { return v.Rows[:min(len(v.Rows), rowsShown)] }

func facetOptions() (all []ui.Option) {
	for _, f := range mail.Facets() {
		all = append(all, ui.Option{Value: string(f), Label: "By " + lower(f.Label())})
	}
	return all
}

// export sends all rows of a report as a file.
func (p *Pages) export(w http.ResponseWriter, r *http.Request) error {
	v, err := p.reportView(r)
	if err != nil {
		return err
	}
	head := []string{string(v.By), "name", "sent", "delivered", "opened", "opened_by_people", "clicked", "clicked_by_people", "bounced", "complained", "unsubscribed", "not_sent_by_resend"}
	out, err := csvfile.Begin(w, fmt.Sprintf("mail-by-%s-%s-%s", v.By, v.First, v.Last), head)
	if err != nil {
		return err
	}
	for _, row := range v.Rows {
		if err := out.Write(cells(row)); err != nil {
			return fmt.Errorf("write a report: %w", err)
		}
	}
	out.Flush()
	return out.Error()
}

func cells(row resend.ReportRow) []string {
	all := []string{crm.InertCell(row.Value), crm.InertCell(row.Label)}
	f := row.Figures
	for _, n := range []int{f.Sent, f.Delivered, f.Opened, f.OpenedByPerson, f.Clicked, f.ClickedByPerson, f.Bounced, f.Complained, f.Unsubscribed, f.Stopped} {
		all = append(all, strconv.Itoa(n))
	}
	return all
}
