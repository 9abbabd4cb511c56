package demo

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

// errAbsent says that a cache has no such key: what redis.Nil is to a Redis client.
var errAbsent = errors.New("demo: not in the cache")

// answer is what one key of a read got: a value, errAbsent, or the failure.
type answer struct {
	value string
	err   error
}

// readKind is how a namespace's values are read from Redis, and so how they lie there.
type readKind int

const (
	readGet readKind = iota
	readMGet
	readHGetAll
	readPipeline
)

// remote is a program's code for values in Redis: plain go-redis, no word of counting.
type remote struct {
	client redis.UniversalClient
	kind   readKind
}

// read returns one answer for each key, in their order.
func (r remote) read(ctx context.Context, keys []string) []answer {
	answers := make([]answer, len(keys))
	switch r.kind {
	case readMGet:
		values, err := r.client.MGet(ctx, keys...).Result()
		for i := range answers {
			switch {
			case err != nil:
				answers[i].err = err
			case values[i] == nil:
				answers[i].err = errAbsent
			default:
				answers[i].value, _ = values[i].(string)
			}
		}
	case readPipeline:
		pipeline := r.client.Pipeline()
		replies := make([]*redis.StringCmd, len(keys))
		for i, key := range keys {
			replies[i] = pipeline.Get(ctx, key)
		}
		_, err := pipeline.Exec(ctx)
		for i, reply := range replies {
			answers[i] = answerOf(reply.Result())
			if err != nil && unanswered(replies) {
				answers[i].err = err
			}
		}
	case readHGetAll:
		for i, key := range keys {
			fields, err := r.client.HGetAll(ctx, key).Result()
			if err == nil && len(fields) == 0 {
				err = errAbsent
			}
			answers[i] = answer{fields["value"], err}
		}
	case readGet:
		for i, key := range keys {
			answers[i] = answerOf(r.client.Get(ctx, key).Result())
		}
	}
	return answers
}

// unanswered tells whether no reply has an error of its own. When a pipeline fails
// all the same it was never sent: go-redis does not put the failure to connect into
// the replies.
func unanswered(replies []*redis.StringCmd) bool {
	return !slices.ContainsFunc(replies, func(reply *redis.StringCmd) bool { return reply.Err() != nil })
}

func answerOf(value string, err error) answer {
	if errors.Is(err, redis.Nil) {
		err = errAbsent
	}
	return answer{value, err}
}

// write puts the value there in the form that read expects.
func (r remote) write(ctx context.Context, key, value string, ttl time.Duration) error {
	if r.kind != readHGetAll {
		return r.client.Set(ctx, key, value, ttl).Err()
	}
	_, err := r.client.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, key, "value", value, "kind", "demo")
		p.PExpire(ctx, key, ttl)
		return nil
	})
	return err
}

func (r remote) delete(ctx context.Context, key string) error {
	return r.client.Del(ctx, key).Err()
}
