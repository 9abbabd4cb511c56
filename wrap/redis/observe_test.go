package redismeter_test

import (
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/internal/journal"
)

func TestKeysGoToWhoListens(t *testing.T) {
	client, tracker, _ := newMini(t)
	client.Get(ctx, "user:unheard")
	j, stop := journal.Of(tracker)

	client.Get(ctx, "user:1")
	client.Set(ctx, "user:1", "Ada", time.Minute)
	client.Get(ctx, "user:1")
	client.Set(ctx, "user:1", "Ada", 1500*time.Millisecond)
	client.Do(ctx, "setex", "user:1", 3600, "Ada")
	client.SetArgs(ctx, "user:1", "Ada", redis.SetArgs{KeepTTL: true})
	client.SetNX(ctx, "user:1", "Bob", 0)
	client.Del(ctx, "user:1")
	require.Equal(t, []string{
		"miss user:1", "set for 1m0s user:1", "hit user:1", "set for 1.5s user:1", "set for 1h0m0s user:1", "set user:1", "delete user:1",
	}, j.Take())

	client.MSet(ctx, "user:1", 1, "cart:2", 2)
	client.MGet(ctx, "user:1", "cart:2", "cart:3")
	client.Del(ctx, "user:1", "cart:2")
	require.Equal(t, []string{
		"set user:1", "set cart:2", "hit user:1", "hit cart:2", "miss cart:3", "delete user:1", "delete cart:2",
	}, j.Take())

	client.HSet(ctx, "user:h", "name", "Ada")
	client.HGetAll(ctx, "user:h")
	client.HMGet(ctx, "user:h", "name", "age")
	client.HGet(ctx, "user:h", "name")
	require.Equal(t, []string{"hit user:h", "hit user:h", "miss user:h", "hit user:h"}, j.Take())

	client.Get(ctx, "user:h") // WRONGTYPE
	require.Empty(t, j.Take(), "an error says nothing of a key")

	_, _ = client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, "user:1", 1, time.Second)
		p.Get(ctx, "user:1")
		p.Get(ctx, "user:2")
		p.MGet(ctx, "user:1", "user:2")
		p.GetDel(ctx, "user:1")
		return nil
	})
	require.Equal(t, []string{
		"set for 1s user:1", "hit user:1", "miss user:2", "hit user:1", "miss user:2", "hit user:1", "delete user:1",
	}, j.Take())

	client.Do(ctx, "SET", []byte("user:b"), "x", "EXAT", time.Now().Add(time.Hour).Unix())
	client.Do(ctx, "get", []byte("user:b"))
	told := j.Take()
	require.Len(t, told, 2)
	require.Regexp(t, `^set for (1h0m0|59m\d\d(\.\d+)?)s user:b$`, told[0])
	require.Equal(t, "hit user:b", told[1])

	stop()
	client.Get(ctx, "user:unheard")
	require.Empty(t, j.Take())
}
