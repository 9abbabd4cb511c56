package lrumeter_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/stretchr/testify/require"

	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"

	"github.com/cachemeter/cachemeter/metrics"
)

const testSize = 12

// left is what an eviction callback was told.
type left []string

func (l *left) callback(key string, value int64) { *l = append(*l, fmt.Sprint(key, "=", value)) }

// pairOf is a bare cache and a wrapped one, both fresh, with what their callbacks saw.
type pairOf struct {
	bare, wrapped         any
	bareLeft, wrappedLeft left
	figures               metrics.Figure
}

// pairs holds every wrapper of the package, made in each way there is.
func pairs(t *testing.T) map[string]func(namespace *metrics.Namespace) *pairOf {
	must := func(err error) { require.NoError(t, err) }
	withDeletes := metrics.Sets | metrics.Deletes | metrics.Evictions
	return map[string]func(namespace *metrics.Namespace) *pairOf{
		"Cache": func(namespace *metrics.Namespace) *pairOf {
			bare, err := lru.New[string, int64](testSize)
			must(err)
			wrapped, err := lrumeter.New[string, int64](testSize, namespace)
			must(err)
			return &pairOf{bare: bare, wrapped: wrapped, figures: withDeletes}
		},
		"Cache with callback": func(namespace *metrics.Namespace) *pairOf {
			p := &pairOf{figures: withDeletes}
			bare, err := lru.NewWithEvict(testSize, p.bareLeft.callback)
			must(err)
			wrapped, err := lrumeter.NewWithEvict(testSize, p.wrappedLeft.callback, namespace)
			must(err)
			p.bare, p.wrapped = bare, wrapped
			return p
		},
		"Cache of another": func(namespace *metrics.Namespace) *pairOf {
			bare, err := lru.New[string, int64](testSize)
			must(err)
			inner, err := lru.New[string, int64](testSize)
			must(err)
			return &pairOf{bare: bare, wrapped: lrumeter.Wrap(inner, namespace), figures: withDeletes}
		},
		"TwoQueueCache": func(namespace *metrics.Namespace) *pairOf {
			bare, err := lru.New2Q[string, int64](testSize)
			must(err)
			wrapped, err := lrumeter.New2Q[string, int64](testSize, namespace)
			must(err)
			return &pairOf{bare: bare, wrapped: wrapped, figures: metrics.Sets}
		},
		"Expirable": func(namespace *metrics.Namespace) *pairOf {
			p := &pairOf{figures: withDeletes | metrics.Expirations}
			p.bare = expirable.NewLRU(testSize, p.bareLeft.callback, 0)
			p.wrapped = lrumeter.NewExpirable(testSize, p.wrappedLeft.callback, 0, namespace)
			return p
		},
		"Expirable of another": func(namespace *metrics.Namespace) *pairOf {
			p := &pairOf{figures: withDeletes}
			p.bare = expirable.NewLRU(testSize, p.bareLeft.callback, 0)
			p.wrapped = lrumeter.WrapExpirable(expirable.NewLRU(testSize, p.wrappedLeft.callback, 0), namespace)
			return p
		},
		"Simple": func(namespace *metrics.Namespace) *pairOf {
			p := &pairOf{figures: withDeletes}
			bare, err := simplelru.NewLRU(testSize, p.bareLeft.callback)
			must(err)
			wrapped, err := lrumeter.NewSimple(testSize, p.wrappedLeft.callback, namespace)
			must(err)
			p.bare, p.wrapped = bare, wrapped
			return p
		},
	}
}

// argument makes an argument for a method of a cache of string keys and int64 values.
func argument(t *testing.T, r *rand.Rand, kind reflect.Type) reflect.Value {
	switch kind.Kind() {
	case reflect.String:
		return reflect.ValueOf(fmt.Sprint("k", r.IntN(3*testSize)))
	case reflect.Int64:
		return reflect.ValueOf(r.Int64N(1000))
	case reflect.Int:
		return reflect.ValueOf(1 + r.IntN(2*testSize))
	}
	require.Fail(t, "golang-lru has a method with an argument of a new type", kind.String())
	return reflect.Value{}
}

// counted returns what a call must have been counted as, by the rules in the
// documentation of Cache, from what the bare cache answered.
func counted(name string, results []reflect.Value) (s metrics.Stats) {
	one := func(b bool) uint64 {
		if b {
			return 1
		}
		return 0
	}
	switch name {
	case "Get":
		found := results[1].Bool()
		s.Hits, s.Misses = one(found), one(!found)
	case "Add":
		s.Sets = 1
		if len(results) == 1 {
			s.Evictions = one(results[0].Bool())
		}
	case "ContainsOrAdd", "PeekOrAdd":
		last := len(results) - 1
		s.Sets, s.Evictions = one(!results[last-1].Bool()), one(results[last].Bool())
	case "Remove":
		if len(results) == 1 {
			s.Deletes = one(results[0].Bool())
		}
	case "RemoveOldest":
		s.Deletes = one(results[2].Bool())
	case "Resize":
		s.Evictions = uint64(results[0].Int())
	}
	s.EvictedWeight = s.Evictions
	return s
}

// TestSameAsBare drives a bare cache and a wrapped one with the same random calls of
// every method the bare one has, and compares results, callbacks and figures.
func TestSameAsBare(t *testing.T) {
	for name, makePair := range pairs(t) {
		for seed := range uint64(3) {
			t.Run(fmt.Sprintf("%s/%d", name, seed), func(t *testing.T) {
				namespace := metrics.NewTracker().Namespace("n")
				p := makePair(namespace)
				nilPair := makePair(nil)
				compare(t, p, nilPair.wrapped, namespace, rand.New(rand.NewPCG(seed, 1)))
			})
		}
	}
}

func compare(t *testing.T, p *pairOf, unmeasured any, namespace *metrics.Namespace, r *rand.Rand) {
	bare, wrapped, silent := reflect.ValueOf(p.bare), reflect.ValueOf(p.wrapped), reflect.ValueOf(unmeasured)
	var want metrics.Stats
	resize := 0
	for step := range 10_000 {
		method := bare.Type().Method(r.IntN(bare.NumMethod()))
		if method.Name == "Purge" && r.IntN(50) > 0 || method.Name == "Resize" && r.IntN(20) > 0 || method.Name == "Close" {
			method, _ = bare.Type().MethodByName("Get")
		}
		var args []reflect.Value
		for i := 1; i < method.Type.NumIn(); i++ {
			args = append(args, argument(t, r, method.Type.In(i)))
		}
		if method.Name == "Resize" {
			resize = int(args[0].Int())
		}
		answer := bare.MethodByName(method.Name).Call(args)
		same := wrapped.MethodByName(method.Name).Call(args)
		alike := silent.MethodByName(method.Name).Call(args)
		for i := range answer {
			requireSame(t, answer[i].Interface(), same[i].Interface(), step, method.Name, args)
			requireSame(t, answer[i].Interface(), alike[i].Interface(), step, method.Name, args)
		}
		// Purge walks a map: its callbacks come in any order.
		slices.Sort(p.bareLeft)
		slices.Sort(p.wrappedLeft)
		requireSame(t, p.bareLeft, p.wrappedLeft, step, method.Name, args)
		p.bareLeft, p.wrappedLeft = nil, nil
		want = want.Add(counted(method.Name, answer))
	}
	got := namespace.Stats()
	require.Equal(t, p.figures|metrics.WriteErrors|metrics.Entries|metrics.Capacity, got.Reported)
	require.EqualValues(t, bare.MethodByName("Len").Call(nil)[0].Int(), got.Entries)
	require.EqualValues(t, resize, got.Capacity)
	if !p.figures.Has(metrics.Evictions) {
		want.Evictions, want.EvictedWeight = 0, 0
	}
	got.Reported, got.Entries, got.Capacity = 0, 0, 0
	require.Equal(t, want, got)
	require.NotZero(t, want.Hits)
	require.NotZero(t, want.Misses)
}

// requireSame asks testify only when there is something to print: it is slow.
func requireSame(t *testing.T, want, got any, step int, method string, args []reflect.Value) {
	if !reflect.DeepEqual(want, got) {
		require.Equal(t, want, got, "step %d: %s%v", step, method, args)
	}
}

// TestEveryMethodIsDecided fails when golang-lru gains a method: decide whether it is
// a lookup, a write or neither, say so at the type, and list it here.
func TestEveryMethodIsDecided(t *testing.T) {
	decided := map[string]string{
		"Get": "lookup",

		"Add": "write", "ContainsOrAdd": "write", "PeekOrAdd": "write",
		"Remove": "write", "RemoveOldest": "write", "Resize": "write", "Purge": "write",

		"Peek": "neither", "Contains": "neither", "GetOldest": "neither",
		"Keys": "neither", "Values": "neither", "Len": "neither",

		// In golang-lru after v2.0.7.
		"Cap": "neither", "Close": "neither",
	}
	for name, makePair := range pairs(t) {
		p := makePair(nil)
		bare, wrapped := reflect.TypeOf(p.bare), reflect.TypeOf(p.wrapped)
		for i := range bare.NumMethod() {
			m := bare.Method(i)
			require.Contains(t, decided, m.Name, "%T gained %s", p.bare, m.Name)
			w, ok := wrapped.MethodByName(m.Name)
			require.True(t, ok)
			require.Equal(t, m.Type.NumIn(), w.Type.NumIn(), "%s: %s", name, m.Name)
			for j := 1; j < m.Type.NumIn(); j++ {
				require.Equal(t, m.Type.In(j), w.Type.In(j), "%s: %s", name, m.Name)
			}
			require.Equal(t, m.Type.NumOut(), w.Type.NumOut(), "%s: %s", name, m.Name)
			for j := range m.Type.NumOut() {
				require.Equal(t, m.Type.Out(j), w.Type.Out(j), "%s: %s", name, m.Name)
			}
		}
	}
}
