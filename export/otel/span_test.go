package otelmeter_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/require"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	otelmeter "github.com/cachemeter/cachemeter/export/otel"
	"github.com/cachemeter/cachemeter/metrics"
)

func TestTraceNotesTheOutcomeAndChangesNothing(t *testing.T) {
	down := errors.New("down")
	for _, tt := range []struct {
		name  string
		value int
		ok    bool
		err   error
		panic any
		want  string
	}{
		{name: "hit", value: 7, ok: true, want: "hit"},
		{name: "miss", want: "miss"},
		{name: "error", err: down, want: "error"},
		{name: "an error with a value", value: 7, ok: true, err: down, want: "error"},
		{name: "panic", panic: down, want: "error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			spans := tracetest.NewInMemoryExporter()
			provider := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans))
			users := metrics.NewTracker().Tier("user\xff", "L1")
			get := otelmeter.Trace(users, func(context.Context, string) (int, bool, error) {
				if tt.panic != nil {
					panic(tt.panic)
				}
				return tt.value, tt.ok, tt.err
			})
			ctx, span := provider.Tracer("test").Start(t.Context(), "request")
			func() {
				defer func() { require.Equal(t, tt.panic, recover()) }()
				value, ok, err := get(ctx, "a key that nobody shall see")
				require.Equal(t, tt.value, value)
				require.Equal(t, tt.ok, ok)
				require.Equal(t, tt.err, err)
			}()
			span.End()

			events := spans.GetSpans()[0].Events
			require.Len(t, events, 1)
			require.Equal(t, "cache.lookup", events[0].Name)
			attributes := make(map[string]string)
			for _, kv := range events[0].Attributes {
				attributes[string(kv.Key)] = kv.Value.AsString()
			}
			require.Equal(t, map[string]string{
				"cache.name": "user\uFFFDff", "cache.tier": "L1", "cache.operation": "get", "cache.result": tt.want,
			}, attributes)
			require.Zero(t, users.Stats().TotalRequests(), "it counts nothing")
		})
	}
}

func TestNoSpanCostsNothing(t *testing.T) {
	users := metrics.NewTracker().Namespace("user")
	ctx := context.Background()
	require.Zero(t, testing.AllocsPerRun(100, func() { otelmeter.AddEvent(ctx, users, metrics.Hit) }))
	get := otelmeter.Trace(users, func(context.Context, int) (int, bool, error) { return 1, true, nil })
	require.Zero(t, testing.AllocsPerRun(100, func() { _, _, _ = get(ctx, 1) }))
	otelmeter.AddEvent(ctx, nil, metrics.Hit)
}
