package otelmeter_test

import (
	"context"
	"fmt"
	"net"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	collector "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/otlp/common/v1"
	wire "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/grpc"

	"github.com/cachemeter/cachemeter/metrics"
)

// receiver is the metrics service of an OpenTelemetry collector.
type receiver struct {
	collector.UnimplementedMetricsServiceServer
	address string

	mu    sync.Mutex
	calls []*collector.ExportMetricsServiceRequest
}

func (r *receiver) Export(_ context.Context, request *collector.ExportMetricsServiceRequest) (*collector.ExportMetricsServiceResponse, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls = append(r.calls, request)
	return &collector.ExportMetricsServiceResponse{}, nil
}

func startReceiver(t *testing.T) *receiver {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := &receiver{address: listener.Addr().String()}
	server := grpc.NewServer()
	collector.RegisterMetricsServiceServer(server, r)
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	t.Cleanup(func() {
		server.Stop()
		require.NoError(t, <-served)
	})
	return r
}

// newProvider returns an SDK provider that exports to the receiver when flushed.
func (r *receiver) newProvider(t *testing.T, temporality sdkmetric.TemporalitySelector, options ...sdkmetric.PeriodicReaderOption) *sdkmetric.MeterProvider {
	t.Helper()
	exporter, err := otlpmetricgrpc.New(t.Context(), otlpmetricgrpc.WithInsecure(), otlpmetricgrpc.WithEndpoint(r.address),
		otlpmetricgrpc.WithTemporalitySelector(temporality))
	require.NoError(t, err)
	reader := sdkmetric.NewPeriodicReader(exporter, append(options, sdkmetric.WithInterval(time.Hour))...)
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	t.Cleanup(func() { _ = provider.Shutdown(context.WithoutCancel(t.Context())) })
	return provider
}

// received is one export as the receiver saw it: the values by name and attributes.
type received struct {
	values     map[string]float64
	histograms map[string]*wire.HistogramDataPoint
	metrics    map[string]*wire.Metric
}

// flush exports and returns what arrived.
func (r *receiver) flush(t *testing.T, provider *sdkmetric.MeterProvider) received {
	t.Helper()
	r.mu.Lock()
	r.calls = nil
	r.mu.Unlock()
	require.NoError(t, provider.ForceFlush(t.Context()))
	r.mu.Lock()
	defer r.mu.Unlock()
	got := received{make(map[string]float64), make(map[string]*wire.HistogramDataPoint), make(map[string]*wire.Metric)}
	for _, call := range r.calls {
		for _, resource := range call.GetResourceMetrics() {
			for _, scope := range resource.GetScopeMetrics() {
				for _, m := range scope.GetMetrics() {
					got.metrics[m.GetName()] = m
					for _, p := range m.GetSum().GetDataPoints() {
						key := m.GetName() + attributesOf(p.GetAttributes())
						require.NotContains(t, got.values, key)
						got.values[key] = p.GetAsDouble() + float64(p.GetAsInt())
					}
					for _, p := range m.GetHistogram().GetDataPoints() {
						got.histograms[m.GetName()+attributesOf(p.GetAttributes())] = p
					}
				}
			}
		}
	}
	return got
}

func attributesOf(attributes []*common.KeyValue) string {
	var parts []string
	for _, a := range attributes {
		parts = append(parts, fmt.Sprintf("%s=%s", a.GetKey(), a.GetValue().GetStringValue()))
	}
	sort.Strings(parts)
	return "{" + strings.Join(parts, ",") + "}"
}

// everything does something of each kind in the namespace user, and in its tier L1.
func everything(tracker *metrics.Tracker) {
	users := tracker.Namespace("user")
	users.RecordHits(90)
	users.RecordMisses(10)
	users.RecordSets(12)
	users.RecordDeletes(3)
	users.RecordEvictions(4)
	users.RecordEviction(16)
	users.RecordExpirations(6)
	users.RecordLoadSuccess(20 * time.Millisecond)
	users.RecordLoadFailure(480 * time.Millisecond)
	users.RecordCoalesced(7)
	users.RecordNegativeHits(2)
	users.RecordStaleHits(1)
	users.RecordBytesRead(123456)
	users.RecordFailures(metrics.TimeoutError, 8)
	users.RecordWriteErrors(metrics.ConnectionError, 5)
	users.RecordError()
	users.RecordLatency(metrics.Hit, time.Microsecond)
	users.RecordLatency(metrics.Hit, time.Millisecond)
	users.RecordLatency(metrics.Miss, time.Second)
	tracker.Tier("user", "L1").RecordHits(80)
}

// counted is what everything adds each time it is called.
var counted = map[string]float64{
	"cache.requests{cache.name=user,cache.operation=get,cache.result=hit}":                90,
	"cache.requests{cache.name=user,cache.operation=get,cache.result=miss}":               10,
	"cache.requests{cache.name=user,cache.operation=get,cache.result=error}":              9,
	"cache.requests{cache.name=user,cache.operation=set,cache.result=success}":            12,
	"cache.requests{cache.name=user,cache.operation=delete,cache.result=success}":         3,
	"cache.requests{cache.name=user,cache.operation=write,cache.result=error}":            5,
	"cache.requests{cache.name=user,cache.operation=get,cache.result=hit,cache.tier=L1}":  80,
	"cache.requests{cache.name=user,cache.operation=get,cache.result=miss,cache.tier=L1}": 0, "cache.requests{cache.name=user,cache.operation=get,cache.result=error,cache.tier=L1}": 0,
	"cache.errors{cache.name=user,error.type=timeout}":                      8,
	"cache.errors{cache.name=user,error.type=connection}":                   5,
	"cache.errors{cache.name=user,error.type=other}":                        1,
	"cache.errors{cache.name=user,error.type=server}":                       0,
	"cache.errors{cache.name=user,error.type=cancelled}":                    0,
	"cache.requests.coalesced{cache.name=user}":                             7,
	"cache.hits.negative{cache.name=user}":                                  2,
	"cache.hits.stale{cache.name=user}":                                     1,
	"cache.read.size{cache.name=user}":                                      123456,
	"cache.evictions{cache.eviction.cause=size,cache.name=user}":            5,
	"cache.evictions{cache.eviction.cause=expired,cache.name=user}":         6,
	"cache.evictions.weight{cache.name=user}":                               20,
	"cache.loads{cache.name=user,cache.result=success}":                     1,
	"cache.loads{cache.name=user,cache.result=error}":                       1,
	"cache.load.time{cache.name=user}":                                      0.5,
	"cache.requests{cache.name=idle,cache.operation=get,cache.result=hit}":  0,
	"cache.requests{cache.name=idle,cache.operation=get,cache.result=miss}": 0, "cache.requests{cache.name=idle,cache.operation=get,cache.result=error}": 0,
}

// held are the gauges of the cache that the tests attach.
var held = map[string]float64{
	"cache.entry.count{cache.name=user}": 42,
	"cache.entry.limit{cache.name=user}": 100,
}
