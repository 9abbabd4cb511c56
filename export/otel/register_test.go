package otelmeter_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	otelmeter "github.com/cachemeter/cachemeter/export/otel"
	"github.com/cachemeter/cachemeter/metrics"
)

// collect returns the lookups of one instrument by cache.name and cache.result.
func collect(t *testing.T, reader *sdkmetric.ManualReader, name string) map[string]int64 {
	t.Helper()
	var data metricdata.ResourceMetrics
	require.NoError(t, reader.Collect(context.Background(), &data))
	points := make(map[string]int64)
	for _, scope := range data.ScopeMetrics {
		for _, m := range scope.Metrics {
			sum, ok := m.Data.(metricdata.Sum[int64])
			if m.Name != name || !ok {
				continue
			}
			for _, p := range sum.DataPoints {
				cache, _ := p.Attributes.Value("cache.name")
				result, _ := p.Attributes.Value("cache.result")
				app, _ := p.Attributes.Value("app")
				if operation, _ := p.Attributes.Value("cache.operation"); operation.AsString() != "get" {
					continue
				}
				points[app.AsString()+cache.AsString()+" "+result.AsString()] = p.Value
			}
		}
	}
	return points
}

func TestATrackerIsRegisteredOnce(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	provider := otelmeter.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")

	first, err := otelmeter.Register(tracker, provider)
	require.NoError(t, err)
	_, err = otelmeter.Register(tracker, provider)
	require.ErrorContains(t, err, "otelmeter: tracker is registered with this MeterProvider already")
	require.EqualValues(t, 1, collect(t, reader, "cache.requests")["user hit"], "and not 2")

	require.NoError(t, first.Unregister())
	require.NoError(t, first.Unregister())
	second, err := otelmeter.Register(tracker, provider)
	require.NoError(t, err)
	require.NoError(t, first.Unregister(), "of no concern to the second")
	_, err = otelmeter.Register(tracker, provider)
	require.Error(t, err)
	require.EqualValues(t, 1, collect(t, reader, "cache.requests")["user hit"])
	require.NoError(t, second.Unregister())
}

func TestTwoTrackersAndTwoProviders(t *testing.T) {
	one, two := metrics.NewTracker(), metrics.NewTracker()
	one.RecordHit("user")
	two.Namespace("user").RecordHits(10)
	shared, apart := sdkmetric.NewManualReader(), sdkmetric.NewManualReader()
	sharedProvider := otelmeter.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(shared)))
	apartProvider := otelmeter.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(apart)))
	for _, r := range []struct {
		tracker *metrics.Tracker
		options []otelmeter.Option
	}{
		{one, []otelmeter.Option{sharedProvider}},
		{two, []otelmeter.Option{sharedProvider}},
		{one, []otelmeter.Option{apartProvider, otelmeter.WithAttributes(attribute.String("app", "one/"))}},
		{two, []otelmeter.Option{apartProvider, otelmeter.WithAttributes(attribute.String("app", "two/")), nil}},
	} {
		registration, err := otelmeter.Register(r.tracker, r.options...)
		require.NoError(t, err)
		defer func() { require.NoError(t, registration.Unregister()) }()
	}
	require.EqualValues(t, 11, collect(t, shared, "cache.requests")["user hit"])
	points := collect(t, apart, "cache.requests")
	require.EqualValues(t, 1, points["one/user hit"])
	require.EqualValues(t, 10, points["two/user hit"])
}

func TestTheGlobalProviderIsTheDefault(t *testing.T) {
	reader := sdkmetric.NewManualReader()
	before := otel.GetMeterProvider()
	otel.SetMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)))
	defer otel.SetMeterProvider(before)
	tracker := metrics.NewTracker()
	tracker.RecordMiss("user")
	registration, err := otelmeter.Register(tracker, otelmeter.WithMeterProvider(nil))
	require.NoError(t, err)
	defer func() { require.NoError(t, registration.Unregister()) }()
	require.EqualValues(t, 1, collect(t, reader, "cache.requests")["user miss"])
}

// refusing is a provider that makes no counters.
type refusing struct{ noop.MeterProvider }

func (refusing) Meter(string, ...metric.MeterOption) metric.Meter { return refusingMeter{} }

type refusingMeter struct{ noop.Meter }

// incomparable is a provider whose values no map can hold.
type incomparable struct {
	noop.MeterProvider
	_ []int
}

func (refusingMeter) Int64ObservableCounter(string, ...metric.Int64ObservableCounterOption) (metric.Int64ObservableCounter, error) {
	return nil, errors.New("no more counters")
}

func TestBadInput(t *testing.T) {
	tracker := metrics.NewTracker()
	_, err := otelmeter.Register(nil)
	require.ErrorContains(t, err, "otelmeter: nil tracker")
	_, err = otelmeter.NewProducer(nil)
	require.ErrorContains(t, err, "otelmeter: nil tracker")
	for _, bounds := range [][]float64{{2, 1}, {0}, {math.NaN()}} {
		_, err = otelmeter.NewProducer(tracker, otelmeter.WithBuckets(bounds...))
		require.ErrorContains(t, err, "bounds must be above 0 and rise")
	}
	for range 2 {
		_, err = otelmeter.Register(tracker, otelmeter.WithMeterProvider(refusing{}))
		require.ErrorContains(t, err, "otelmeter: registering: no more counters")
		registration, err := otelmeter.Register(tracker, otelmeter.WithMeterProvider(incomparable{}))
		require.NoError(t, err)
		defer func() { require.NoError(t, registration.Unregister()) }()
	}
}

// TestNoCounterEverFalls collects beside writers, resets and new namespaces.
func TestNoCounterEverFalls(t *testing.T) {
	tracker := metrics.NewTracker()
	reader := sdkmetric.NewManualReader()
	registration, err := otelmeter.Register(tracker, otelmeter.WithMeterProvider(sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))))
	require.NoError(t, err)
	defer func() { require.NoError(t, registration.Unregister()) }()
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for range 2 {
		writers.Go(func() {
			remote := tracker.Namespace("remote")
			for {
				select {
				case <-stop:
					return
				default:
					remote.RecordWriteErrors(metrics.TimeoutError, 1)
					remote.RecordFailures(metrics.ConnectionError, 2)
					tracker.Reset("remote")
				}
			}
		})
	}
	last := make(map[string]int64)
	for range 200 {
		for key, v := range collect(t, reader, "cache.requests") {
			require.GreaterOrEqual(t, v, last[key], key)
			last[key] = v
		}
	}
	close(stop)
	writers.Wait()
	total := tracker.Namespace("remote").Totals()
	require.EqualValues(t, total.Errors-total.WriteErrors, collect(t, reader, "cache.requests")["remote error"])
}

func TestProducerOfAQuietTracker(t *testing.T) {
	tracker := metrics.NewTracker()
	producer, err := otelmeter.NewProducer(tracker, otelmeter.WithDeltaTemporality(), otelmeter.WithBuckets(1))
	require.NoError(t, err)
	data, err := producer.Produce(t.Context())
	require.NoError(t, err)
	require.Empty(t, data)
	tracker.Namespace("user").RecordLatency(metrics.Hit, 2*time.Second)
	data, err = producer.Produce(t.Context())
	require.NoError(t, err)
	points := data[0].Metrics[0].Data.(metricdata.Histogram[float64]).DataPoints
	require.Equal(t, []uint64{0, 1}, points[0].BucketCounts)
	data, err = producer.Produce(t.Context())
	require.NoError(t, err)
	require.Empty(t, data, "no more since")
}
