package app

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/renoz/renoz/internal/auth"
	"github.com/renoz/renoz/internal/integration/xero"
)

// metrics is what Prometheus reads.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func (a *App) newMetrics() *metrics {
	m := &metrics{prometheus.NewRegistry(), prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "renoz_http_request_seconds", Help: "Time to answer requests, by route and status.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, 1, 5},
	}, []string{"route", "status"})}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), waiting{a})
	return m
}

func (m *metrics) observe(_ *http.Request, pattern string, status int, took time.Duration) {
	m.requests.WithLabelValues(pattern, strconv.Itoa(status)).Observe(took.Seconds())
}

// timed counts a handler that is not a page.
func (m *metrics) timed(pattern string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		status := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(status, r)
		m.observe(r, pattern, status.status, time.Since(begun))
	})
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// metricsPage answers this machine, and programs whose token may see jobs: the
// figures tell how much business there is.
func (a *App) metricsPage(m *metrics) http.Handler {
	page := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r) && !a.mayMeasure(r) {
			w.Header().Set("WWW-Authenticate", "Bearer")
			answer(w, http.StatusUnauthorized, "give a token that may see jobs")
			return
		}
		page.ServeHTTP(w, r)
	})
}

func (a *App) mayMeasure(r *http.Request) bool {
	const prefix = "Bearer "
	header := r.Header.Get("Authorization")
	if len(header) <= len(prefix) || header[:len(prefix)] != prefix {
		return false
	}
	who, err := a.Auth.IdentifyBearer(r.Context(), header[len(prefix):])
	return err == nil && who.Can(auth.JobsView)
}

// local holds for requests of this machine that came through no proxy.
func local(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// waiting reports what waits, asked of the database when Prometheus asks.
type waiting struct{ app *App }

var (
	linksWaiting = prometheus.NewDesc("renoz_links", "Records by kind of link and state.", []string{"service", "kind", "state"}, nil)
	connections  = prometheus.NewDesc("renoz_connections", "Connections by state.", []string{"service", "state"}, nil)
	behind       = prometheus.NewDesc("renoz_webhooks_waiting", "Webhooks that are kept and not looked at yet.", []string{"service"}, nil)
)

// Describe names the figures.
func (waiting) Describe(out chan<- *prometheus.Desc) {
	out <- linksWaiting
	out <- connections
	out <- behind
}

// Collect reads the figures.
func (w waiting) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	conns, err := w.app.Store.Connections(ctx, xero.Name)
	if err != nil {
		w.app.Config.Log.Error("metrics could not be read", "error", err)
		return
	}
	states := map[string]float64{}
	links := map[[2]string]float64{}
	for _, c := range conns {
		states[string(c.State)]++
		counts, err := w.app.Store.LinkCounts(ctx, c.Org, xero.Name)
		if err != nil {
			w.app.Config.Log.Error("metrics could not be read", "error", err)
			return
		}
		for kind, byState := range counts {
			for state, n := range byState {
				links[[2]string{string(kind), string(state)}] += float64(n)
			}
		}
	}
	unseen, unfiled, err := w.app.Store.EventsBehind(ctx, xero.Name)
	if err != nil {
		w.app.Config.Log.Error("metrics could not be read", "error", err)
		return
	}
	out <- prometheus.MustNewConstMetric(behind, prometheus.GaugeValue, float64(unseen+unfiled), xero.Name)
	for state, n := range states {
		out <- prometheus.MustNewConstMetric(connections, prometheus.GaugeValue, n, xero.Name, state)
	}
	for key, n := range links {
		out <- prometheus.MustNewConstMetric(linksWaiting, prometheus.GaugeValue, n, xero.Name, key[0], key[1])
	}
}
