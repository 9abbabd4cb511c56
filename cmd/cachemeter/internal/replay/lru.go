package replay

import (
	"context"

	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// LRU is a golang-lru cache, counted by lrumeter. Keep it for as long as its size
// is to show in the figures.
type LRU struct {
	cache *lrumeter.Cache[string, struct{}]
}

var _ Cache = LRU{}

// NewLRU returns an empty LRU of size entries that counts under [Namespace]. It
// fails when size is not positive.
func NewLRU(size int, tracker *metrics.Tracker) (LRU, error) {
	cache, err := lrumeter.New[string, struct{}](size, tracker.Namespace(Namespace))
	return LRU{cache}, err
}

// Get is a lookup. It never fails.
func (c LRU) Get(_ context.Context, key string) (bool, error) {
	_, found := c.cache.Get(key)
	return found, nil
}

// Set adds the key, and evicts the least recently used one if there is no room. It
// never fails.
func (c LRU) Set(_ context.Context, key string) error {
	c.cache.Add(key, struct{}{})
	return nil
}
