package prommeter_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	prommeter "github.com/cachemeter/cachemeter/export/prometheus"
	"github.com/cachemeter/cachemeter/metrics"
)

func ExampleNewCollector() {
	tracker := metrics.NewTracker()
	tracker.Namespace("user").RecordHits(3)
	tracker.Namespace("user").RecordMiss()

	registry := prometheus.NewRegistry()
	if err := registry.Register(prommeter.NewCollector(tracker)); err != nil {
		fmt.Println(err)
	}
	families, _ := registry.Gather()
	for _, f := range families {
		_, _ = expfmt.MetricFamilyToText(os.Stdout, f)
	}
	// Output:
	// # HELP cache_gets_total Lookups by result: hit, miss, or error where the cache could not answer.
	// # TYPE cache_gets_total counter
	// cache_gets_total{cache="user",result="error",tier=""} 0
	// cache_gets_total{cache="user",result="hit",tier=""} 3
	// cache_gets_total{cache="user",result="miss",tier=""} 1
}

func ExampleHandler() {
	tracker := metrics.NewTracker()
	tracker.Tier("user", "L1").RecordHit()

	gatherer, err := prommeter.NewGatherer(tracker, prommeter.WithGuidelineNames(), prommeter.WithPrefix("shop"))
	if err != nil {
		fmt.Println(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/metrics", prommeter.Handler(gatherer)) // prometheus.DefaultGatherer can follow

	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	fmt.Print(w.Body)
	// Output:
	// # HELP shop_cache_hits_total Lookups that found their value.
	// # TYPE shop_cache_hits_total counter
	// shop_cache_hits_total{cache="user",tier="L1"} 1
	// # HELP shop_cache_lookup_errors_total Lookups that the cache could not answer.
	// # TYPE shop_cache_lookup_errors_total counter
	// shop_cache_lookup_errors_total{cache="user",tier="L1"} 0
	// # HELP shop_cache_requests_total Lookups that the cache answered, with a hit or a miss.
	// # TYPE shop_cache_requests_total counter
	// shop_cache_requests_total{cache="user",tier="L1"} 1
}

func ExampleNewGatherer() {
	tracker := metrics.NewTracker()
	tracker.RecordMiss("user")
	gatherer, err := prommeter.NewGatherer(tracker)
	if err != nil {
		fmt.Println(err)
	}
	families, done, _ := gatherer.Gather()
	defer done() // the families are used again by a later scrape
	fmt.Println(len(families), families[0].GetName(), len(families[0].GetMetric()))
	// Output: 1 cache_gets_total 3
}
