package demo

import (
	"sync"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// local is the first level: an LRU whose entries also have a time to live, by the
// demo's clock. The LRU itself is a counting one; only expirations, which it does not
// know of, are recorded by hand.
type local struct {
	cache  *lrumeter.Cache[string, entry]
	figure *metrics.Namespace
	ttl    time.Duration

	mu  sync.Mutex
	due []deadline // in the order of their times, for the ttl is always the same
}

type entry struct {
	value string
	until time.Duration
}

type deadline struct {
	key   string
	until time.Duration
}

func newLocal(figure *metrics.Namespace, entries int, ttl time.Duration) (*local, error) {
	cache, err := lrumeter.New[string, entry](entries, figure)
	if err != nil {
		return nil, err
	}
	figure.Reports(metrics.Expirations)
	return &local{cache: cache, figure: figure, ttl: ttl}, nil
}

func (l *local) get(key string) (string, bool) {
	e, ok := l.cache.Get(key)
	return e.value, ok
}

func (l *local) set(key, value string, now time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cache.Add(key, entry{value, now + l.ttl})
	l.due = append(l.due, deadline{key, now + l.ttl})
}

func (l *local) delete(key string) { l.cache.Remove(key) }

// expire removes what is past its time. An entry written again since has a later
// deadline of its own further back in the queue.
func (l *local) expire(now time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	done := 0
	for _, d := range l.due {
		if d.until > now {
			break
		}
		done++
		// Around the counting wrapper: an expiration is no delete.
		if e, ok := l.cache.Cache.Peek(d.key); ok && e.until <= now {
			l.cache.Cache.Remove(d.key)
			l.figure.RecordExpirations(1)
		}
	}
	l.due = append(l.due[:0], l.due[done:]...)
}
