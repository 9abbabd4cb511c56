package cachetest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// workers share one cache and do so many operations between them, or as many as a
// random sequence has where those are fewer.
const (
	workers          = 8
	sharedOperations = 16_000
)

// concurrent: several goroutines use one cache. A value that is found is one that was
// set for its key, and no operation goes uncounted. Run it with -race.
func (s *Suite[K, V]) concurrent(t testing.TB) error {
	namespace := metrics.NewTracker().Namespace("cachetest")
	c := generic.Wrap(s.New(t), namespace)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var want metrics.Stats
	var errs []error
	for w := range workers {
		wg.Go(func() {
			did, err := s.work(c, rand.New(rand.NewPCG(uint64(w), Keys)))
			mu.Lock()
			defer mu.Unlock()
			want = want.Add(did)
			errs = append(errs, err)
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	got := namespace.Stats()
	if got.Hits != want.Hits || got.Misses != want.Misses || got.Sets != want.Sets || got.Deletes != want.Deletes || got.Errors != 0 {
		return fmt.Errorf("counted %s, there were %s", got.AppendJSON(nil), want.AppendJSON(nil))
	}
	return nil
}

// work does one goroutine's operations and returns what they should be counted as. The
// numbers of a key's values tell whose they are.
func (s *Suite[K, V]) work(c generic.Cache[K, V], r *rand.Rand) (did metrics.Stats, err error) {
	ctx := context.Background()
	for range min(s.Operations, sharedOperations) / workers {
		key := r.IntN(Keys)
		switch r.IntN(8) {
		case 0:
			err = c.Delete(ctx, s.Key(key))
			did.Deletes++
		case 1, 2:
			err = c.Set(ctx, s.Key(key), s.Value(key), 0)
			did.Sets++
		default:
			value, ok, getErr := c.Get(ctx, s.Key(key))
			err = getErr
			if ok {
				did.Hits++
			} else {
				did.Misses++
			}
			if ok && !s.Equal(value, s.Value(key)) {
				return did, fmt.Errorf("key %v has value %v, which nobody has set", s.Key(key), value)
			}
		}
		if err != nil {
			return did, err
		}
	}
	return did, nil
}
