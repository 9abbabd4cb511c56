package otelmeter_test

import (
	"context"
	"fmt"
	"time"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	otelmeter "github.com/cachemeter/cachemeter/export/otel"
	"github.com/cachemeter/cachemeter/metrics"
)

func ExampleRegister() {
	tracker := metrics.NewTracker()
	tracker.Namespace("user").RecordHits(3)
	tracker.Namespace("user").RecordMiss()

	reader := sdkmetric.NewManualReader() // a program has a periodic one, with an exporter
	provider := sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))
	registration, err := otelmeter.Register(tracker, otelmeter.WithMeterProvider(provider))
	if err != nil {
		fmt.Println(err)
	}
	defer func() { _ = registration.Unregister() }()

	var data metricdata.ResourceMetrics
	_ = reader.Collect(context.Background(), &data)
	for _, m := range data.ScopeMetrics[0].Metrics {
		points := m.Data.(metricdata.Sum[int64]).DataPoints
		fmt.Println(m.Name, len(points))
	}
	// Output: cache.requests 3
}

func ExampleNewProducer() {
	tracker := metrics.NewTracker()
	tracker.Namespace("user").RecordLatency(metrics.Miss, 20*time.Millisecond)

	producer, err := otelmeter.NewProducer(tracker)
	if err != nil {
		fmt.Println(err)
	}
	reader := sdkmetric.NewManualReader(sdkmetric.WithProducer(producer))
	_ = sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader))

	var data metricdata.ResourceMetrics
	_ = reader.Collect(context.Background(), &data)
	duration := data.ScopeMetrics[0].Metrics[0]
	point := duration.Data.(metricdata.Histogram[float64]).DataPoints[0]
	fmt.Println(duration.Name, point.Count, point.Sum)
	// Output: cache.operation.duration 1 0.02
}

func ExampleTrace() {
	spans := tracetest.NewInMemoryExporter()
	tracer := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("example")
	users := metrics.NewTracker().Namespace("user")
	get := otelmeter.Trace(users, func(_ context.Context, id int) (string, bool, error) {
		return "Ada", id == 1, nil
	})

	ctx, span := tracer.Start(context.Background(), "GET /user/2")
	_, _, _ = get(ctx, 2)
	span.End()

	for _, e := range spans.GetSpans()[0].Events {
		fmt.Println(e.Name)
		for _, kv := range e.Attributes {
			fmt.Println(" ", kv.Key, kv.Value.AsString())
		}
	}
	// Output:
	// cache.lookup
	//   cache.name user
	//   cache.operation get
	//   cache.result miss
}

func ExampleAddEvent() {
	spans := tracetest.NewInMemoryExporter()
	ctx, span := sdktrace.NewTracerProvider(sdktrace.WithSyncer(spans)).Tracer("example").Start(context.Background(), "request")
	otelmeter.AddEvent(ctx, metrics.NewTracker().Namespace("user"), metrics.Hit)
	span.End()
	fmt.Println(spans.GetSpans()[0].Events[0].Name)
	// Output: cache.lookup
}
