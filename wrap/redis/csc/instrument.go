package csc

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// The tiers that each namespace is counted in, beside its figures as a whole.
const (
	Local  = "local"  // the client-side cache
	Server = "server" // Redis, on what the client-side cache did not answer
)

// Instrument makes a client count in tracker, as redismeter.Instrument does with the
// same options, and by tier beside. It fails where that does, and on a client that was
// not made with a [Cache] or does not speak RESP3, without which go-redis does not
// cache.
func Instrument(client *redis.Client, tracker *metrics.Tracker, opts ...redismeter.Option) error {
	if client == nil {
		return errors.New("csc: nil client")
	}
	options := client.Options()
	if _, ok := options.ClientSideCache.(*Cache); !ok {
		return errors.New("csc: the client's Options.ClientSideCache is not of csc.NewCache; for clients without a client-side cache use redismeter.Instrument")
	}
	if options.Protocol != 3 {
		return errors.New("csc: client-side caching needs Options.Protocol 3")
	}
	server, err := redismeter.NewHook(tracker, append(slices.Clip(opts), redismeter.WithTier(Server))...)
	if err != nil {
		return err
	}
	if err := redismeter.Instrument(client, tracker, opts...); err != nil {
		return err
	}
	client.AddHook(&tiers{tracker: tracker, server: server})
	return nil
}

// tiers is the hook that counts by tier; the namespaces as a whole are another's.
type tiers struct {
	tracker *metrics.Tracker
	server  *redismeter.Hook
}

func (t *tiers) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook counts for the server: pipelines pass the local cache by.
func (t *tiers) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return t.server.ProcessPipelineHook(next)
}

func (t *tiers) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		m := newMark(ctx)
		start := time.Now()
		err := next(m, cmd)
		if m.asked {
			t.countLocal(m, cmd, err, time.Since(start))
		}
		if !m.answered {
			t.server.Record(ctx, cmd, err, start)
		}
		return err
	}
}

func (t *tiers) countLocal(m *mark, cmd redis.Cmder, err error, elapsed time.Duration) {
	t.server.Each(m.Context, cmd, err, func(namespace string, v redismeter.Verdict, _ metrics.ErrorClass) {
		to, lookups := t.tracker.Tier(namespace, Local), v.Lookups()
		switch {
		case !m.answered:
			to.RecordMisses(lookups)
		case m.waiting.waited:
			to.RecordCoalesced(lookups)
		default:
			to.RecordHits(lookups)
			to.RecordNegativeHits(v.Misses)
			to.RecordLatency(metrics.Hit, elapsed)
		}
	})
}
