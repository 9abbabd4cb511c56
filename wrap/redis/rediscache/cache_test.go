package rediscache_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	"github.com/cachemeter/cachemeter/wrap/generic/cachetest"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
	"github.com/cachemeter/cachemeter/wrap/redis/rediscache"
)

func connect(t testing.TB, addr string) *redis.Client {
	client := redis.NewClient(&redis.Options{Addr: addr})
	t.Cleanup(func() { client.Close() })
	return client
}

type user struct {
	Name string
	Age  int
}

func newCache[V any](t testing.TB, client redis.Cmdable, codec rediscache.Codec[V], opts ...rediscache.Option) *rediscache.Cache[V] {
	c, err := rediscache.New(client, codec, opts...)
	require.NoError(t, err)
	return c
}

// suites runs the conformance suite with every codec. Each cache has keys of its own.
func suites(t *testing.T, client *redis.Client, wait func(time.Duration), ttl time.Duration) {
	made := 0
	prefix := func() rediscache.Option {
		made++
		return rediscache.WithPrefix(fmt.Sprintf("cache%d:", made))
	}
	operations := 2000
	if testing.Short() {
		operations /= 4
	}
	t.Run("bytes", func(t *testing.T) {
		cachetest.Suite[string, []byte]{
			New: func(t testing.TB) generic.Cache[string, []byte] {
				return newCache(t, client, rediscache.Bytes(), prefix())
			},
			Key:   strconv.Itoa,
			Value: func(i int) []byte { return []byte(strconv.Itoa(i)) },
			Equal: func(a, b []byte) bool { return string(a) == string(b) },
			Wait:  wait, TTL: ttl, Operations: operations,
		}.Run(t)
	})
	t.Run("string", func(t *testing.T) {
		cachetest.Suite[string, string]{
			New: func(t testing.TB) generic.Cache[string, string] {
				return newCache(t, client, rediscache.String(), prefix())
			},
			Key: strconv.Itoa, Value: strconv.Itoa,
			Wait: wait, TTL: ttl, Operations: operations, Seeds: 1,
		}.Run(t)
	})
	t.Run("JSON", func(t *testing.T) {
		cachetest.Suite[string, user]{
			New: func(t testing.TB) generic.Cache[string, user] {
				return newCache(t, client, rediscache.JSON[user](), prefix())
			},
			Key:   strconv.Itoa,
			Value: func(i int) user { return user{strconv.Itoa(i), i} },
			Wait:  wait, TTL: ttl, Operations: operations, Seeds: 1,
		}.Run(t)
	})
	t.Run("binary", func(t *testing.T) {
		cachetest.Suite[string, time.Time]{
			New: func(t testing.TB) generic.Cache[string, time.Time] {
				return newCache(t, client, rediscache.Binary[time.Time](), prefix())
			},
			Key:   strconv.Itoa,
			Value: func(i int) time.Time { return time.Unix(int64(i), 0).UTC() },
			Equal: time.Time.Equal,
			Wait:  wait, TTL: ttl, Operations: operations, Seeds: 1,
		}.Run(t)
	})
}

func TestConformance(t *testing.T) {
	server := miniredis.RunT(t)
	suites(t, connect(t, server.Addr()), server.FastForward, time.Second)
}

func TestConformanceOnARealServer(t *testing.T) {
	suites(t, connect(t, redistest.Start(t).Addr), nil, 0)
}

func TestTTLOnARealServer(t *testing.T) {
	client := connect(t, redistest.Start(t).Addr)
	c := newCache(t, client, rediscache.String())
	require.NoError(t, c.Set(t.Context(), "k", "v", 10*time.Millisecond))
	require.Eventually(t, func() bool {
		_, ok, err := c.Get(t.Context(), "k")
		return !ok && err == nil
	}, 10*time.Second, 5*time.Millisecond)
}

// Batches span the slots of a cluster, which an MGET may not.
func TestBatchesOnACluster(t *testing.T) {
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: redistest.StartCluster(t).Addrs()})
	t.Cleanup(func() { client.Close() })
	namespace := metrics.NewTracker().Namespace("n")
	c := generic.Wrap(newCache(t, client, rediscache.String()), namespace)
	entries := map[string]string{}
	keys := []string{"absent"}
	for i := range 50 {
		entries[strconv.Itoa(i)] = "v"
		keys = append(keys, strconv.Itoa(i))
	}
	require.NoError(t, generic.SetMany(t.Context(), c, entries, 0))
	found, err := generic.GetMany(t.Context(), c, keys)
	require.NoError(t, err)
	require.Equal(t, entries, found)
	s := namespace.Stats()
	require.EqualValues(t, 50, s.Sets)
	require.EqualValues(t, 50, s.Hits)
	require.EqualValues(t, 1, s.Misses)
	require.Zero(t, s.Errors)
}

func TestWhatCannotBeReadIsAnError(t *testing.T) {
	server := miniredis.RunT(t)
	client := redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1})
	t.Cleanup(func() { client.Close() })
	namespace := metrics.NewTracker().Namespace("n")
	c := generic.Wrap(newCache(t, client, rediscache.JSON[user](), rediscache.WithPrefix("user:")), namespace)
	server.Set("user:broken", "{")
	_, err := server.Push("user:list", "x")
	require.NoError(t, err)
	require.NoError(t, c.Set(t.Context(), "ann", user{"Ann", 41}, 0))

	for _, key := range []string{"broken", "list"} {
		_, ok, err := c.Get(t.Context(), key)
		require.False(t, ok)
		require.Error(t, err)
	}
	values, err := generic.GetMany(t.Context(), c, []string{"ann", "none", "list", "ann"})
	require.ErrorContains(t, err, "WRONGTYPE")
	require.Equal(t, map[string]user{"ann": {"Ann", 41}}, values)
	s := namespace.Stats()
	require.EqualValues(t, 2, s.Hits)
	require.EqualValues(t, 3, s.Errors)
	require.EqualValues(t, 1, s.Misses)

	server.Close()
	_, ok, err := c.Get(t.Context(), "ann")
	require.False(t, ok)
	require.Error(t, err)
	require.Error(t, c.Delete(t.Context(), "ann"))
	require.Error(t, generic.SetMany(t.Context(), c, map[string]user{"a": {}, "b": {}}, 0))
}

func TestTimeToLive(t *testing.T) {
	server := miniredis.RunT(t)
	c := newCache(t, connect(t, server.Addr()), rediscache.String(), rediscache.WithTTL(time.Minute), nil)
	for _, test := range []struct{ given, want time.Duration }{
		{0, time.Minute}, {time.Hour, time.Hour}, {time.Nanosecond, time.Millisecond},
	} {
		require.NoError(t, c.Set(t.Context(), "k", "v", test.given))
		require.Equal(t, test.want, server.TTL("k"))
		require.NoError(t, c.SetMany(t.Context(), map[string]string{"m": "v"}, test.given))
		require.Equal(t, test.want, server.TTL("m"))
	}
	require.EqualError(t, c.Set(t.Context(), "k", "v", -1), "rediscache: negative ttl -1ns")
	require.EqualError(t, c.SetMany(t.Context(), map[string]string{"k": "v"}, -1), "rediscache: negative ttl -1ns")
}

func TestEncodingErrorsAreReturned(t *testing.T) {
	server := miniredis.RunT(t)
	c := newCache(t, connect(t, server.Addr()), rediscache.JSON[func()]())
	require.Error(t, c.Set(t.Context(), "k", func() {}, 0))
	require.Error(t, c.SetMany(t.Context(), map[string]func(){"k": nil, "l": func() {}}, 0))
	require.Empty(t, server.Keys())
}

func TestNewRefusesWhatCannotBe(t *testing.T) {
	_, err := rediscache.New(nil, rediscache.Bytes())
	require.EqualError(t, err, "rediscache: nil client")
	_, err = rediscache.New[int](redis.NewClient(&redis.Options{}), nil)
	require.EqualError(t, err, "rediscache: nil codec")
}

func TestTheClientStaysReachable(t *testing.T) {
	server := miniredis.RunT(t)
	client := connect(t, server.Addr())
	c := generic.Wrap(newCache(t, client, rediscache.Bytes()), nil)
	found, ok := generic.As[*redis.Client](c)
	require.True(t, ok)
	require.Same(t, client, found)
}
