// Package otelmeter exports a tracker's figures through OpenTelemetry. It is named
// otelmeter because its callers import OpenTelemetry's otel beside it.
//
//	registration, err := otelmeter.Register(tracker)
//
// [Register] adds observable instruments to a MeterProvider: they are read when the
// provider collects, as totals that no reset lowers, and nothing runs on the hot path.
// The SDK makes deltas of them where its reader wants deltas.
//
// OpenTelemetry has no observable histogram, and recording each lookup in one of its
// synchronous ones costs many times the lookup. So latency goes another way: give
// [NewProducer] to the SDK's reader.
//
// [AddEvent] and [Trace] put lookups on spans. Nothing does so unasked.
//
// There is no convention for caches yet: the names, in names.go, follow the general
// rules and may change when there is one.
package otelmeter
