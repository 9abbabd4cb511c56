package replay

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// Redis is a Redis, counted by the hook of redismeter on an ordinary client.
type Redis struct {
	client *redis.Client
	prefix string
	ttl    time.Duration
}

var _ Cache = (*Redis)(nil)

// NewRedis returns a cache in the Redis that options lead to. It counts under
// [Namespace]. Its keys are its own, so that it begins empty on any server and meets
// nobody else's keys; they expire ttl after they were set.
func NewRedis(options *redis.Options, ttl time.Duration, tracker *metrics.Tracker) (*Redis, error) {
	client := redis.NewClient(options)
	if err := redismeter.Instrument(client, tracker); err != nil {
		client.Close()
		return nil, err
	}
	tracker.Namespace(Namespace) // it exists, with zeros, before the first lookup
	prefix := fmt.Sprintf("%s:%d-%d:", Namespace, os.Getpid(), time.Now().UnixNano())
	return &Redis{client: client, prefix: prefix, ttl: ttl}, nil
}

// Get is a GET.
func (c *Redis) Get(ctx context.Context, key string) (bool, error) {
	err := c.client.Get(ctx, c.prefix+key).Err()
	if errors.Is(err, redis.Nil) {
		return false, nil
	}
	return err == nil, err
}

// Set is a SET of one byte.
func (c *Redis) Set(ctx context.Context, key string) error {
	return c.client.Set(ctx, c.prefix+key, "1", c.ttl).Err()
}

// Close ends the connections. The keys stay until they expire.
func (c *Redis) Close() { c.client.Close() }
