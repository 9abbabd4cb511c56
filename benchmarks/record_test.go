package benchmarks

import (
	"context"
	"expvar"
	"sync/atomic"
	"testing"

	vm "github.com/VictoriaMetrics/metrics"
	otterstats "github.com/maypok86/otter/v2/stats"
	"github.com/prometheus/client_golang/prometheus"
	rcrowley "github.com/rcrowley/go-metrics"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/cachemeter/cachemeter/metrics"
)

// record is one hit of a namespace that is known when the program is wired: nothing
// is looked up. The floor of a counter that is safe to share is the bare atomic.
var record = group{name: "Record", goroutines: several, subjects: []subject{
	{name: "bare-atomic", prepare: bareAtomic},
	{name: "cachemeter", ours: true, prepare: handle},
	{name: "otter-stats", prepare: otterCounter},
	{name: "prometheus", prepare: prometheusKept},
	{name: "victoriametrics", prepare: victoriaKept},
	{name: "expvar", prepare: expvarKept},
	{name: "rcrowley", prepare: rcrowleyKept},
	{name: "opentelemetry", prepare: otelKept},
}}

func BenchmarkRecord(b *testing.B) { record.measure(b) }

func bareAtomic(testing.TB) rig {
	n := new(atomic.Uint64)
	return shared(func(times int) {
		for range times {
			n.Add(1)
		}
	}, n.Load)
}

func handle(testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	return shared(func(times int) {
		for range times {
			n.RecordHit()
		}
	}, hitsOf(n))
}

func hitsOf(namespaces ...*metrics.Namespace) func() uint64 {
	return func() (hits uint64) {
		for _, n := range namespaces {
			hits += n.Stats().Hits
		}
		return hits
	}
}

func otterCounter(testing.TB) rig {
	c := otterstats.NewCounter()
	return shared(func(times int) {
		for range times {
			c.RecordHits(1)
		}
	}, func() uint64 { return c.Snapshot().Hits })
}

func prometheusKept(tb testing.TB) rig {
	vec, counted := prometheusCounters(tb)
	c := vec.WithLabelValues("user")
	return shared(func(times int) {
		for range times {
			c.Inc()
		}
	}, counted)
}

func victoriaKept(testing.TB) rig {
	c := vm.NewSet().NewCounter(`hits_total{namespace="user"}`)
	return shared(func(times int) {
		for range times {
			c.Inc()
		}
	}, c.Get)
}

func expvarKept(testing.TB) rig {
	c := new(expvar.Int)
	return shared(func(times int) {
		for range times {
			c.Add(1)
		}
	}, func() uint64 { return uint64(c.Value()) })
}

func rcrowleyKept(testing.TB) rig {
	c := rcrowley.NewCounter()
	return shared(func(times int) {
		for range times {
			c.Inc(1)
		}
	}, func() uint64 { return uint64(c.Snapshot().Count()) })
}

func otelKept(tb testing.TB) rig {
	meter, counted := otelMeter(tb)
	c := otelCounter(tb, meter)
	ctx := context.Background()
	options := []metric.AddOption{metric.WithAttributeSet(attribute.NewSet(attribute.String("namespace", "user")))}
	return shared(func(times int) {
		for range times {
			c.Add(ctx, 1, options...)
		}
	}, counted)
}

// prometheusCounters returns a registered vector of counters, and what it adds up to.
func prometheusCounters(tb testing.TB) (*prometheus.CounterVec, func() uint64) {
	registry := prometheus.NewRegistry()
	vec := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "hits_total", Help: "Hits."}, []string{"namespace"})
	registry.MustRegister(vec)
	return vec, gathered(tb, registry)
}
