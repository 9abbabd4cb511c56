package benchmarks

import (
	"context"
	"math"
	"testing"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/cachemeter/cachemeter/metrics"
)

// latency is one observation of a duration that is already measured.
var latency = group{name: "Latency", goroutines: several, subjects: []subject{
	{name: "cachemeter", ours: true, prepare: recordLatency},
	{name: "prometheus-classic", prepare: prometheusClassic},
	{name: "prometheus-native", prepare: prometheusNative},
	{name: "victoriametrics", prepare: victoriaHistogram},
	{name: "opentelemetry", prepare: otelHistogram},
}}

func BenchmarkLatency(b *testing.B) { latency.measure(b) }

// took is what lookups of a remote cache take: 50 us to 5 ms, evenly on a
// logarithmic scale and in no order.
var took = func() (all [64]time.Duration) {
	for i := range all {
		at := float64(i*37%len(all)) / float64(len(all)) // 37 and 64 have no common divisor
		all[i] = time.Duration(50e3 * math.Pow(100, at))
	}
	return all
}()

// bounds are as many buckets as a classic histogram has by default, laid where the
// durations are.
var bounds = prometheus.ExponentialBuckets(25e-6, 2, len(prometheus.DefBuckets))

func recordLatency(testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	return shared(func(times int) {
		for i := range times {
			n.RecordLatency(metrics.Hit, took[i%len(took)])
		}
	}, func() uint64 { return n.Latency(metrics.Hit).Count })
}

func prometheusClassic(tb testing.TB) rig {
	return prometheusHistogram(tb, prometheus.HistogramOpts{Name: "seconds", Help: "Latency.", Buckets: bounds})
}

func prometheusNative(tb testing.TB) rig {
	return prometheusHistogram(tb, prometheus.HistogramOpts{Name: "seconds", Help: "Latency.", NativeHistogramBucketFactor: 1.1})
}

func prometheusHistogram(tb testing.TB, opts prometheus.HistogramOpts) rig {
	registry := prometheus.NewRegistry()
	h := prometheus.NewHistogram(opts)
	registry.MustRegister(h)
	return shared(func(times int) {
		for i := range times {
			h.Observe(took[i%len(took)].Seconds())
		}
	}, gathered(tb, registry))
}

func victoriaHistogram(testing.TB) rig {
	h := new(vm.Histogram)
	return shared(func(times int) {
		for i := range times {
			h.Update(took[i%len(took)].Seconds())
		}
	}, func() (n uint64) {
		h.VisitNonZeroBuckets(func(_ string, count uint64) { n += count })
		return n
	})
}

func otelHistogram(tb testing.TB) rig {
	meter, counted := otelMeter(tb)
	h, err := meter.Float64Histogram("seconds", metric.WithExplicitBucketBoundaries(bounds...))
	require.NoError(tb, err)
	ctx := context.Background()
	options := []metric.RecordOption{metric.WithAttributeSet(attribute.NewSet(attribute.String("namespace", "user")))}
	return shared(func(times int) {
		for i := range times {
			h.Record(ctx, took[i%len(took)].Seconds(), options...)
		}
	}, counted)
}
