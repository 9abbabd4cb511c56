package demo

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// The tiers of each namespace.
const (
	tierLocal = "L1"
	tierRedis = "L2"
)

// stack is one namespace's caches and their origin.
type stack struct {
	namespace
	cache  *generic.Metered[*levels, string, string]
	origin origin
}

// newStack builds the levels. This is the decoration: the LRU counts as the first
// tier, the client, which has the hook, as the second, and what is made of the two
// counts under the namespace itself.
func newStack(n namespace, client redis.UniversalClient, tracker *metrics.Tracker, clock clock) (*stack, error) {
	local, err := newLocal(tracker.Tier(n.name, tierLocal), n.entries, n.ttlLRU)
	if err != nil {
		return nil, err
	}
	both := &levels{clock: clock, local: local, remote: remote{client: client, kind: n.read}}
	whole := tracker.Namespace(n.name)
	whole.Reports(metrics.Loads)
	return &stack{
		namespace: n,
		cache:     generic.Wrap(both, whole, generic.WithLatency()),
		origin:    origin{clock: clock, latency: n.latency, failures: n.failures},
	}, nil
}

// read gets the values of keys from the caches or else from the origin, and puts what
// the origin gave into the caches. It is the program's own read path: a cache that
// fails costs it time, not the value. An end of ctx is looked at only between
// operations, for one cut short would count as an error of the cache.
func (s *stack) read(ctx context.Context, random *rand.Rand, keys []string) {
	calls := context.WithoutCancel(ctx)
	whole := s.cache.Namespace()
	for i, a := range s.lookup(calls, keys) {
		if a.err == nil {
			continue
		}
		value, took, err := s.origin.load(ctx, random, keys[i])
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			whole.RecordLoadFailure(took)
			continue
		}
		whole.RecordLoadSuccess(took)
		_ = s.cache.Set(calls, keys[i], value, s.ttlRedis) // the program has its value
	}
}

// lookup asks the caches. What has one key is an ordinary Get; a batch has no
// decorator, so its outcomes are recorded by hand.
func (s *stack) lookup(ctx context.Context, keys []string) []answer {
	if len(keys) == 1 {
		value, ok, err := s.cache.Get(ctx, keys[0])
		if !ok && err == nil {
			err = errAbsent
		}
		return []answer{{value, err}}
	}
	start := time.Now()
	answers := s.cache.Inner().GetMany(ctx, keys)
	took := time.Since(start)
	whole := s.cache.Namespace()
	for _, a := range answers {
		switch {
		case a.err == nil:
			whole.RecordHit()
			whole.RecordLatency(metrics.Hit, took)
		case errors.Is(a.err, errAbsent):
			whole.RecordMiss()
			whole.RecordLatency(metrics.Miss, took)
		default:
			whole.RecordFailures(metrics.ClassOf(a.err), 1)
			whole.RecordLatency(metrics.Error, took)
		}
	}
	return answers
}

// invalidate takes a key out of the caches, as after a change at the origin.
func (s *stack) invalidate(ctx context.Context, key string) {
	_ = s.cache.Delete(context.WithoutCancel(ctx), key)
}
