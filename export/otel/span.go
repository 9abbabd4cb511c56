package otelmeter

import (
	"context"

	"go.opentelemetry.io/otel/trace"

	"github.com/cachemeter/cachemeter/metrics"
)

// AddEvent adds an event cache.lookup, with the namespace, its tier and the outcome, to
// the context's current span. Where no span records it does nothing and allocates
// nothing. It counts nothing: the outcome is recorded apart. No key is noted.
func AddEvent(ctx context.Context, namespace *metrics.Namespace, outcome metrics.Outcome) {
	span := trace.SpanFromContext(ctx)
	if !span.IsRecording() {
		return
	}
	span.AddEvent(lookupEvent, trace.WithAttributes(append(identity(namespace), operationGet, resultOf(outcome))...))
}

// Trace decorates a cache's Get with [AddEvent] and keeps its signature. What get
// returns is returned as it is, a panic goes on its way, and both an error and a panic
// are the outcome error. It counts nothing: decorate for that as well.
func Trace[K, V any](namespace *metrics.Namespace, get func(ctx context.Context, key K) (V, bool, error)) func(ctx context.Context, key K) (V, bool, error) {
	return func(ctx context.Context, key K) (value V, ok bool, err error) {
		outcome := metrics.Error // unless get returns
		defer func() { AddEvent(ctx, namespace, outcome) }()
		value, ok, err = get(ctx, key)
		switch {
		case err != nil:
		case ok:
			outcome = metrics.Hit
		default:
			outcome = metrics.Miss
		}
		return value, ok, err
	}
}
