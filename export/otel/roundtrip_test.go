package otelmeter_test

import (
	"maps"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	wire "go.opentelemetry.io/proto/otlp/metrics/v1"

	otelmeter "github.com/cachemeter/cachemeter/export/otel"
	"github.com/cachemeter/cachemeter/metrics"
)

func deltaTemporality(kind sdkmetric.InstrumentKind) metricdata.Temporality {
	if kind == sdkmetric.InstrumentKindObservableUpDownCounter {
		return metricdata.CumulativeTemporality // as OTLP's own preference of deltas has it
	}
	return metricdata.DeltaTemporality
}

// TestRoundTrip sends all figures through the SDK and OTLP to a receiver, three times,
// with resets between: totals go on, deltas are what happened between.
func TestRoundTrip(t *testing.T) {
	for _, tt := range []struct {
		name        string
		temporality sdkmetric.TemporalitySelector
		options     []otelmeter.Option
		want        wire.AggregationTemporality
		times       []float64 // how many times everything each export shows
	}{
		{"cumulative", sdkmetric.DefaultTemporalitySelector, nil, wire.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE, []float64{1, 2, 4}},
		{"delta", deltaTemporality, []otelmeter.Option{otelmeter.WithDeltaTemporality()}, wire.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA, []float64{1, 1, 2}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tracker := metrics.NewTracker()
			tracker.Namespace("idle")
			tracker.Namespace("user").AddSize(func() (int, int, bool) { return 42, 100, true })
			r := startReceiver(t)
			producer, err := otelmeter.NewProducer(tracker, tt.options...)
			require.NoError(t, err)
			provider := r.newProvider(t, tt.temporality, sdkmetric.WithProducer(producer))
			registration, err := otelmeter.Register(tracker, otelmeter.WithMeterProvider(provider))
			require.NoError(t, err)

			for i, times := range tt.times {
				everything(tracker)
				switch i {
				case 1:
					tracker.Reset("user")
				case 2:
					tracker.ResetAll()
					everything(tracker)
				}
				got := r.flush(t, provider)
				want := maps.Clone(held)
				for key, n := range counted {
					want[key] = n * times
				}
				require.Equal(t, want, got.values)
				for name, m := range got.metrics {
					if m.GetHistogram() != nil {
						require.Equal(t, tt.want, m.GetHistogram().GetAggregationTemporality())
						continue
					}
					gauge := strings.HasPrefix(name, "cache.entry.")
					require.Equal(t, !gauge, m.GetSum().GetIsMonotonic(), name)
					if !gauge {
						require.Equal(t, tt.want, m.GetSum().GetAggregationTemporality(), name)
					}
					require.NotEmpty(t, m.GetUnit(), name)
					require.NotEmpty(t, m.GetDescription(), name)
				}

				require.Len(t, got.histograms, 2, "nobody measured errors, nor the tier")
				hits := got.histograms["cache.operation.duration{cache.name=user,cache.operation=get,cache.result=hit}"]
				require.EqualValues(t, 2*times, hits.GetCount())
				require.InDelta(t, 0.001001*times, hits.GetSum(), 1e-12)
				require.Len(t, hits.GetBucketCounts(), len(hits.GetExplicitBounds())+1)
				require.EqualValues(t, times, hits.GetBucketCounts()[0], "1 µs")
				require.EqualValues(t, times, hits.GetBucketCounts()[5], "1 ms")
			}

			require.NoError(t, registration.Unregister())
			require.Empty(t, r.flush(t, provider).values)
		})
	}
}

func TestHostileNamesArrive(t *testing.T) {
	names := []string{"", `"quotes"`, "new\nline", "nul\x00", "bad\xff", "bad\xfe", "\uFFFDff", strings.Repeat("x", 10_000)}
	tracker := metrics.NewTracker()
	for i, name := range names {
		tracker.Namespace(name).RecordHits(i + 1)
		tracker.Namespace(name).RecordLatency(metrics.Hit, time.Second)
	}
	r := startReceiver(t)
	producer, err := otelmeter.NewProducer(tracker)
	require.NoError(t, err)
	provider := r.newProvider(t, sdkmetric.DefaultTemporalitySelector, sdkmetric.WithProducer(producer))
	_, err = otelmeter.Register(tracker, otelmeter.WithMeterProvider(provider))
	require.NoError(t, err)
	got := r.flush(t, provider)
	require.Len(t, got.histograms, len(names))
	for i, name := range names {
		label := metrics.Label(name)
		require.True(t, utf8.ValidString(label))
		require.EqualValues(t, i+1, got.values["cache.requests{cache.name="+label+",cache.operation=get,cache.result=hit}"], "%.40q", name)
	}
}
