package redismeter_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

// failure is one way in which all commands fail, and the class of their errors.
type failure struct {
	name    string
	answer  func(args []string) string // of a scripted server
	options func(o *redis.Options)
	ctx     func(t *testing.T) context.Context
	before  func(t *testing.T, c *redis.Client)
	class   metrics.ErrorClass
}

func always(reply string) func([]string) string { return scriptOf(reply) }

func live(*testing.T) context.Context { return ctx }

var refusedSetup = func(args []string) string {
	switch args[0] {
	case "hello":
		return "-ERR unknown command\r\n"
	case "auth":
		return "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
	case "select":
		return "-ERR DB index is out of range\r\n"
	}
	return redistest.Bulk("never asked for")
}

var failures = []failure{
	{name: "connection refused", class: metrics.ConnectionError,
		options: func(o *redis.Options) { o.Addr = "127.0.0.1:1" }},
	{name: "connection dropped", class: metrics.ConnectionError, answer: always(redistest.Hangup)},
	{name: "no answer in time", class: metrics.TimeoutError, answer: always(redistest.Silence),
		options: func(o *redis.Options) { o.ReadTimeout = 30 * time.Millisecond }},
	{name: "pool timeout", class: metrics.TimeoutError, answer: always("$-1\r\n"),
		options: func(o *redis.Options) {
			o.PoolSize, o.PoolTimeout = 1, 20*time.Millisecond
			// Newer versions of go-redis have a second pool for pipelines, unless told not to.
			if second := reflect.ValueOf(o).Elem().FieldByName("PipelinePoolSize"); second.IsValid() {
				second.SetInt(-1)
			}
		},
		before: func(t *testing.T, c *redis.Client) {
			conn := c.Conn() // takes the only connection
			t.Cleanup(func() { _ = conn.Close() })
			require.ErrorIs(t, conn.Get(ctx, "unhooked").Err(), redis.Nil)
		}},
	{name: "closed client", class: metrics.ConnectionError, answer: always("$-1\r\n"),
		before: func(t *testing.T, c *redis.Client) { require.NoError(t, c.Close()) }},
	{name: "cancelled context", class: metrics.CancelledError, answer: always("$-1\r\n"),
		ctx: func(t *testing.T) context.Context {
			cancelled, cancel := context.WithCancel(ctx)
			cancel()
			return cancelled
		}},
	{name: "deadline passed before", class: metrics.TimeoutError, answer: always("$-1\r\n"),
		ctx: func(t *testing.T) context.Context {
			over, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
			t.Cleanup(cancel)
			return over
		}},
	{name: "deadline during I/O, heeded", class: metrics.TimeoutError, answer: always(redistest.Silence),
		options: func(o *redis.Options) { o.ContextTimeoutEnabled = true },
		ctx: func(t *testing.T) context.Context {
			soon, cancel := context.WithTimeout(ctx, 30*time.Millisecond)
			t.Cleanup(cancel)
			return soon
		}},
	{name: "NOAUTH", class: metrics.ServerError, answer: always("-NOAUTH Authentication required.\r\n")},
	{name: "WRONGTYPE", class: metrics.ServerError, answer: always("-WRONGTYPE Operation against a key holding the wrong kind of value\r\n")},
	{name: "NOPERM", class: metrics.ServerError, answer: always("-NOPERM User has no permissions\r\n")},
	{name: "LOADING", class: metrics.ServerError, answer: always("-LOADING Redis is loading the dataset in memory\r\n")},
	{name: "READONLY", class: metrics.ServerError, answer: always("-READONLY You can't write against a read only replica.\r\n")},
	{name: "CLUSTERDOWN", class: metrics.ServerError, answer: always("-CLUSTERDOWN The cluster is down\r\n")},
	{name: "OOM", class: metrics.ServerError, answer: always("-OOM command not allowed\r\n")},
	{name: "setup refused: WRONGPASS", class: metrics.ServerError, answer: refusedSetup,
		options: func(o *redis.Options) { o.Password = "wrong" }},
	{name: "setup refused: DB index is out of range", class: metrics.ServerError, answer: refusedSetup,
		options: func(o *redis.Options) { o.DB = 99 }},
	{name: "setup refused: OnConnect", class: metrics.OtherError, answer: always("$-1\r\n"),
		options: func(o *redis.Options) {
			o.OnConnect = func(context.Context, *redis.Conn) error { return errors.New("not today") }
		}},
	{name: "refused by the Limiter", class: metrics.OtherError, answer: always("$-1\r\n"),
		options: func(o *redis.Options) { o.Limiter = closedLimiter{} }},
}

type closedLimiter struct{}

func (closedLimiter) Allow() error       { return errors.New("limited") }
func (closedLimiter) ReportResult(error) {}

// TestFailuresOfSingleCommands counts each failed command as an error of its class.
func TestFailuresOfSingleCommands(t *testing.T) {
	for _, f := range failures {
		t.Run(f.name, func(t *testing.T) {
			client, tracker, ctx := f.start(t)
			client.Get(ctx, "u:1")
			client.HGet(ctx, "u:2", "f")
			client.MGet(ctx, "u:3")
			f.require(t, tracker.Stats("u"))
		})
	}
}

// TestFailuresOfPipelines does the same in one batch: above all, a batch that was
// refused before it ran leaves its commands without error and must not count as hits.
func TestFailuresOfPipelines(t *testing.T) {
	for _, f := range failures {
		for name, run := range batches {
			t.Run(f.name+" in a "+name, func(t *testing.T) {
				client, tracker, ctx := f.start(t)
				err := run(ctx, client, func(p redis.Pipeliner) {
					p.Get(ctx, "u:1")
					p.HGet(ctx, "u:2", "f")
					p.MGet(ctx, "u:3")
				})
				require.Error(t, err)
				f.require(t, tracker.Stats("u"))
			})
		}
	}
}

var batches = map[string]func(ctx context.Context, c *redis.Client, fill func(redis.Pipeliner)) error{
	"pipeline": func(ctx context.Context, c *redis.Client, fill func(redis.Pipeliner)) error {
		_, err := c.Pipelined(ctx, func(p redis.Pipeliner) error { fill(p); return nil })
		return err
	},
	"transaction": func(ctx context.Context, c *redis.Client, fill func(redis.Pipeliner)) error {
		_, err := c.TxPipelined(ctx, func(p redis.Pipeliner) error { fill(p); return nil })
		return err
	},
}

func (f *failure) start(t *testing.T) (*redis.Client, *metrics.Tracker, context.Context) {
	t.Helper()
	options := &redis.Options{Protocol: 2, MaxRetries: -1}
	if f.answer != nil {
		options.Addr = redistest.StartScripted(t, f.answer).Addr
	}
	if f.options != nil {
		f.options(options)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	if f.before != nil {
		f.before(t, client)
	}
	if f.ctx == nil {
		f.ctx = live
	}
	return client, tracker, f.ctx(t)
}

func (f *failure) require(t *testing.T, s metrics.Stats) {
	t.Helper()
	requireCounts(t, s, 0, 0, 3)
	require.EqualValues(t, 3, s.ErrorsByClass[f.class], "class %s: %v", f.class, s.ErrorsByClass)
}

func TestReplyOfAnotherTypeIsAnError(t *testing.T) {
	client, tracker := newScripted(t, func([]string) string { return "*1\r\n:1\r\n" })
	require.Error(t, client.Get(ctx, "u:1").Err())
	require.Error(t, client.HGetAll(ctx, "u:1").Err())
	requireCounts(t, tracker.Stats("u"), 0, 0, 2)
}

func TestConnectionDiesInMidPipeline(t *testing.T) {
	for name, end := range map[string]string{"dropped": redistest.Hangup, "no more answers": redistest.Silence} {
		t.Run(name, func(t *testing.T) {
			server := redistest.StartScripted(t, func(args []string) string {
				switch {
				case args[0] != "get":
					return ""
				case strings.HasPrefix(args[1], "u:miss"):
					return "$-1\r\n"
				case strings.HasPrefix(args[1], "u:hit"):
					return redistest.Bulk("v")
				}
				return end
			})
			client := redis.NewClient(&redis.Options{Addr: server.Addr, Protocol: 2, MaxRetries: -1, ReadTimeout: 200 * time.Millisecond})
			defer client.Close()
			tracker := metrics.NewTracker()
			require.NoError(t, redismeter.Instrument(client, tracker))
			keys := []string{"u:miss1", "u:hit1", "u:hit2", "u:end", "u:end"}
			got, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
				for _, key := range keys {
					p.Get(ctx, key)
				}
				return nil
			})
			require.Error(t, err)
			misses, failed := 0, 0
			for _, cmd := range got { // go-redis keeps read misses and overwrites read hits
				if errors.Is(cmd.Err(), redis.Nil) {
					misses++
				} else if cmd.Err() != nil {
					failed++
				}
			}
			require.Equal(t, 1, misses)
			requireCounts(t, tracker.Stats("u"), len(keys)-misses-failed, misses, failed)
		})
	}
}

func TestTooManyClients(t *testing.T) {
	server := redistest.Start(t, "--maxclients", "1")
	holder := redis.NewClient(&redis.Options{Addr: server.Addr})
	defer holder.Close()
	require.Eventually(t, func() bool { return holder.Ping(ctx).Err() == nil }, 5*time.Second, 10*time.Millisecond)
	client := redis.NewClient(&redis.Options{Addr: server.Addr, MaxRetries: -1})
	defer client.Close()
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	require.Error(t, client.Get(ctx, "u:1").Err())
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:2"); p.Get(ctx, "u:3"); return nil })
	require.Error(t, err)
	requireCounts(t, tracker.Stats("u"), 0, 0, 3)
}

func TestErrorInMidPipelineIsOneError(t *testing.T) {
	for _, reply := range []string{"-WRONGTYPE x\r\n", "-NOPERM x\r\n", "-LOADING x\r\n"} {
		client, tracker := newScripted(t, func(args []string) string {
			switch args[len(args)-1] {
			case "u:bad":
				return reply
			case "u:none":
				return "$-1\r\n"
			}
			return redistest.Bulk("v")
		})
		_, _ = client.Pipelined(ctx, func(p redis.Pipeliner) error {
			for _, key := range []string{"u:1", "u:bad", "u:none", "u:2"} {
				p.Get(ctx, key)
			}
			return nil
		})
		requireCounts(t, tracker.Stats("u"), 2, 1, 1, reply)
	}
}

func TestRetriedPipelineCountsItsLastAnswers(t *testing.T) {
	var loading atomic.Int32
	loading.Store(2)
	server := redistest.StartScripted(t, func([]string) string { return "" })
	server.Answer(func(args []string) string {
		if args[0] != "get" {
			return ""
		}
		if loading.Add(-1) >= 0 {
			return "-LOADING Redis is loading the dataset in memory\r\n"
		}
		return redistest.Bulk("v")
	})
	client := redis.NewClient(&redis.Options{Addr: server.Addr, Protocol: 2, MaxRetries: 3, MinRetryBackoff: time.Millisecond})
	defer client.Close()
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	cmds, err := client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:2"); return nil })
	require.NoError(t, err)
	require.Len(t, cmds, 2)
	requireCounts(t, tracker.Stats("u"), 2, 0, 0)
	loading.Store(1)
	require.NoError(t, client.Get(ctx, "u:1").Err())
	requireCounts(t, tracker.Stats("u"), 3, 0, 0, "one call, two attempts, one lookup")
}

func TestUnmarshalableArgument(t *testing.T) {
	client, tracker, _ := newMini(t)
	require.Error(t, client.Set(ctx, "u:1", struct{}{}, 0).Err())
	_, err := client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.Get(ctx, "u:2")
		p.Set(ctx, "u:1", make(chan int), 0)
		return nil
	})
	require.Error(t, err)
	requireCounts(t, tracker.Stats("u"), 0, 0, 3)
	require.EqualValues(t, 2, tracker.Stats("u").WriteErrors)
	require.Zero(t, tracker.Stats("u").Sets)
}

func TestDeadlineDuringIOIgnoredByDefault(t *testing.T) {
	over := make(chan struct{})
	client, tracker := newScripted(t, func([]string) string {
		<-over
		return "$-1\r\n"
	})
	soon, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		cancel()
		close(over)
	}()
	// Whether the cancellation comes before the connection is made is left open.
	if err := client.Get(soon, "u:1").Err(); errors.Is(err, redis.Nil) {
		requireCounts(t, tracker.Stats("u"), 0, 1, 0, "the answer came and was given")
	} else {
		require.ErrorIs(t, err, context.Canceled)
		requireCounts(t, tracker.Stats("u"), 0, 0, 1)
	}
}

func TestConnectionSetupIsNotCounted(t *testing.T) {
	// The server refuses HELLO, CLIENT SETINFO and CLIENT MAINT_NOTIFICATIONS, as old
	// ones do, inside the call that needs the connection.
	var asked sync.Map
	server := redistest.StartScripted(t, func(args []string) string {
		asked.Store(args[0], true)
		if args[0] == "get" {
			return redistest.Bulk("v")
		}
		return "-ERR unknown command\r\n"
	})
	client := redis.NewClient(&redis.Options{Addr: server.Addr, MaxRetries: -1})
	defer client.Close()
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker, redismeter.WithCommands(redismeter.CommandNames()...)))
	require.NoError(t, client.Get(ctx, "u:1").Err())
	_, hello := asked.Load("hello")
	require.True(t, hello)
	require.Len(t, tracker.AllStats(), 1)
	requireCounts(t, tracker.Stats("u"), 1, 0, 0)
}

func TestWrappedErrorsOfInnerHooks(t *testing.T) {
	for name, test := range map[string]struct {
		err                  error
		hits, misses, errors int
		class                metrics.ErrorClass
	}{
		"wrapped nil":    {fmt.Errorf("inner: %w", redis.Nil), 0, 1, 0, 0},
		"wrapped closed": {fmt.Errorf("inner: %w", redis.ErrClosed), 0, 0, 1, metrics.ConnectionError},
		"joined":         {errors.Join(errors.New("x"), &net.OpError{Op: "dial", Err: errors.New("refused")}), 0, 0, 1, metrics.ConnectionError},
		"unknown":        {errors.New("x"), 0, 0, 1, metrics.OtherError},
	} {
		tracker := metrics.NewTracker()
		hook, err := redismeter.NewHook(tracker)
		require.NoError(t, err)
		cmd := redis.NewStringCmd(ctx, "get", "u:1")
		require.Same(t, test.err, hook.ProcessHook(func(context.Context, redis.Cmder) error { return test.err })(ctx, cmd), name)
		requireCounts(t, tracker.Stats("u"), test.hits, test.misses, test.errors, name)
		require.EqualValues(t, test.errors, tracker.Stats("u").ErrorsByClass[test.class], name)
	}
}

// newScripted returns an instrumented client of a scripted server.
func newScripted(t *testing.T, answer func(args []string) string) (*redis.Client, *metrics.Tracker) {
	t.Helper()
	server := redistest.StartScripted(t, func(args []string) string {
		switch args[0] {
		case "hello", "client":
			return ""
		}
		return answer(args)
	})
	client := redis.NewClient(&redis.Options{Addr: server.Addr, Protocol: 2, MaxRetries: -1})
	t.Cleanup(func() { _ = client.Close() })
	tracker := metrics.NewTracker()
	require.NoError(t, redismeter.Instrument(client, tracker))
	return client, tracker
}
