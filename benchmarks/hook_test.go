package benchmarks

import (
	"context"
	"fmt"
	"testing"

	"github.com/redis/go-redis/extra/redisotel/v9"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	tracesdk "go.opentelemetry.io/otel/sdk/trace"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// batch is how many commands a pipeline has here.
const batch = 100

// hookSingle and hookPipeline are one GET that hits, as a hook sees it, before a
// server that answers at once: what a hook costs is its figure less that of "none".
// A pipeline's figure is for one of its commands.
var (
	hookSingle   = group{name: "HookSingle", goroutines: several, subjects: subjectsOf(hooks, singleThrough)}
	hookPipeline = group{name: "HookPipeline", goroutines: several, unit: batch, subjects: subjectsOf(hooks, pipelineThrough)}
)

func BenchmarkHookSingle(b *testing.B)   { hookSingle.measure(b) }
func BenchmarkHookPipeline(b *testing.B) { hookPipeline.measure(b) }

// hooked is one thing that can be hung on a go-redis client.
type hooked struct {
	name    string
	ours    bool
	install func(tb testing.TB, client *redis.Client) (counted func() uint64)
}

var hooks = []hooked{
	{name: "none", install: func(testing.TB, *redis.Client) func() uint64 { return nil }},
	{name: "empty", install: installEmpty},
	{name: "cachemeter-one-namespace", ours: true, install: ours(redismeter.WithNamespace("user"), redismeter.WithoutLatency())},
	{name: "cachemeter-without-latency", ours: true, install: ours(redismeter.WithoutLatency())},
	{name: "cachemeter", ours: true, install: ours()},
	{name: "redisotel-metrics", install: installOtelMetrics},
	{name: "redisotel-tracing", install: installOtelTracing},
}

func subjectsOf(hooks []hooked, through func(tb testing.TB, h hooked) rig) (all []subject) {
	for _, h := range hooks {
		all = append(all, subject{name: h.name, ours: h.ours, prepare: func(tb testing.TB) rig { return through(tb, h) }})
	}
	return all
}

func ours(opts ...redismeter.Option) func(testing.TB, *redis.Client) func() uint64 {
	return func(tb testing.TB, client *redis.Client) func() uint64 {
		t := metrics.NewTracker()
		require.NoError(tb, redismeter.Instrument(client, t, opts...))
		return func() uint64 { return t.Stats("user").Hits }
	}
}

// emptyHook does what any hook must.
type emptyHook struct{}

func (emptyHook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (emptyHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error { return next(ctx, cmd) }
}

func (emptyHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error { return next(ctx, cmds) }
}

func installEmpty(_ testing.TB, client *redis.Client) func() uint64 {
	client.AddHook(emptyHook{})
	return nil
}

func installOtelMetrics(tb testing.TB, client *redis.Client) func() uint64 {
	provider, _ := otelProvider(tb)
	require.NoError(tb, redisotel.InstrumentMetrics(client, redisotel.WithMeterProvider(provider)))
	return nil // it counts durations of calls, not lookups
}

// discard is a span processor, without which the SDK would make no spans.
type discard struct{}

func (discard) OnStart(context.Context, tracesdk.ReadWriteSpan) {}
func (discard) OnEnd(tracesdk.ReadOnlySpan)                     {}
func (discard) Shutdown(context.Context) error                  { return nil }
func (discard) ForceFlush(context.Context) error                { return nil }

func installOtelTracing(tb testing.TB, client *redis.Client) func() uint64 {
	provider := tracesdk.NewTracerProvider(tracesdk.WithSpanProcessor(discard{}))
	tb.Cleanup(func() { require.NoError(tb, provider.Shutdown(context.Background())) })
	require.NoError(tb, redisotel.InstrumentTracing(client, redisotel.WithTracerProvider(provider)))
	return nil
}

// stub ends the chain of hooks: it answers each command without asking the client.
type stub struct{ emptyHook }

func (stub) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(context.Context, redis.Cmder) error { return nil }
}

func (stub) ProcessPipelineHook(redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(context.Context, []redis.Cmder) error { return nil }
}

// tap stands before all other hooks and keeps the way into them, so that they can be
// called without a client around.
type tap struct {
	emptyHook
	single   redis.ProcessHook
	pipeline redis.ProcessPipelineHook
}

func (t *tap) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	t.single = next
	return next
}

func (t *tap) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	t.pipeline = next
	return next
}

// alone returns the way through one hook to a stub.
func (h hooked) alone(tb testing.TB) (*tap, func() uint64) {
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:6379"}) // never dialled
	tb.Cleanup(func() { require.NoError(tb, client.Close()) })
	t := new(tap)
	client.AddHook(t)
	counted := h.install(tb, client)
	client.AddHook(stub{})
	return t, counted
}

func answered(key string) redis.Cmder {
	cmd := redis.NewStringCmd(context.Background(), "get", key)
	cmd.SetVal("Ada")
	return cmd
}

func singleThrough(tb testing.TB, h hooked) rig {
	t, counted := h.alone(tb)
	ctx := context.Background()
	return rig{counted: counted, worker: func() func(int) {
		var cmds [16]redis.Cmder
		for i := range cmds {
			cmds[i] = answered(keys[i])
		}
		call := t.single
		return func(times int) {
			for i := range times {
				_ = call(ctx, cmds[i%len(cmds)])
			}
		}
	}}
}

func pipelineThrough(tb testing.TB, h hooked) rig {
	t, counted := h.alone(tb)
	ctx := context.Background()
	return rig{counted: counted, worker: func() func(int) {
		cmds := make([]redis.Cmder, batch)
		for i := range cmds {
			cmds[i] = answered(keys[i])
		}
		call := t.pipeline
		return func(times int) {
			for range times / batch {
				_ = call(ctx, cmds)
			}
		}
	}}
}

func TestStubEndsTheChain(t *testing.T) {
	for _, h := range hooks {
		way, _ := h.alone(t)
		require.NoError(t, way.single(context.Background(), answered("user:1")), h.name)
		require.NoError(t, way.pipeline(context.Background(), []redis.Cmder{answered("user:1")}), h.name)
		if h.install != nil && h.name != "none" {
			require.NotEqual(t, fmt.Sprintf("%p", stub{}.ProcessHook(nil)), fmt.Sprintf("%p", way.single), "%s is not in the chain", h.name)
		}
	}
}
