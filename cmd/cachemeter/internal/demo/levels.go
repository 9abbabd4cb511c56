package demo

import (
	"context"
	"errors"
	"time"

	"github.com/cachemeter/cachemeter/wrap/generic"
)

// levels are an LRU and a Redis as one cache.
type levels struct {
	clock  clock
	local  *local
	remote remote
}

var _ generic.Cache[string, string] = (*levels)(nil)

// Get asks the LRU, then Redis.
func (l *levels) Get(ctx context.Context, key string) (value string, ok bool, err error) {
	a := l.GetMany(ctx, []string{key})[0]
	if errors.Is(a.err, errAbsent) {
		return "", false, nil
	}
	return a.value, a.err == nil, a.err
}

// GetMany asks the LRU for each key, and Redis at once for those that it lacks. There
// is one answer for each key, in their order.
func (l *levels) GetMany(ctx context.Context, keys []string) []answer {
	answers := make([]answer, len(keys))
	var lacking []string
	var places []int
	for i, key := range keys {
		value, ok := l.local.get(key)
		if answers[i].value = value; !ok {
			lacking, places = append(lacking, key), append(places, i)
		}
	}
	if len(lacking) == 0 {
		return answers
	}
	for i, a := range l.remote.read(ctx, lacking) {
		answers[places[i]] = a
		if a.err == nil {
			l.local.set(lacking[i], a.value, l.clock.Now())
		}
	}
	return answers
}

// Set writes to both; the LRU has its own, shorter time to live.
func (l *levels) Set(ctx context.Context, key, value string, ttl time.Duration) error {
	l.local.set(key, value, l.clock.Now())
	return l.remote.write(ctx, key, value, ttl)
}

// Delete deletes from both.
func (l *levels) Delete(ctx context.Context, key string) error {
	l.local.delete(key)
	return l.remote.delete(ctx, key)
}
