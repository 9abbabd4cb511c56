package lrumeter

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// written is a write whose key goes to who listens. golang-lru tells that it evicted an
// entry and not which: it is the oldest, asked for before. That takes the cache's lock
// once more, so it is done for one write in eight, and only where somebody listens.
// Another's write in between can make it the wrong one.
type written[K comparable] struct {
	feed   *metrics.KeyFeed[K]
	oldest K
	known  bool
}

const askEvery = 8

func beginWritten[C interface{ GetOldest() (K, V, bool) }, K comparable, V any](m *meter, feed *metrics.KeyFeed[K], inner C) written[K] {
	w := written[K]{feed: feed}
	if feed.Active() && m.asked.Add(1)%askEvery == 0 {
		w.oldest, _, w.known = inner.GetOldest()
	}
	return w
}

func (w *written[K]) set(key K, ttl time.Duration, evicted bool) {
	if !w.feed.Active() {
		return
	}
	if evicted && w.known {
		w.feed.Eviction(w.oldest)
	}
	w.feed.Set(key, ttl)
}

func tellRemoved[K comparable](feed *metrics.KeyFeed[K], key K, present bool) {
	if present && feed.Active() {
		feed.Delete(key)
	}
}
