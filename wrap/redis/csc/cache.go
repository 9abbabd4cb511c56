package csc

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// Cache is go-redis's local cache that tells the hook of [Instrument] who answered. It
// is safe for concurrent use; make it with [NewCache], for one client.
type Cache struct {
	*redis.LocalCache
}

var _ redis.Cache = (*Cache)(nil)

// NewCache makes a cache for redis.Options.ClientSideCache.
func NewCache(config redis.CacheConfig) *Cache {
	return &Cache{redis.NewLocalCache(config)}
}

// Get is redis.LocalCache's, and marks the call that asks.
func (c *Cache) Get(ctx context.Context, cacheKey string) ([]byte, bool) {
	m, ok := ctx.Value(markKey{}).(*mark)
	if !ok {
		return c.LocalCache.Get(ctx, cacheKey)
	}
	m.asked = true
	value, found := c.LocalCache.Get(&m.waiting, cacheKey)
	m.answered = found
	return value, found
}

type markKey struct{}

// mark is the context of one call, in which the cache leaves word of what it did.
type mark struct {
	context.Context
	asked    bool // the cache was asked
	answered bool // and had the answer, the last time it was asked
	waiting  waiting
}

func newMark(ctx context.Context) *mark {
	m := &mark{Context: ctx}
	m.waiting.Context = ctx
	return m
}

// Value finds the mark, and else what the caller's context holds.
func (m *mark) Value(key any) any {
	if key == (markKey{}) {
		return m
	}
	return m.Context.Value(key)
}

// waiting is the context that the cache is asked with. The cache looks at its Done
// only to wait for the fetch of another call.
type waiting struct {
	context.Context
	waited bool
}

func (w *waiting) Done() <-chan struct{} {
	w.waited = true
	return w.Context.Done()
}
