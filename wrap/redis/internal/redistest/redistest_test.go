package redistest_test

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

var ctx = context.Background()

func TestServerStartsAndDies(t *testing.T) {
	s := redistest.Start(t)
	client := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1})
	defer client.Close()
	require.NoError(t, client.Set(ctx, "k", "v", 0).Err())
	s.Kill()
	s.Kill()
	require.Error(t, client.Get(ctx, "k").Err())
}

func TestScriptedAnswers(t *testing.T) {
	s := redistest.StartScripted(t, func(args []string) string {
		if args[0] == "get" {
			return redistest.Bulk("scripted " + args[1])
		}
		return ""
	})
	client := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1})
	defer client.Close()
	require.Equal(t, "scripted k", client.Get(ctx, "k").Val())
	s.Answer(func([]string) string { return redistest.Hangup })
	require.Error(t, client.Get(ctx, "k").Err())
}
