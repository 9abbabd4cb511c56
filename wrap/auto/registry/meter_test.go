package registry

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func newMeter(kind Kind, callback bool) (*Meter, *metrics.Namespace) {
	n := metrics.NewTracker().Namespace("n")
	m := &Meter{kind: kind, callback: callback}
	m.namespace.Store(n)
	return m, n
}

// end is what woven code does: it defers, in a function that returns or does not.
func end(do func(), ends func()) {
	defer ends()
	do()
}

func TestPanicIsToldFromReturn(t *testing.T) {
	for _, test := range []struct {
		name             string
		callback, called bool
		do               func()
		sets, failures   uint64
	}{
		{"returns", true, true, func() {}, 1, 0},
		{"panics", true, true, func() { panic("callback") }, 0, 1},
		{"panics with nil", true, true, func() { panic(nil) }, 0, 1},
		{"leaves", true, true, runtime.Goexit, 0, 1},
		{"nothing was called", true, false, func() {}, 1, 0},
		{"has no callback", false, true, func() {}, 1, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			m, n := newMeter(LRU, test.callback)
			done := make(chan any)
			go func() {
				defer func() { done <- recover() }()
				end(test.do, func() { m.Add(0, test.called) })
			}()
			<-done
			s := n.Stats()
			require.Equal(t, test.sets, s.Sets)
			require.Equal(t, test.failures, s.WriteErrors)
		})
	}
}

// A cache that calls back while it removes has no result to tell by: left does.
func TestPanicOfACallbackWithinAdd(t *testing.T) {
	m, n := newMeter(Simple, true)
	require.PanicsWithValue(t, "gone", func() {
		left := m.Left()
		end(func() { m.Leaving(); panic("gone") }, func() { m.Add(left, false) })
	})
	require.EqualValues(t, 1, n.Stats().WriteErrors)
	require.Zero(t, n.Stats().Sets)
}

func TestKeysThatCannotBeHashed(t *testing.T) {
	m, n := newMeter(LRU, false)
	for _, key := range []any{nil, 1, "a", [1]any{2}, struct{ a any }{3}} {
		require.True(t, m.Hashable(key))
		require.True(t, m.Writable(key))
	}
	require.Zero(t, n.Stats().Errors)
	require.False(t, m.Hashable([]int{1}))
	require.False(t, m.Writable([1]any{[]int{1}}))
	require.EqualValues(t, 2, n.Stats().Errors)
	require.EqualValues(t, 1, n.Stats().WriteErrors)
}

func TestReleasedMeterCountsNothing(t *testing.T) {
	m, n := newMeter(LRU, false)
	Release(holder{m})
	Release(holder{nil})
	Release("no cache")
	m.Get(true)
	m.Add(0, true)
	m.Resize(0, 3, 2)
	require.Zero(t, n.Stats().Hits+n.Stats().Sets+n.Stats().Evictions)
}

type holder struct{ meter *Meter }

func (h holder) CachemeterMeter() *Meter { return h.meter }

func TestCountingAllocatesNothing(t *testing.T) {
	m, _ := newMeter(LRU, false)
	var key any = "key"
	for name, call := range map[string]func(){
		"key":    func() { m.Hashable(key) },
		"hit":    func() { m.Get(true) },
		"miss":   func() { m.Get(false) },
		"add":    func() { m.Add(m.Left(), true) },
		"remove": func() { m.Remove(m.Left(), true) },
	} {
		call() // the first of its kind may make room
		require.Zero(t, testing.AllocsPerRun(100, call), name)
	}
}

func BenchmarkGet(b *testing.B) {
	m, _ := newMeter(LRU, false)
	for b.Loop() {
		m.Get(true)
	}
}

func BenchmarkUnwinding(b *testing.B) {
	for b.Loop() {
		end(func() {}, func() { unwinding(0) })
	}
}
