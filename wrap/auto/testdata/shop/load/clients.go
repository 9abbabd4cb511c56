package load

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"

	"example.com/sdk"
	"example.com/shop/session"
)

// Clients asks every kind of client and returns what they answered.
func Clients(ctx context.Context, flags *sdk.Flags) (seen []string) {
	say := func(what ...any) { seen = append(seen, fmt.Sprint(what...)) }

	say(session.Shared.Set(ctx, "user:1", "Ada", 0).Err())
	say(session.Shared.Get(ctx, "user:1").Result())
	say(session.Shared.Get(ctx, "user:2").Result())
	say(session.Shared.MGet(ctx, "user:1", "user:2", "order:3").Result())
	say(session.Shared.HGet(ctx, "user:1", "x").Err() != nil)

	byValue := session.NewByValue()
	cmds, err := byValue.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "user:1")
		p.Get(ctx, "order:9")
		p.Del(ctx, "order:9")
		return nil
	})
	say(len(cmds), err)
	cmds, err = byValue.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "user:1")
		p.Get(ctx, "user:8")
		return nil
	})
	say(len(cmds), err)
	say(byValue.Watch(ctx, func(tx *redis.Tx) error { return tx.Get(ctx, "user:1").Err() }, "user:1"))
	conn := byValue.Conn()
	say(conn.Get(ctx, "user:1").Result())
	conn.Close()

	universal := session.NewUniversal()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() { universal.Get(ctx, fmt.Sprint("user:", i)) })
	}
	all.Wait()

	cluster := session.NewCluster()
	say(cluster.Set(ctx, "basket:1", "x", 0).Err())
	for i := range 5 {
		say(cluster.Get(ctx, fmt.Sprint("basket:", i)).Result())
	}

	ring := session.NewRing()
	for i := range 20 {
		if i%3 == 0 {
			ring.Set(ctx, fmt.Sprint("visit:", i), i, 0)
		}
	}
	for i := range 20 {
		say(ring.Get(ctx, fmt.Sprint("visit:", i)).Result())
	}

	say(session.NewNowhere().Get(ctx, "lost:1").Err() != nil)

	say(flags.Set(ctx, "dark", true))
	for _, name := range []string{"dark", "beta", "dark", "beta", "new", "dark"} {
		on, err := flags.On(ctx, name)
		say(on, errors.Is(err, redis.Nil))
	}
	return seen
}
