package prommeter_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	prommeter "github.com/cachemeter/cachemeter/export/prometheus"
	"github.com/cachemeter/cachemeter/metrics"
)

// TestNoCounterEverFalls scrapes beside writers, resets and new namespaces. The errors
// matter most: they are split by readers, and a split of two counters that move can fall.
func TestNoCounterEverFalls(t *testing.T) {
	tracker := metrics.NewTracker()
	remote := tracker.Namespace("remote")
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for worker := range 3 {
		writers.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				remote.RecordWriteErrors(metrics.ErrorClass(i%metrics.ErrorClasses), 1)
				remote.RecordFailures(metrics.TimeoutError, 1)
				remote.RecordHit()
				remote.RecordLatency(metrics.Hit, time.Duration(i))
				if i%100 == 0 {
					tracker.RecordHit(fmt.Sprint("n", worker, i/100%50))
					tracker.Reset("remote")
				}
			}
		})
	}

	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(prommeter.NewCollector(tracker)))
	g := newGatherer(t, tracker)
	var scrapers sync.WaitGroup
	for name, scrape := range map[string]func() []*dto.MetricFamily{
		"registry": func() []*dto.MetricFamily {
			families, err := registry.Gather()
			if err != nil {
				t.Error(err)
			}
			return families
		},
		"text": func() []*dto.MetricFamily { return parse(t, get(t, prommeter.Handler(g), "").Body.String()) },
	} {
		scrapers.Go(func() {
			last := make(map[string]float64)
			for range 100 {
				for _, f := range scrape() {
					for _, m := range f.GetMetric() {
						key := f.GetName() + labelKey(m)
						v := m.GetCounter().GetValue() + float64(m.GetHistogram().GetSampleCount())
						if v < last[key] {
							t.Errorf("%s: %s fell from %v to %v", name, key, last[key], v)
						}
						last[key] = v
					}
				}
			}
		})
	}
	scrapers.Wait()
	close(stop)
	writers.Wait()

	// At rest everything adds up again.
	total := remote.Totals()
	families := gather(t, prommeter.NewCollector(tracker))
	m := find(t, families["cache_gets_total"], map[string]string{"cache": "remote", "result": "error"})
	require.EqualValues(t, total.Errors-total.WriteErrors, m.GetCounter().GetValue())
}
