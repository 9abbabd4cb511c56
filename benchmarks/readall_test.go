package benchmarks

import (
	"context"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/cachemeter/cachemeter/metrics"
)

// readAll is one reading of every namespace: ours with all its figures, the peers'
// with one counter a namespace.
var readAll = group{name: "ReadAll", goroutines: alone, slow: true, subjects: []subject{
	{name: "cachemeter-idle-16", prepare: readIdle(16)},
	{name: "cachemeter-hot-16", prepare: readHot(16)},
	{name: "prometheus-16", prepare: gatherPrometheus(16)},
	{name: "opentelemetry-16", prepare: collectOtel(16)},
	{name: "cachemeter-idle-1024", prepare: readIdle(1024)},
	{name: "cachemeter-hot-1024", prepare: readHot(1024)},
	{name: "prometheus-1024", prepare: gatherPrometheus(1024)},
	{name: "opentelemetry-1024", prepare: collectOtel(1024)},
}}

func BenchmarkReadAll(b *testing.B) { readAll.measure(b) }

// reading repeats read, which returns how many namespaces it saw.
func reading(tb testing.TB, namespaces int, read func() int) rig {
	done := 0
	return shared(func(times int) {
		for range times {
			if seen := read(); seen != namespaces {
				tb.Errorf("read %d namespaces, not %d", seen, namespaces)
			}
			done++
		}
	}, func() uint64 { return uint64(done) })
}

func readIdle(namespaces int) func(testing.TB) rig {
	return func(tb testing.TB) rig {
		t, _ := newNamespaces(namespaces)
		return reading(tb, namespaces, func() int { return len(t.AllStats()) })
	}
}

func readHot(namespaces int) func(testing.TB) rig {
	var t *metrics.Tracker // heating takes longer than measuring: once is enough
	return func(tb testing.TB) rig {
		if t == nil {
			var handles []*metrics.Namespace
			t, handles = newNamespaces(namespaces)
			heat(handles)
		}
		return reading(tb, namespaces, func() int { return len(t.AllStats()) })
	}
}

func gatherPrometheus(namespaces int) func(testing.TB) rig {
	return func(tb testing.TB) rig {
		registry := prometheus.NewRegistry()
		vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hits_total", Help: "Hits."}, []string{"namespace"})
		registry.MustRegister(vec)
		for i := range namespaces {
			vec.WithLabelValues(namespaceName(i)).Inc()
		}
		return reading(tb, namespaces, func() int {
			families, err := registry.Gather()
			require.NoError(tb, err)
			return len(families[0].GetMetric())
		})
	}
}

func collectOtel(namespaces int) func(testing.TB) rig {
	return func(tb testing.TB) rig {
		provider, reader := otelProvider(tb)
		c := otelCounter(tb, provider.Meter("benchmarks"))
		for i := range namespaces {
			c.Add(context.Background(), 1, metric.WithAttributes(attribute.String("namespace", namespaceName(i))))
		}
		var all metricdata.ResourceMetrics // reused, as its documentation advises
		return reading(tb, namespaces, func() int {
			require.NoError(tb, reader.Collect(context.Background(), &all))
			return len(all.ScopeMetrics[0].Metrics[0].Data.(metricdata.Sum[int64]).DataPoints)
		})
	}
}

func namespaceName(i int) string { return fmt.Sprintf("namespace-%04d", i) }

// newNamespaces returns a tracker with so many namespaces, each with one hit.
func newNamespaces(n int) (*metrics.Tracker, []*metrics.Namespace) {
	t := metrics.NewTracker(metrics.WithMaxNamespaces(n))
	handles := make([]*metrics.Namespace, n)
	for i := range handles {
		handles[i] = t.Namespace(namespaceName(i))
		handles[i].RecordHit()
	}
	return t, handles
}
