package trust_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

type silentLogger struct{}

func (silentLogger) Printf(context.Context, string, ...any) {}

func TestMain(m *testing.M) {
	redis.SetLogger(silentLogger{})
	m.Run()
}

// inner is a user's own hook, between ours and the network: it writes down what passes
// and does the deeds of a script.
type inner struct {
	deed byte
	seen []string
}

func (h *inner) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *inner) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if isSetup(cmd) {
			return next(ctx, cmd)
		}
		h.seen = append(h.seen, fmt.Sprint(cmd.Args()))
		if replace, err := h.act(); replace {
			return err
		}
		return next(ctx, cmd)
	}
}

func (h *inner) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if isSetup(cmds[0]) {
			return next(ctx, cmds)
		}
		for _, cmd := range cmds {
			h.seen = append(h.seen, fmt.Sprint("batched ", cmd.Args()))
		}
		replace, err := h.act()
		if !replace {
			return next(ctx, cmds)
		}
		if h.deed%2 == 0 { // else the batch fails and its commands know nothing of it
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
		}
		return err
	}
}

// isSetup tells what go-redis sends by itself when it opens a connection, which a pool
// does when it likes.
func isSetup(cmd redis.Cmder) bool {
	return cmd.Name() == "hello" || cmd.Name() == "client"
}

// act does the script's deed; most are none.
func (h *inner) act() (replace bool, err error) {
	s := scripted{script: []byte{h.deed % (3 * deeds)}}
	if s.script[0] >= deeds {
		return false, nil
	}
	switch s.script[0] {
	case hit, miss, failsTypedNil, failsInPart, failsByContext:
		return false, nil
	case saysAbsent:
		return true, fmt.Errorf("inner: %w", redis.Nil)
	}
	_, err = s.answer("", nil)
	return true, err
}

type redisStep struct {
	lookups int
	run     func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder
	alone   bool // miniredis never answers a transaction that has it
}

// redisSteps are commands of all kinds of replies, with the number of lookups in each.
var redisSteps = []redisStep{
	{lookups: 1, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { return c.Get(ctx, key) }},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.Set(ctx, key, other, 0)
	}},
	{lookups: 3, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.MGet(ctx, key, other, key)
	}},
	{lookups: 1, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.HGet(ctx, key, other)
	}},
	{lookups: 2, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.HMGet(ctx, key, other, "a")
	}},
	{lookups: 1, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { return c.HGetAll(ctx, key) }},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.HSet(ctx, key, other, 1, "a", 2)
	}},
	{lookups: 1, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { return c.GetDel(ctx, key) }},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.Del(ctx, key, other)
	}},
	{lookups: 1, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder {
		return c.LRange(ctx, key, 0, -1)
	}},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.RPush(ctx, key, other)
	}},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { return c.Incr(ctx, key) }},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, other string) redis.Cmder {
		return c.SetNX(ctx, key, other, time.Hour)
	}},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { return c.Expire(ctx, key, -1) }},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { return c.Type(ctx, key) }},
	{lookups: 1, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder {
		cmd := redis.NewCmd(ctx, "GeT", []byte(key))
		process(ctx, c, cmd)
		return cmd
	}},
	{lookups: 1, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { // an answer of another type
		cmd := redis.NewIntCmd(ctx, "get", key)
		process(ctx, c, cmd)
		return cmd
	}},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder {
		cmd := redis.NewCmd(ctx, "nosuchcommand", key)
		process(ctx, c, cmd)
		return cmd
	}, alone: true},
	{lookups: 0, run: func(ctx context.Context, c redis.Cmdable, key, _ string) redis.Cmder { // cannot be sent
		return c.Set(ctx, key, struct{}{}, 0)
	}},
}

func process(ctx context.Context, c redis.Cmdable, cmd redis.Cmder) {
	_ = c.(interface {
		Process(context.Context, redis.Cmder) error
	}).Process(ctx, cmd)
}

// party is a client with a server and a hook of its own.
type party struct {
	server  *miniredis.Miniredis
	client  *redis.Client
	hook    *inner
	tracker *metrics.Tracker // nil: bare
}

func newParty(t testing.TB, instrument func(*redis.Client, *metrics.Tracker) error) *party {
	server := miniredis.RunT(t)
	p := &party{
		server: server, hook: &inner{},
		client: redis.NewClient(&redis.Options{Addr: server.Addr(), MaxRetries: -1, PoolSize: 2}),
	}
	t.Cleanup(func() { _ = p.client.Close() })
	if instrument != nil {
		p.tracker = metrics.NewTracker()
		require.NoError(t, instrument(p.client, p.tracker))
	}
	p.client.AddHook(p.hook)
	return p
}

// run executes one step of a program and returns all that its caller sees.
func (p *party) run(ctx context.Context, way byte, steps []byte, deed byte) (outcome, []redis.Cmder, int) {
	p.hook.deed, p.hook.seen = deed, nil
	var cmds []redis.Cmder
	lookups := 0
	fill := func(c redis.Cmdable) {
		for len(steps) >= 2 {
			step := redisSteps[int(steps[0])%len(redisSteps)]
			if _, single := c.(*redis.Client); !single && step.alone {
				step = redisSteps[0]
			}
			lookups += step.lookups
			key, other := fmt.Sprintf("k%d:1", steps[1]%7), fmt.Sprintf("k%d:1", steps[1]/7%7)
			cmds = append(cmds, step.run(ctx, c, key, other))
			steps = steps[2:]
		}
	}
	batch := func(p redis.Pipeliner) error { fill(p); return nil }
	o := observeExit(func() []any {
		switch way % 5 {
		case 0:
			_, err := p.client.Pipelined(ctx, batch)
			return []any{err}
		case 1:
			_, err := p.client.TxPipelined(ctx, batch)
			return []any{err}
		case 2:
			return []any{p.client.Watch(ctx, func(tx *redis.Tx) error {
				_, err := tx.TxPipelined(ctx, batch)
				return err
			}, "k1:1")}
		}
		fill(p.client)
		return nil
	})
	return o, cmds, lookups
}

// FuzzHookIsTheSame runs programs on two clients of two servers, one with our hook.
// What the caller gets of each command and batch, what the hook behind ours sees, and
// what is in the server at the end are the same; and no lookup is without an outcome.
func FuzzHookIsTheSame(f *testing.F) {
	for _, name := range []string{"singles", "pipelines", "transactions", "deeds"} {
		var program []byte
		for i := range byte(120) {
			way, deed := i, byte(250)
			if name == "deeds" {
				deed = i
			}
			program = append(program, 4, way, deed, i*7, i*3, i*5, i*11)
		}
		f.Add(program)
	}
	bare := newParty(f, nil)
	measured := []*party{
		newParty(f, func(c *redis.Client, tracker *metrics.Tracker) error { return redismeter.Instrument(c, tracker) }),
		newParty(f, func(c *redis.Client, tracker *metrics.Tracker) error {
			return redismeter.Instrument(c, tracker, redismeter.WithBytesRead(), redismeter.WithoutLatency(), redismeter.WithTier("L2"))
		}),
		newParty(f, func(c *redis.Client, tracker *metrics.Tracker) error {
			return redismeter.Instrument(c, tracker,
				redismeter.WithNamespaceFunc(func(string) string { panic("a user's function") }),
				redismeter.WithClassifier("type", func(redis.Cmder, error) redismeter.Verdict { panic("a user's classifier") }))
		}),
	}
	f.Fuzz(func(t *testing.T, program []byte) {
		if len(program) == 0 {
			return
		}
		wrapped := measured[int(program[0])%len(measured)]
		bare.server.FlushAll()
		wrapped.server.FlushAll()
		before := totals(wrapped.tracker)
		lookups := 0
		for len(program) >= 5 {
			n := 2 * (1 + int(program[0])%6)
			ctx, way, deed := contextOf(t, program[1]), program[1], program[2]
			program = program[3:]
			steps := program[:min(n, len(program))]
			program = program[len(steps):]

			want, wantCmds, _ := bare.run(ctx, way, steps, deed)
			got, gotCmds, issued := wrapped.run(ctx, way, steps, deed)
			about := fmt.Sprintf("way %d, deed %d, %q", way%5, deed, bare.hook.seen)
			requireSameReply(t, want, got, about)
			require.Equal(t, bare.hook.seen, wrapped.hook.seen, about)
			require.Len(t, gotCmds, len(wantCmds), about)
			for i := range wantCmds {
				requireSameCommand(t, wantCmds[i], gotCmds[i], about)
			}
			if got.returned {
				lookups += issued
			} else {
				before, lookups = totals(wrapped.tracker), 0 // how far it came is not known
			}
			s := totals(wrapped.tracker).Sub(before)
			require.EqualValues(t, lookups, s.Hits+s.Misses+s.Errors-s.WriteErrors, "%s: %+v", about, s)
		}
		require.Equal(t, bare.server.Dump(), wrapped.server.Dump())
	})
}

// contextOf returns, for one program in eight each, a context that is over.
func contextOf(t *testing.T, way byte) context.Context {
	ctx := t.Context()
	switch way / 5 % 8 {
	case 1:
		cancelled, cancel := context.WithCancel(ctx)
		cancel()
		return cancelled
	case 2:
		over, cancel := context.WithDeadline(ctx, time.Unix(1, 0))
		t.Cleanup(cancel)
		return over
	case 3:
		return metrics.ContextWithNamespace(ctx, "elsewhere")
	}
	return ctx
}

func totals(tracker *metrics.Tracker) (sum metrics.Stats) {
	for _, n := range tracker.Namespaces() {
		sum = sum.Add(n.Totals())
	}
	sum.Reported = 0
	return sum
}

// requireSameReply is requireSame for errors that two servers sent: of the same type,
// saying the same, and the same for errors.Is.
func requireSameReply(t *testing.T, want, got outcome, about string) {
	require.Len(t, got.results, len(want.results), about)
	for i := range want.results {
		wantErr, _ := want.results[i].(error)
		gotErr, _ := got.results[i].(error)
		requireSameError(t, wantErr, gotErr, about)
	}
	want.results, got.results = nil, nil
	requireSame(t, want, got, about)
}

func requireSameError(t *testing.T, want, got error, about string) {
	if want == got { // hostile ones too, which cannot be looked at
		return
	}
	require.Truef(t, want != nil && got != nil, "%s: %v became %v", about, want, got)
	require.IsType(t, want, got, about)
	require.Equal(t, want.Error(), got.Error(), about)
	for _, known := range []error{redis.Nil, redis.TxFailedErr, redis.ErrClosed, context.Canceled, context.DeadlineExceeded} {
		require.Equal(t, errors.Is(want, known), errors.Is(got, known), about)
	}
	var wantReply, gotReply redis.Error
	require.Equal(t, errors.As(want, &wantReply), errors.As(got, &gotReply), about)
}

func requireSameCommand(t *testing.T, want, got redis.Cmder, about string) {
	requireSameError(t, want.Err(), got.Err(), about)
	if want.Err() != error(errHostile) {
		require.Equal(t, want.String(), got.String(), about)
	}
}
