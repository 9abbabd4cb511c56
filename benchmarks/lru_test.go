package benchmarks

import (
	"fmt"
	"testing"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// getLRU and getExpirable are one Get that hits, by a string key.
var (
	getLRU = group{name: "LRU", goroutines: several, subjects: []subject{
		{name: "bare", prepare: bareLRU},
		{name: "cachemeter", ours: true, prepare: wrappedLRU},
		{name: "cachemeter-function", ours: true, prepare: lookupLRU},
		{name: "by-hand", ours: true, prepare: handMadeLRU},
	}}
	getExpirable = group{name: "Expirable", goroutines: several, subjects: []subject{
		{name: "bare", prepare: bareExpirable},
		{name: "cachemeter", ours: true, prepare: wrappedExpirable},
		{name: "cachemeter-function", ours: true, prepare: lookupExpirable},
	}}
)

func BenchmarkLRU(b *testing.B)       { getLRU.measure(b) }
func BenchmarkExpirable(b *testing.B) { getExpirable.measure(b) }

var keys = func() (all [1024]string) {
	for i := range all {
		all[i] = fmt.Sprintf("user:%d", i)
	}
	return all
}()

func newLRU(tb testing.TB) *lru.Cache[string, int] {
	c, err := lru.New[string, int](len(keys))
	require.NoError(tb, err)
	for i, k := range keys {
		c.Add(k, i)
	}
	return c
}

func bareLRU(tb testing.TB) rig {
	c := newLRU(tb)
	return shared(func(times int) {
		for i := range times {
			c.Get(keys[i%len(keys)])
		}
	}, nil)
}

func wrappedLRU(tb testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	c := lrumeter.Wrap(newLRU(tb), n)
	return shared(func(times int) {
		for i := range times {
			c.Get(keys[i%len(keys)])
		}
	}, hitsOf(n))
}

// handMadeLRU is what a wrapper could cost at the least.
func handMadeLRU(tb testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	c := newLRU(tb)
	return shared(func(times int) {
		for i := range times {
			if _, ok := c.Get(keys[i%len(keys)]); ok {
				n.RecordHit()
			} else {
				n.RecordMiss()
			}
		}
	}, hitsOf(n))
}

func lookupLRU(tb testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	get := generic.Lookup(n, newLRU(tb).Get)
	return shared(func(times int) {
		for i := range times {
			get(keys[i%len(keys)])
		}
	}, hitsOf(n))
}

// An expirable cache leaves a goroutine behind that holds it for ever, so that one has
// to do for all.
var oneExpirable = expirable.NewLRU[string, int](len(keys), nil, time.Hour)

func newExpirable() *expirable.LRU[string, int] {
	if oneExpirable.Len() == 0 {
		for i, k := range keys {
			oneExpirable.Add(k, i)
		}
	}
	return oneExpirable
}

func bareExpirable(testing.TB) rig {
	c := newExpirable()
	return shared(func(times int) {
		for i := range times {
			c.Get(keys[i%len(keys)])
		}
	}, nil)
}

func wrappedExpirable(testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	c := lrumeter.WrapExpirable(newExpirable(), n)
	return shared(func(times int) {
		for i := range times {
			c.Get(keys[i%len(keys)])
		}
	}, hitsOf(n))
}

func lookupExpirable(testing.TB) rig {
	n := metrics.NewTracker().Namespace("user")
	get := generic.Lookup(n, newExpirable().Get)
	return shared(func(times int) {
		for i := range times {
			get(keys[i%len(keys)])
		}
	}, hitsOf(n))
}
