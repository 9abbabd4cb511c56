package benchmarks

import (
	"context"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/metric"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
)

// gathered returns what all counters and histograms of a registry have counted.
func gathered(tb testing.TB, from prometheus.Gatherer) func() uint64 {
	return func() (n uint64) {
		families, err := from.Gather()
		require.NoError(tb, err)
		for _, family := range families {
			for _, m := range family.GetMetric() {
				n += uint64(m.GetCounter().GetValue()) + m.GetHistogram().GetSampleCount()
			}
		}
		return n
	}
}

// otelMeter returns a meter of the SDK with a reader that reads when asked, and what
// all its instruments have counted.
func otelMeter(tb testing.TB) (metric.Meter, func() uint64) {
	provider, reader := otelProvider(tb)
	return provider.Meter("benchmarks"), func() uint64 { return otelCounted(tb, reader) }
}

func otelProvider(tb testing.TB) (*sdk.MeterProvider, *sdk.ManualReader) {
	reader := sdk.NewManualReader()
	provider := sdk.NewMeterProvider(sdk.WithReader(reader))
	tb.Cleanup(func() { require.NoError(tb, provider.Shutdown(context.Background())) })
	return provider, reader
}

func otelCounter(tb testing.TB, meter metric.Meter) metric.Int64Counter {
	c, err := meter.Int64Counter("hits")
	require.NoError(tb, err)
	return c
}

func otelCounted(tb testing.TB, reader *sdk.ManualReader) (n uint64) {
	var all metricdata.ResourceMetrics
	require.NoError(tb, reader.Collect(context.Background(), &all))
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Sum[int64]:
				for _, p := range data.DataPoints {
					n += uint64(p.Value)
				}
			case metricdata.Histogram[float64]:
				for _, p := range data.DataPoints {
					n += p.Count
				}
			}
		}
	}
	return n
}
