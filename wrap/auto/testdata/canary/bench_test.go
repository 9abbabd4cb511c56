package canary

import (
	"context"
	"strconv"
	"testing"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/redis/go-redis/v9"
)

// Run plainly and woven, the difference is what weaving costs a call:
//
//	go test -bench . -count 5
//	cachemeter auto test -bench . -count 5

func BenchmarkLRU(b *testing.B) {
	c, err := lru.New[string, int](1024)
	if err != nil {
		b.Fatal(err)
	}
	keys := make([]string, 2048)
	for i := range keys {
		keys[i] = "user:" + strconv.Itoa(i)
		if i < 1024 {
			c.Add(keys[i], i)
		}
	}
	b.Run("hit", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c.Get(keys[i&1023])
		}
	})
	b.Run("miss", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c.Get(keys[1024+i&1023])
		}
	})
	b.Run("replace", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			c.Add(keys[i&1023], i)
		}
	})
}

// answer is a hook that answers in the server's place.
type answer struct{}

func (answer) DialHook(next redis.DialHook) redis.DialHook { return next }

func (answer) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(context.Context, redis.Cmder) error { return nil }
}

func (answer) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(context.Context, []redis.Cmder) error { return nil }
}

func BenchmarkRedis(b *testing.B) {
	c := redis.NewClient(&redis.Options{Addr: "127.0.0.1:1"})
	c.AddHook(answer{})
	ctx := context.Background()
	b.ReportAllocs()
	for b.Loop() {
		c.Get(ctx, "user:1")
	}
}
