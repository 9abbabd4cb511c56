package benchmarks

import (
	"context"
	"expvar"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	vm "github.com/VictoriaMetrics/metrics"
	hashicorp "github.com/hashicorp/go-metrics"
	rcrowley "github.com/rcrowley/go-metrics"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/cachemeter/cachemeter/metrics"
)

// byName is one hit of a namespace whose name comes with the call; byManyNames takes
// sixteen names in turn.
var (
	byName = group{name: "ByName", goroutines: several, subjects: []subject{
		{name: "mutex-map", prepare: mutexMap},
		{name: "cachemeter", ours: true, prepare: trackerByName},
		{name: "sync-map", prepare: syncMap},
		{name: "prometheus", prepare: prometheusByName},
		{name: "victoriametrics", prepare: victoriaByName},
		{name: "expvar", prepare: expvarByName},
		{name: "rcrowley", prepare: rcrowleyByName},
		{name: "opentelemetry", prepare: otelByName},
		{name: "hashicorp", prepare: hashicorpByName},
	}}
	byManyNames = group{name: "ByManyNames", goroutines: several, subjects: []subject{
		{name: "mutex-map", prepare: mutexMapOfMany},
		{name: "cachemeter", ours: true, prepare: trackerByManyNames},
		{name: "sync-map", prepare: syncMapOfMany},
		{name: "prometheus", prepare: prometheusByManyNames},
	}}
)

func BenchmarkByName(b *testing.B)      { byName.measure(b) }
func BenchmarkByManyNames(b *testing.B) { byManyNames.measure(b) }

// oneName is a variable, as a caller's would be.
var oneName = "user"

var names = func() (all [16]string) {
	for i := range all {
		all[i] = fmt.Sprintf("namespace-%02d", i)
	}
	return all
}()

// naive is the counter that everybody writes first.
type naive struct {
	mu   sync.Mutex
	hits map[string]uint64
}

func (n *naive) recordHit(name string) {
	n.mu.Lock()
	n.hits[name]++
	n.mu.Unlock()
}

func (n *naive) counted() (hits uint64) {
	for _, v := range n.hits {
		hits += v
	}
	return hits
}

func mutexMap(testing.TB) rig {
	n := &naive{hits: make(map[string]uint64)}
	return shared(func(times int) {
		for range times {
			n.recordHit(oneName)
		}
	}, n.counted)
}

func mutexMapOfMany(testing.TB) rig {
	n := &naive{hits: make(map[string]uint64)}
	return shared(func(times int) {
		for i := range times {
			n.recordHit(names[i%len(names)])
		}
	}, n.counted)
}

func trackerByName(testing.TB) rig {
	t := metrics.NewTracker()
	return shared(func(times int) {
		for range times {
			t.RecordHit(oneName)
		}
	}, func() uint64 { return t.Stats(oneName).Hits })
}

func trackerByManyNames(testing.TB) rig {
	t := metrics.NewTracker()
	return shared(func(times int) {
		for i := range times {
			t.RecordHit(names[i%len(names)])
		}
	}, func() uint64 { return hitsOf(t.Namespaces()...)() })
}

// concurrent is the second counter that everybody writes.
type concurrent struct{ hits sync.Map }

func (c *concurrent) recordHit(name string) {
	v, ok := c.hits.Load(name)
	if !ok {
		v, _ = c.hits.LoadOrStore(name, new(atomic.Uint64))
	}
	v.(*atomic.Uint64).Add(1)
}

func (c *concurrent) counted() (hits uint64) {
	for _, v := range c.hits.Range {
		hits += v.(*atomic.Uint64).Load()
	}
	return hits
}

func syncMap(testing.TB) rig {
	c := new(concurrent)
	return shared(func(times int) {
		for range times {
			c.recordHit(oneName)
		}
	}, c.counted)
}

func syncMapOfMany(testing.TB) rig {
	c := new(concurrent)
	return shared(func(times int) {
		for i := range times {
			c.recordHit(names[i%len(names)])
		}
	}, c.counted)
}

func prometheusByName(tb testing.TB) rig {
	vec, counted := prometheusCounters(tb)
	return shared(func(times int) {
		for range times {
			vec.WithLabelValues(oneName).Inc()
		}
	}, counted)
}

func prometheusByManyNames(tb testing.TB) rig {
	vec, counted := prometheusCounters(tb)
	return shared(func(times int) {
		for i := range times {
			vec.WithLabelValues(names[i%len(names)]).Inc()
		}
	}, counted)
}

func victoriaByName(testing.TB) rig {
	set := vm.NewSet()
	written := fmt.Sprintf("hits_total{namespace=%q}", oneName) // its names are whole series
	return shared(func(times int) {
		for range times {
			set.GetOrCreateCounter(written).Inc()
		}
	}, func() uint64 { return set.GetOrCreateCounter(written).Get() })
}

func expvarByName(testing.TB) rig {
	m := new(expvar.Map)
	return shared(func(times int) {
		for range times {
			m.Add(oneName, 1)
		}
	}, func() uint64 { return uint64(m.Get(oneName).(*expvar.Int).Value()) })
}

func rcrowleyByName(testing.TB) rig {
	registry := rcrowley.NewRegistry()
	return shared(func(times int) {
		for range times {
			rcrowley.GetOrRegisterCounter(oneName, registry).Inc(1)
		}
	}, func() uint64 { return uint64(rcrowley.GetOrRegisterCounter(oneName, registry).Snapshot().Count()) })
}

func otelByName(tb testing.TB) rig {
	meter, counted := otelMeter(tb)
	c := otelCounter(tb, meter)
	ctx := context.Background()
	return shared(func(times int) {
		for range times {
			c.Add(ctx, 1, metric.WithAttributes(attribute.String("namespace", oneName)))
		}
	}, counted)
}

func hashicorpByName(tb testing.TB) rig {
	config := hashicorp.DefaultConfig("cache")
	config.EnableHostname, config.EnableRuntimeMetrics = false, false
	sink := hashicorp.NewInmemSink(time.Hour, 2*time.Hour)
	m, err := hashicorp.New(config, sink)
	require.NoError(tb, err)
	key := []string{"hits"}
	return shared(func(times int) {
		for range times {
			m.IncrCounterWithLabels(key, 1, []hashicorp.Label{{Name: "namespace", Value: oneName}})
		}
	}, func() (hits uint64) {
		for _, interval := range sink.Data() {
			for _, c := range interval.Counters {
				hits += uint64(c.Count)
			}
		}
		return hits
	})
}
