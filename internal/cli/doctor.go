package cli

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/renoz/renoz/internal/app"
	"github.com/renoz/renoz/internal/connection"
	"github.com/renoz/renoz/internal/crm"
	"github.com/renoz/renoz/internal/integration/xero"
)

type doctor struct {
	place `embed:""`
}

// finding is one thing that was looked at: what is said when it is right and
// when it is wrong, and what to do then.
type finding struct {
	ok                 bool
	right, wrong, todo string
}

// Run looks at everything that has to be right and says what to do.
func (d *doctor) Run(ctx context.Context, out output) error {
	a, err := app.Open(ctx, d.config(out.quiet, "127.0.0.1:8080"))
	if err != nil {
		return err
	}
	findings, err := d.look(ctx, a)
	if err := errors.Join(err, a.Close(ctx)); err != nil {
		return err
	}
	wrong := 0
	for _, f := range findings {
		if f.ok {
			_, _ = fmt.Fprintf(out, "ok    %s\n", f.right)
			continue
		}
		wrong++
		_, _ = fmt.Fprintf(out, "look  %s\n      %s\n", f.wrong, f.todo)
	}
	if wrong > 0 {
		return crm.Errorf(crm.Precondition, "%d of %d things need to be looked at.", wrong, len(findings))
	}
	return nil
}

func (d *doctor) look(ctx context.Context, a *app.App) ([]finding, error) {
	c := a.Config
	findings := []finding{
		{true, "The configuration can be read; the public address is " + c.URL + ".", "", ""},
		{true, "The database answers and its schema is up to date.", "", ""},
		{true, "The key opens what was sealed.", "", ""},
		{c.Xero.ClientID != "", "Xero's client id and secret are set.", "Xero's client id and secret are missing.", "Set RENOZ_XERO_CLIENT_ID and RENOZ_XERO_CLIENT_SECRET from https://developer.xero.com/app/manage."},
		{c.Xero.WebhookKey != "", "Xero's webhook key is set.", "Xero's webhook key is missing.", "Set RENOZ_XERO_WEBHOOK_KEY; until then paid invoices are seen within the hour, not within seconds."},
		reachable(ctx, c),
		{true, framedBy(c.Ancestors), "", ""}, {true, believed(c.TrustedProxies), "", ""},
	}
	conns, err := a.Store.Connections(ctx, xero.Name)
	if err != nil {
		return nil, err
	}
	for _, conn := range conns {
		findings = append(findings, finding{conn.State == connection.Connected, "Xero is connected to " + conn.TenantName + ".", "Xero of " + conn.TenantName + ": " + conn.State.Label() + ".", conn.Reason + " See " + c.URL + "/xero."})
	}
	return findings, nil
}

// framedBy says which sites may show the card.
func framedBy(ancestors []string) string {
	last := len(ancestors) - 1
	switch {
	case last < 0:
		return "No other site may show the Xero card; RENOZ_EMBED_ANCESTORS would name them."
	case last == 0:
		return "The Xero card may be shown by " + ancestors[0] + "."
	}
	return "The Xero card may be shown by " + strings.Join(ancestors[:last], ", ") + " and " + ancestors[last] + "."
}

// believed says which proxies tell where requests come from.
func believed(proxies []string) string {
	if len(proxies) == 0 {
		return "Requests come without a proxy; RENOZ_TRUSTED_PROXIES would name the networks of one."
	}
	return "Proxies in " + strings.Join(proxies, ", ") + " are believed where requests come from."
}

// reachable asks whether Xero's token endpoint answers at all.
func reachable(ctx context.Context, c app.Config) finding {
	const patience = 5 * time.Second
	base := c.Xero.URL
	if base == "" {
		base = "https://identity.xero.com"
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	f := finding{false, "Xero can be reached at " + base + ".", "Xero cannot be reached at " + base + ".", "Check the network and RENOZ_XERO_URL."}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/connect/token", nil)
	if err != nil {
		return f
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return f
	}
	f.ok = answer.Body.Close() == nil
	return f
}
