package generic_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/wrap/generic"
)

// FuzzLoader drives a loader with everything that can happen to it, and holds the laws:
// every Get has one outcome, every call of the origin is one load, and whoever gets a
// value gets one that the origin has answered.
func FuzzLoader(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 2, 0, 3, 0, 4, 0})
	f.Add([]byte{5, 0, 0, 6, 0, 0, 1, 7, 0, 8, 8, 0})
	f.Add([]byte("a stampede, a failure, and what came after it"))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 200 {
			script = script[:200]
		}
		synctest.Test(t, func(t *testing.T) { runScript(t, script) })
	})
}

func runScript(t *testing.T, script []byte) {
	cache := newTimed[generic.Entry[int]]()
	o := &origin{}
	l, namespace := newEntryLoader(t, cache, o, generic.WithTTL(time.Minute), generic.WithServeStale(time.Minute), generic.WithNegativeTTL(time.Second))
	gets := 0
	get := func(ctx context.Context) {
		defer func() {
			if r := recover(); r != nil && r != any("origin") && r != any("cache") {
				t.Errorf("panicked with %v", r)
			}
		}()
		v, err := l.Get(ctx, "abc")
		if err == nil && v%100 != 3 {
			t.Errorf("Get = %v, which the origin never said", v)
		}
		if err != nil && !errors.Is(err, errBroken) && !errors.Is(err, generic.ErrAbsent) && !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Get: %v", err)
		}
	}
	for _, op := range script {
		switch op % 12 {
		case 0:
			o.err, o.boom, o.delay = nil, nil, 0
		case 1:
			o.err = errBroken
		case 2:
			o.err = generic.ErrAbsent
		case 3:
			o.boom = "origin"
		case 4:
			o.delay = time.Second
		case 5:
			cache.fail = errBroken
		case 6:
			cache.boom = "cache"
		case 7:
			cache.fail, cache.boom = nil, nil
		case 8:
			time.Sleep(time.Duration(op) * time.Second / 2)
		case 9:
			func() {
				defer func() { _ = recover() }()
				_ = l.Delete(t.Context(), "abc")
			}()
		default:
			var wg sync.WaitGroup
			for i := range 1 + int(op)/32 {
				gets++
				wg.Go(func() {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*400*time.Millisecond)
					defer cancel()
					get(ctx)
				})
			}
			wg.Wait()
		}
		s := namespace.Stats()
		if outcomes := s.Hits + s.Misses + s.Coalesced + s.Errors - s.WriteErrors; outcomes != uint64(gets) {
			require.Failf(t, "a lookup has no outcome, or two", "%d outcomes of %d lookups: %s", outcomes, gets, s.AppendJSON(nil))
		}
	}
	s := namespace.Stats()
	require.LessOrEqual(t, s.StaleHits+s.NegativeHits, s.Hits)
	require.EqualValues(t, o.calls.Load(), s.Loads+s.LoadFailures)
	require.LessOrEqual(t, s.Misses, s.Loads+s.LoadFailures)
}
