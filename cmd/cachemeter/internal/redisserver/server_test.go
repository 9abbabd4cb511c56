package redisserver_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/redisserver"
)

func TestParseAddress(t *testing.T) {
	for _, test := range []struct {
		address, addr string
		db            int
		err           string
	}{
		{address: "127.0.0.1:6379", addr: "127.0.0.1:6379"},
		{address: "[::1]:6379", addr: "[::1]:6379"},
		{address: "redis://example.com:1234/5", addr: "example.com:1234", db: 5},
		{address: "localhost", err: `"localhost": want HOST:PORT or redis://HOST:PORT/DB`},
		{address: "localhost:", err: `"localhost:": want HOST:PORT or redis://HOST:PORT/DB`},
		{address: "", err: `"": want HOST:PORT or redis://HOST:PORT/DB`},
		{address: "http://localhost", err: `"http://localhost": redis: invalid URL scheme: http`},
	} {
		t.Run(test.address, func(t *testing.T) {
			options, err := redisserver.ParseAddress(test.address)
			if test.err != "" {
				require.EqualError(t, err, test.err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, test.addr, options.Addr)
			require.Equal(t, test.db, options.DB)
		})
	}
}

func TestConnectNobodyListens(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())
	_, err = redisserver.Connect(t.Context(), &redis.Options{Addr: address})
	require.ErrorContains(t, err, "no redis answers at "+address)
	require.ErrorContains(t, err, "connection refused")
}

func TestConnect(t *testing.T) {
	embedded, err := redisserver.Embedded()
	require.NoError(t, err)
	defer embedded.Close()
	server, err := redisserver.Connect(t.Context(), &redis.Options{Addr: embedded.Options().Addr})
	require.NoError(t, err)
	require.Equal(t, "the redis at "+embedded.Options().Addr, server.Name())

	client := redis.NewClient(server.Options())
	defer client.Close()
	require.NoError(t, client.Set(t.Context(), "key", "value", time.Second).Err())
	server.Advance(time.Hour) // a real server's time is its own
	server.Close()            // and it is not ours to stop
	require.Equal(t, "value", client.Get(t.Context(), "key").Val())
	embedded.Advance(time.Second)
	require.ErrorIs(t, client.Get(t.Context(), "key").Err(), redis.Nil)
}

func ExampleEmbedded() {
	server, err := redisserver.Embedded()
	if err != nil {
		fmt.Println(err)
		return
	}
	defer server.Close()
	client := redis.NewClient(server.Options())
	defer client.Close()
	fmt.Println(server.Name(), "says", client.Ping(context.Background()).Val())
	// Output: an embedded redis says PONG
}
