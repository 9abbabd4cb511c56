package cachetest

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/wrap/generic"
)

// mapCache is right; the fields make it wrong, each in a way that must be found.
type mapCache struct {
	mu   sync.Mutex
	m    map[string]int
	ends map[string]time.Time
	now  *time.Time

	missAsError, failDelete, forgets, stale, cancelledMiss, shared, keepsTTL, ghosts bool
	calls                                                                            int
}

func (c *mapCache) Get(ctx context.Context, key string) (int, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if c.cancelledMiss && ctx.Err() != nil {
		return 0, false, nil
	}
	if end, ok := c.ends[key]; ok && !c.keepsTTL && !c.now.Before(end) {
		delete(c.m, key)
		delete(c.ends, key)
	}
	v, ok := c.m[key]
	if !ok && c.missAsError {
		return 0, false, errors.New("not found")
	}
	if c.ghosts && c.calls%5000 == 0 {
		return 1, true, nil
	}
	return v, ok, nil
}

func (c *mapCache) Set(_ context.Context, key string, value int, ttl time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls++
	if _, ok := c.m[key]; ok && c.stale && c.calls%7 == 0 {
		return nil
	}
	if c.forgets && c.calls%1000 == 0 {
		return nil
	}
	if c.shared {
		value = len(c.m)
	}
	c.m[key] = value
	delete(c.ends, key)
	if ttl > 0 {
		c.ends[key] = c.now.Add(ttl)
	}
	return nil
}

func (c *mapCache) Delete(_ context.Context, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.m[key]; !ok && c.failDelete {
		return errors.New("not found")
	}
	delete(c.m, key)
	delete(c.ends, key)
	return nil
}

func suiteOf(spoil func(*mapCache)) Suite[string, int] {
	now := time.Unix(0, 0)
	return Suite[string, int]{
		New: func(testing.TB) generic.Cache[string, int] {
			c := &mapCache{m: map[string]int{}, ends: map[string]time.Time{}, now: &now}
			if spoil != nil {
				spoil(c)
			}
			return c
		},
		Key:   strconv.Itoa,
		Value: func(i int) int { return i },
		Wait:  func(d time.Duration) { now = now.Add(d) },
	}
}

func TestARightCachePasses(t *testing.T) {
	suiteOf(nil).Run(t)
}

func TestWrongCachesFail(t *testing.T) {
	for name, test := range map[string]struct {
		spoil func(*mapCache)
		check string
	}{
		"a miss is an error":                 {func(c *mapCache) { c.missAsError = true }, "an absent key"},
		"deleting an absent key is an error": {func(c *mapCache) { c.failDelete = true }, "an absent key"},
		"a cancelled context is a miss":      {func(c *mapCache) { c.cancelledMiss = true }, "a cancelled context"},
		"a write is lost now and then":       {func(c *mapCache) { c.forgets = true }, "random operations, seed 0"},
		"an old value comes back":            {func(c *mapCache) { c.stale = true }, "random operations, seed 1"},
		"a key is found that nobody set":     {func(c *mapCache) { c.ghosts = true }, "random operations, seed 2"},
		"values are mixed up":                {func(c *mapCache) { c.shared = true }, "goroutines"},
		"values do not end":                  {func(c *mapCache) { c.keepsTTL = true }, "values end"},
	} {
		t.Run(name, func(t *testing.T) {
			s := suiteOf(test.spoil)
			s.setDefaults()
			ran := false
			for _, check := range s.checks() {
				if strings.HasPrefix(check.name, test.check) {
					ran = true
					require.Error(t, check.run(t))
				}
			}
			require.True(t, ran)
		})
	}
}

func TestSaidToEvictAndDoesNot(t *testing.T) {
	s := suiteOf(nil)
	s.Evicts = true
	s.setDefaults()
	require.ErrorContains(t, s.random(t, 0), "dropped none")
}
