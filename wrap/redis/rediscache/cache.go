package rediscache

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/wrap/generic"
)

var (
	_ generic.Cache[string, int]       = (*Cache[int])(nil)
	_ generic.BatchGetter[string, int] = (*Cache[int])(nil)
	_ generic.BatchSetter[string, int] = (*Cache[int])(nil)
)

// Cache is a [generic.Cache] in Redis, of string keys, safe for concurrent use. It is
// made by [New].
type Cache[V any] struct {
	client redis.Cmdable
	codec  Codec[V]
	prefix string
	ttl    time.Duration
}

// Option changes how [New] makes a cache.
type Option func(*options)

type options struct {
	prefix string
	ttl    time.Duration
}

// WithPrefix puts prefix before every key, such as "user:".
func WithPrefix(prefix string) Option {
	return func(o *options) { o.prefix = prefix }
}

// WithTTL sets the time to live of a value that is set with ttl 0: none unless told, and
// for a ttl below 1.
func WithTTL(ttl time.Duration) Option {
	return func(o *options) { o.ttl = max(ttl, 0) }
}

// New makes a cache of client, which is any of go-redis's: *redis.Client,
// *redis.ClusterClient, *redis.Ring, a redis.UniversalClient. It fails without a client
// or a codec.
func New[V any](client redis.Cmdable, codec Codec[V], opts ...Option) (*Cache[V], error) {
	if client == nil {
		return nil, errors.New("rediscache: nil client")
	}
	if codec == nil {
		return nil, errors.New("rediscache: nil codec")
	}
	var o options
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return &Cache[V]{client: client, codec: codec, prefix: o.prefix, ttl: o.ttl}, nil
}

// Unwrap returns the client.
func (c *Cache[V]) Unwrap() any { return c.client }

// Get sends GET. redis.Nil is "absent"; any other error of Redis, and one of the codec,
// is returned as it is.
func (c *Cache[V]) Get(ctx context.Context, key string) (value V, ok bool, err error) {
	return c.answer(c.client.Get(ctx, c.prefix+key))
}

func (c *Cache[V]) answer(cmd *redis.StringCmd) (value V, ok bool, err error) {
	data, err := cmd.Bytes()
	if errors.Is(err, redis.Nil) {
		return value, false, nil
	}
	if err != nil {
		return value, false, err
	}
	value, err = c.codec.Decode(data)
	return value, err == nil, err
}

// Set sends SET. Redis keeps time in milliseconds: a shorter ttl is one millisecond.
func (c *Cache[V]) Set(ctx context.Context, key string, value V, ttl time.Duration) error {
	ttl, err := c.timeToLive(ttl)
	if err != nil {
		return err
	}
	data, err := c.codec.Encode(value)
	if err != nil {
		return err
	}
	return c.client.Set(ctx, c.prefix+key, data, ttl).Err()
}

// timeToLive refuses negative times: go-redis takes -1 for "keep the old value's".
func (c *Cache[V]) timeToLive(ttl time.Duration) (time.Duration, error) {
	switch {
	case ttl < 0:
		return 0, fmt.Errorf("rediscache: negative ttl %v", ttl)
	case ttl == 0:
		return c.ttl, nil
	default:
		return max(ttl, time.Millisecond), nil
	}
}

// Delete sends DEL.
func (c *Cache[V]) Delete(ctx context.Context, key string) error {
	return c.client.Del(ctx, c.prefix+key).Err()
}

// GetMany sends a GET for each key in one pipeline, which unlike MGET may span the slots
// of a cluster. An error is a [*generic.BatchError]; the keys that were answered are in
// the map all the same.
func (c *Cache[V]) GetMany(ctx context.Context, keys []string) (map[string]V, error) {
	values := make(map[string]V, len(keys))
	if len(keys) == 0 {
		return values, nil
	}
	cmds := make([]*redis.StringCmd, len(keys))
	// The pipeline's own error is that of its first bad command, redis.Nil too: each
	// command's says more.
	_, _ = c.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, key := range keys {
			cmds[i] = p.Get(ctx, c.prefix+key)
		}
		return nil
	})
	failed := map[string]error{}
	for i, cmd := range cmds {
		value, ok, err := c.answer(cmd)
		if ok {
			values[keys[i]] = value
		} else if err != nil {
			failed[keys[i]] = err
		}
	}
	if len(failed) > 0 {
		return values, &generic.BatchError[string]{Failed: failed}
	}
	return values, nil
}

// SetMany sends a SET for each entry in one pipeline, or nothing where a value cannot be
// encoded. Of several errors it returns the first.
func (c *Cache[V]) SetMany(ctx context.Context, entries map[string]V, ttl time.Duration) error {
	ttl, err := c.timeToLive(ttl)
	if err != nil || len(entries) == 0 {
		return err
	}
	_, err = c.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for key, value := range entries {
			data, err := c.codec.Encode(value)
			if err != nil {
				return err
			}
			p.Set(ctx, c.prefix+key, data, ttl)
		}
		return nil
	})
	return err
}
