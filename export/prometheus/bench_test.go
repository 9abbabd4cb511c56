package prommeter_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	prommeter "github.com/cachemeter/cachemeter/export/prometheus"
	"github.com/cachemeter/cachemeter/metrics"
)

// thousand returns the same 1,000 caches twice: in a tracker, and in client_golang's
// own counters with as many series.
func thousand(b *testing.B) (*metrics.Tracker, *prometheus.Registry) {
	b.Helper()
	tracker := metrics.NewTracker()
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cache_gets_total", Help: "Lookups by result."}, []string{"cache", "tier", "result"})
	for i := range 1000 {
		name := fmt.Sprintf("namespace%d", i)
		tracker.Namespace(name).RecordHits(i * 1000)
		tracker.Namespace(name).RecordMisses(i * 10)
		tracker.Namespace(name).RecordErrors(i)
		vec.WithLabelValues(name, "", "hit").Add(float64(i * 1000))
		vec.WithLabelValues(name, "", "miss").Add(float64(i * 10))
		vec.WithLabelValues(name, "", "error").Add(float64(i))
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(vec)
	return tracker, registry
}

// BenchmarkGather1000Namespaces is a scrape up to the families of 3,000 series.
func BenchmarkGather1000Namespaces(b *testing.B) {
	tracker, counterVec := thousand(b)
	b.Run("CounterVec", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = counterVec.Gather()
		}
	})
	b.Run("Gatherer", func(b *testing.B) {
		g, err := prommeter.NewGatherer(tracker)
		if err != nil {
			b.Fatal(err)
		}
		b.ReportAllocs()
		for b.Loop() {
			_, done, _ := g.Gather()
			done()
		}
	})
	b.Run("Collector in a registry", func(b *testing.B) {
		registry := prometheus.NewRegistry()
		registry.MustRegister(prommeter.NewCollector(tracker))
		b.ReportAllocs()
		for b.Loop() {
			_, _ = registry.Gather()
		}
	})
}

// discard is a client that costs nothing, so that the servers are compared.
type discard struct{}

func (discard) Header() http.Header         { return make(http.Header) }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}

// BenchmarkScrape1000Namespaces is a whole scrape: the request, 3,000 series and their
// text, uncompressed on both sides.
func BenchmarkScrape1000Namespaces(b *testing.B) {
	tracker, counterVec := thousand(b)
	scrape := func(b *testing.B, h http.Handler) {
		request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
		once := httptest.NewRecorder()
		h.ServeHTTP(once, request)
		if lines := strings.Count(once.Body.String(), "\n"); once.Code != http.StatusOK || lines != 3002 {
			b.Fatal(once.Code, lines)
		}
		b.ReportAllocs()
		for b.Loop() {
			h.ServeHTTP(discard{}, request)
		}
	}
	b.Run("CounterVec", func(b *testing.B) {
		scrape(b, promhttp.HandlerFor(counterVec, promhttp.HandlerOpts{DisableCompression: true}))
	})
	b.Run("Handler", func(b *testing.B) {
		g, err := prommeter.NewGatherer(tracker)
		if err != nil {
			b.Fatal(err)
		}
		scrape(b, prommeter.Handler(g))
	})
	b.Run("Collector in a registry", func(b *testing.B) {
		registry := prometheus.NewRegistry()
		registry.MustRegister(prommeter.NewCollector(tracker))
		scrape(b, promhttp.HandlerFor(registry, promhttp.HandlerOpts{DisableCompression: true}))
	})
}

// BenchmarkRatio1000Namespaces takes both in turns, so that whatever else the machine
// does hits both, and reports the medians' ratio.
func BenchmarkRatio1000Namespaces(b *testing.B) {
	tracker, counterVec := thousand(b)
	g, err := prommeter.NewGatherer(tracker)
	if err != nil {
		b.Fatal(err)
	}
	request := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	theirs := promhttp.HandlerFor(counterVec, promhttp.HandlerOpts{DisableCompression: true})
	ours := prommeter.Handler(g)
	for name, pair := range map[string][2]func(){
		"gather": {func() { _, _ = counterVec.Gather() }, func() { _, done, _ := g.Gather(); done() }},
		"scrape": {func() { theirs.ServeHTTP(discard{}, request) }, func() { ours.ServeHTTP(discard{}, request) }},
	} {
		b.Run(name, func(b *testing.B) {
			var times [2][]float64
			for b.Loop() {
				for i, scrape := range pair {
					start := time.Now()
					scrape()
					times[i] = append(times[i], float64(time.Since(start)))
				}
			}
			for i := range times {
				slices.Sort(times[i])
			}
			middle := len(times[0]) / 2
			b.ReportMetric(times[0][middle]/1e3, "µs-CounterVec")
			b.ReportMetric(times[1][middle]/1e3, "µs-ours")
			b.ReportMetric(times[1][middle]/times[0][middle], "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}
