package trust_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/hashicorp/golang-lru/v2/simplelru"
	"github.com/stretchr/testify/require"

	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"

	"github.com/cachemeter/cachemeter/metrics"
)

const lruSize = 6

// explosive is a key whose removal makes the callback panic, and unhashable one that no
// map takes; both are a user's mistakes, and stay the user's.
const (
	explosive  = 0xfe
	unhashable = 0xff
)

var errCallback = errors.New("the callback's own")

// callbacks collects what an eviction callback was told, in order.
type callbacks []any

func (c *callbacks) left(key, value any) {
	*c = append(*c, key, value)
	if key == explosive {
		panic(errCallback)
	}
}

// lruPair is a bare cache, and the same one wrapped, with what their callbacks were told.
type lruPair struct {
	bare, wrapped         any
	bareLeft, wrappedLeft callbacks
}

// lruKinds makes every wrapper of wrap/lru, in each way there is.
var lruKinds = []func(t testing.TB, p *lruPair, n *metrics.Namespace){
	func(t testing.TB, p *lruPair, n *metrics.Namespace) {
		bare, err := lru.New[any, any](lruSize)
		require.NoError(t, err)
		wrapped, err := lrumeter.New[any, any](lruSize, n)
		require.NoError(t, err)
		p.bare, p.wrapped = bare, wrapped
	},
	func(t testing.TB, p *lruPair, n *metrics.Namespace) {
		bare, err := lru.NewWithEvict(lruSize, p.bareLeft.left)
		require.NoError(t, err)
		wrapped, err := lrumeter.NewWithEvict(lruSize, p.wrappedLeft.left, n)
		require.NoError(t, err)
		p.bare, p.wrapped = bare, wrapped
	},
	func(t testing.TB, p *lruPair, n *metrics.Namespace) {
		bare, err := lru.NewWithEvict(lruSize, p.bareLeft.left)
		require.NoError(t, err)
		inner, err := lru.NewWithEvict(lruSize, p.wrappedLeft.left)
		require.NoError(t, err)
		p.bare, p.wrapped = bare, lrumeter.Wrap(inner, n)
	},
	func(t testing.TB, p *lruPair, n *metrics.Namespace) {
		bare, err := lru.New2Q[any, any](lruSize)
		require.NoError(t, err)
		wrapped, err := lrumeter.New2Q[any, any](lruSize, n)
		require.NoError(t, err)
		p.bare, p.wrapped = bare, wrapped
	},
	func(_ testing.TB, p *lruPair, n *metrics.Namespace) {
		p.bare = expirable.NewLRU(lruSize, p.bareLeft.left, 0)
		p.wrapped = lrumeter.NewExpirable(lruSize, p.wrappedLeft.left, 0, n)
	},
	func(_ testing.TB, p *lruPair, n *metrics.Namespace) {
		p.bare = expirable.NewLRU(lruSize, p.bareLeft.left, 0)
		p.wrapped = lrumeter.WrapExpirable(expirable.NewLRU(lruSize, p.wrappedLeft.left, 0), n)
	},
	func(t testing.TB, p *lruPair, n *metrics.Namespace) {
		bare, err := simplelru.NewLRU(lruSize, p.bareLeft.left)
		require.NoError(t, err)
		wrapped, err := lrumeter.NewSimple(lruSize, p.wrappedLeft.left, n)
		require.NoError(t, err)
		p.bare, p.wrapped = bare, wrapped
	},
	func(t testing.TB, p *lruPair, n *metrics.Namespace) {
		bare, err := simplelru.NewLRU(lruSize, p.bareLeft.left)
		require.NoError(t, err)
		inner, err := simplelru.NewLRU(lruSize, p.wrappedLeft.left)
		require.NoError(t, err)
		p.bare, p.wrapped = bare, lrumeter.WrapSimple(inner, n)
	},
}

// recording are the methods that count; the others are golang-lru's own.
var recording = map[string]bool{
	"Get": true, "Add": true, "ContainsOrAdd": true, "PeekOrAdd": true,
	"Remove": true, "RemoveOldest": true, "Resize": true, "Purge": true,
}

// lruKey makes a key of one byte of a program.
func lruKey(b byte) any {
	switch {
	case b == explosive:
		return explosive
	case b == unhashable:
		return []int{1}
	case b%3 == 0:
		return fmt.Sprint("k", b%24)
	}
	return int(b % 24)
}

// methodCall makes of three bytes of a program a method of a cache, and its arguments.
func methodCall(cache reflect.Value, a, b, c byte) (string, []reflect.Value) {
	m := cache.Type().Method(int(a) % cache.NumMethod())
	if m.Name == "Purge" && b%8 > 0 || m.Name == "Close" { // Purge seldom, or caches stay empty
		m, _ = cache.Type().MethodByName("Get")
	}
	var args []reflect.Value
	for i := 1; i < m.Type.NumIn(); i++ {
		switch {
		case m.Type.In(i).Kind() == reflect.Int:
			args = append(args, reflect.ValueOf(1+int(b%(2*lruSize))))
		case i == 1:
			args = append(args, reflect.ValueOf(lruKey(b)))
		default:
			args = append(args, reflect.ValueOf(int(c)))
		}
	}
	return m.Name, args
}

func callMethod(cache reflect.Value, method string, args []reflect.Value) outcome {
	return observe(func() []any {
		var results []any
		for _, r := range cache.MethodByName(method).Call(args) {
			results = append(results, r.Interface())
		}
		return results
	})
}

// FuzzLRUIsTheSame runs a program on a bare cache of golang-lru and on a wrapped one.
// Results, panics and what callbacks are told, in order, are the same, and lookups are
// counted as the bare cache answered them. A program ends at its first panic, for
// golang-lru then stays locked.
func FuzzLRUIsTheSame(f *testing.F) {
	for kind := range byte(len(lruKinds)) {
		f.Add(kind, []byte("the quick brown fox jumps over the lazy dog, and over it again and again"))
		f.Add(kind, []byte{0, 1, 1, 0, explosive, 2, 1, explosive, 0, 3, 9, 9, 0, 7, 7, 8, 7, 7, 9, explosive, 1})
		f.Add(kind, []byte{0, 1, 1, 4, unhashable, 2, 5, unhashable, 0})
	}
	f.Fuzz(func(t *testing.T, kind byte, program []byte) { runLRU(t, kind, program) })
}

func runLRU(t testing.TB, kind byte, program []byte) {
	namespace := metrics.NewTracker().Namespace("n")
	var p lruPair
	lruKinds[int(kind)%len(lruKinds)](t, &p, namespace)
	bare, wrapped := reflect.ValueOf(p.bare), reflect.ValueOf(p.wrapped)
	var hits, misses, failures uint64
	for ; len(program) >= 3; program = program[3:] {
		method, args := methodCall(bare, program[0], program[1], program[2])
		want, got := callMethod(bare, method, args), callMethod(wrapped, method, args)
		about := fmt.Sprintf("%T.%s%v", p.bare, method, args)
		requireSame(t, want, got, about)
		if method == "Purge" { // it walks a map: callbacks come in any order
			require.True(t, !want.returned || len(p.bareLeft) == len(p.wrappedLeft), about)
			p.bareLeft, p.wrappedLeft = nil, nil
		}
		requireSameValue(t, p.bareLeft, p.wrappedLeft, about)
		switch {
		case !want.returned && recording[method]:
			failures++
		case method == "Get" && want.results[1] == true:
			hits++
		case method == "Get":
			misses++
		}
		if !want.returned {
			break
		}
	}
	s := namespace.Totals()
	require.Equal(t, [3]uint64{hits, misses, failures}, [3]uint64{s.Hits, s.Misses, s.Errors})
}

// TestNilCachesPanicAsBareOnes: a wrapper of a nil cache is as broken as the cache.
func TestNilCachesPanicAsBareOnes(t *testing.T) {
	n := metrics.NewTracker().Namespace("n")
	for _, p := range []lruPair{
		{bare: (*lru.Cache[any, any])(nil), wrapped: lrumeter.Wrap[any, any](nil, n)},
		{bare: (*lru.TwoQueueCache[any, any])(nil), wrapped: lrumeter.WrapTwoQueue[any, any](nil, n)},
		{bare: (*expirable.LRU[any, any])(nil), wrapped: lrumeter.WrapExpirable[any, any](nil, n)},
		{bare: (*simplelru.LRU[any, any])(nil), wrapped: lrumeter.WrapSimple[any, any](nil, n)},
	} {
		bare, wrapped := reflect.ValueOf(p.bare), reflect.ValueOf(p.wrapped)
		for i := range bare.NumMethod() {
			method := bare.Type().Method(i)
			args := make([]reflect.Value, method.Type.NumIn()-1)
			for j := range args {
				args[j] = reflect.ValueOf(1)
			}
			requireSame(t, callMethod(bare, method.Name, args), callMethod(wrapped, method.Name, args), fmt.Sprintf("%T.%s", p.bare, method.Name))
		}
	}
}
