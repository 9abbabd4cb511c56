package generic_test

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// timed is a cache whose values end with their ttl.
type timed[V any] struct {
	mu   sync.Mutex
	m    map[string]timedValue[V]
	fail error
	boom any
}

type timedValue[V any] struct {
	value V
	ends  time.Time
}

func newTimed[V any]() *timed[V] { return &timed[V]{m: map[string]timedValue[V]{}} }

func (c *timed[V]) trouble() error {
	if c.boom != nil {
		panic(c.boom)
	}
	return c.fail
}

func (c *timed[V]) Get(_ context.Context, key string) (value V, ok bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.trouble(); err != nil {
		return value, false, err
	}
	v, ok := c.m[key]
	if !ok || !v.ends.IsZero() && !time.Now().Before(v.ends) {
		return value, false, nil
	}
	return v.value, true, nil
}

func (c *timed[V]) Set(_ context.Context, key string, value V, ttl time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.trouble(); err != nil {
		return err
	}
	v := timedValue[V]{value: value}
	if ttl > 0 {
		v.ends = time.Now().Add(ttl)
	}
	c.m[key] = v
	return nil
}

func (c *timed[V]) Delete(_ context.Context, key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
	return c.trouble()
}

// origin is where values come from.
type origin struct {
	calls atomic.Int64
	delay time.Duration
	err   error
	boom  any
	exit  bool // the first call
}

func (o *origin) load(ctx context.Context, key string) (int, error) {
	n := o.calls.Add(1)
	if o.delay > 0 {
		select {
		case <-time.After(o.delay):
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	if o.exit && n == 1 {
		runtime.Goexit()
	}
	if o.boom != nil {
		panic(o.boom)
	}
	if o.err != nil {
		return 0, o.err
	}
	return int(n)*100 + len(key), nil
}

func newLoader(t *testing.T, c generic.Cache[string, int], o *origin, opts ...generic.LoaderOption) (*generic.Loader[string, int], *metrics.Namespace) {
	namespace := metrics.NewTracker().Namespace("n")
	l, err := generic.NewLoader(c, o.load, namespace, opts...)
	require.NoError(t, err)
	return l, namespace
}

func newEntryLoader(t *testing.T, c generic.Cache[string, generic.Entry[int]], o *origin, opts ...generic.EntryOption) (*generic.Loader[string, int], *metrics.Namespace) {
	namespace := metrics.NewTracker().Namespace("n")
	l, err := generic.NewEntryLoader(c, o.load, namespace, opts...)
	require.NoError(t, err)
	return l, namespace
}
