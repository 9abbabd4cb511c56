package demo

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func TestWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := wallClock{time.Now()}
		require.True(t, clock.Sleep(t.Context(), time.Second))
		require.Equal(t, time.Second, clock.Now())
		require.True(t, clock.Sleep(t.Context(), -time.Second))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.False(t, clock.Sleep(ctx, time.Hour))
		require.Equal(t, 2*time.Second, clock.Now())
		require.False(t, clock.Sleep(ctx, 0))
	})
}

func TestVirtualClock(t *testing.T) {
	clock := &virtualClock{sleepers: 4}
	require.True(t, clock.Sleep(t.Context(), time.Hour))
	require.True(t, clock.Sleep(t.Context(), -time.Minute))
	require.Equal(t, 15*time.Minute, clock.Now())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.False(t, clock.Sleep(ctx, time.Second))
}

func TestOrigin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	clock := &virtualClock{sleepers: 1}
	o := origin{clock: clock, latency: 10 * time.Millisecond, failures: 0.25}
	const loads = 10_000
	failed := 0
	for range loads {
		_, took, err := o.load(t.Context(), random, "key")
		require.GreaterOrEqual(t, took, 5*time.Millisecond)
		if err != nil {
			require.ErrorIs(t, err, errOrigin)
			failed++
		}
	}
	require.InDelta(t, 0.25, float64(failed)/loads, 0.02)
	require.InEpsilon(t, loads*10*time.Millisecond, clock.Now(), 0.05)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := o.load(ctx, random, "key")
	require.ErrorIs(t, err, context.Canceled)
}

// A cut loses exactly the command that is sent next, and only on its connection.
func TestCut(t *testing.T) {
	var far []net.Conn
	n := &network{dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		far = append(far, there)
		return here, nil
	}}
	dial := func() net.Conn {
		conn, err := n.Dial(t.Context(), "tcp", "redis:6379")
		require.NoError(t, err)
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	first, second := dial(), dial()
	n.Cut()
	n.Cut()
	for range 2 {
		written, err := first.Write([]byte("GET a"))
		require.NoError(t, err)
		require.Equal(t, 5, written)
	}
	_, err := first.Read(make([]byte, 5))
	require.ErrorIs(t, err, io.EOF)
	require.NoError(t, first.SetReadDeadline(time.Now()), "as with a socket whose other end is gone")

	go second.Write([]byte("GET b"))
	got := make([]byte, 5)
	_, err = io.ReadFull(far[1], got)
	require.NoError(t, err)
	require.Equal(t, "GET b", string(got))
	require.NoError(t, first.Close())
	_, err = far[0].Read(got)
	require.ErrorIs(t, err, io.EOF, "the server saw nothing of the lost command")

	refused := &network{dial: func(context.Context, string, string) (net.Conn, error) { return nil, io.ErrClosedPipe }}
	_, err = refused.Dial(t.Context(), "tcp", "redis:6379")
	require.Equal(t, io.ErrClosedPipe, err)
}

func TestLocalExpires(t *testing.T) {
	figure := metrics.NewTracker().Tier("user", tierLocal)
	l, err := newLocal(figure, 2, 10*time.Second)
	require.NoError(t, err)
	has := func(key string) bool {
		_, ok := l.get(key)
		return ok
	}
	l.set("a", "1", 0)
	l.set("b", "1", 2*time.Second)
	l.set("a", "2", 5*time.Second) // lives until 15s
	l.expire(10 * time.Second)
	require.True(t, has("a"))
	require.True(t, has("b"))
	l.expire(12 * time.Second)
	require.True(t, has("a"))
	require.False(t, has("b"))
	l.expire(15 * time.Second)
	require.False(t, has("a"))
	require.Empty(t, l.due)
	require.EqualValues(t, 2, figure.Stats().Expirations)
	require.Zero(t, figure.Stats().Deletes)
	require.Zero(t, figure.Stats().Evictions)

	_, err = newLocal(figure, 0, time.Second)
	require.Error(t, err)
}

// The same seed and worker give the same steps; another worker gives others.
func TestScriptRepeats(t *testing.T) {
	var stacks []*stack
	for _, n := range namespaces {
		stacks = append(stacks, &stack{namespace: n})
	}
	steps := func(seed, worker uint64) (list []step) {
		script := newScript(stacks, seed, worker)
		for range 20_000 {
			s := script.next()
			s.random = nil
			list = append(list, s)
		}
		return list
	}
	first := steps(1, 0)
	require.Equal(t, first, steps(1, 0))
	require.NotEqual(t, first, steps(2, 0))
	require.NotEqual(t, first, steps(1, 1))

	count := map[stepKind]int{}
	reads := map[string]int{}
	for _, s := range first {
		count[s.kind]++
		reads[s.stack.name]++
		if s.kind == stepForeign {
			require.Equal(t, "profile", s.stack.name)
		}
	}
	require.InDelta(t, 800, count[stepChange], 150)
	require.InDelta(t, 80, count[stepForeign], 50)
	require.InDelta(t, 8000, reads["user"], 400)
	require.InDelta(t, 2000, reads["rate"], 200)
}
