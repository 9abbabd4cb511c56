package otelmeter

import (
	"context"
	"sync"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

// NewProducer returns the tracker's latency by outcome as cache.operation.duration, for
// a reader of the SDK:
//
//	sdkmetric.NewPeriodicReader(exporter, sdkmetric.WithProducer(producer))
//
// Each lookup is counted once, where the tracker counted it; nothing is recorded again.
// Namespaces whose latency nobody measures have no data points. With
// [WithDeltaTemporality] each reader needs a producer of its own.
// It fails on a nil tracker and on bounds that do not rise.
func NewProducer(tracker *metrics.Tracker, opts ...Option) (sdkmetric.Producer, error) {
	c, err := newConfig(tracker, opts)
	if err != nil {
		return nil, err
	}
	return &producer{tracker: tracker, config: c, since: time.Now(), series: make(map[seriesKey]*series)}, nil
}

type producer struct {
	tracker *metrics.Tracker
	config  config

	mu     sync.Mutex
	since  time.Time // of the data points' interval
	series map[seriesKey]*series
}

type seriesKey struct {
	namespace *metrics.Namespace
	outcome   metrics.Outcome
}

// series is one namespace's lookups of one outcome.
type series struct {
	attributes attribute.Set
	last       metrics.Histogram // what was produced already, with delta temporality
}

// Produce returns the histograms of this moment.
func (p *producer) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	data := metricdata.Histogram[float64]{Temporality: metricdata.CumulativeTemporality}
	if p.config.delta {
		data.Temporality = metricdata.DeltaTemporality
	}
	for _, n := range p.tracker.Namespaces() {
		for _, outcome := range lookupOutcomes {
			h := n.TotalLatency(outcome)
			if h.Count == 0 {
				continue
			}
			s := p.of(n, outcome)
			if p.config.delta {
				h, s.last = h.Sub(s.last), h
				if h.Count == 0 {
					continue
				}
			}
			data.DataPoints = append(data.DataPoints, metricdata.HistogramDataPoint[float64]{
				Attributes: s.attributes, StartTime: p.since, Time: now,
				Count: h.Count, Sum: h.Sum.Seconds(),
				Bounds: p.config.bounds, BucketCounts: figures.Buckets(h, p.config.bounds),
			})
		}
	}
	if p.config.delta {
		p.since = now
	}
	if len(data.DataPoints) == 0 {
		return nil, nil
	}
	return []metricdata.ScopeMetrics{{
		Scope:   instrumentation.Scope{Name: scopeName},
		Metrics: []metricdata.Metrics{{Name: durationName, Unit: "s", Description: "Time that lookups took, by result.", Data: data}},
	}}, nil
}

// of is called with mu held.
func (p *producer) of(n *metrics.Namespace, outcome metrics.Outcome) *series {
	key := seriesKey{n, outcome}
	s := p.series[key]
	if s == nil {
		s = &series{attributes: attributeSet(identity(n), p.config.attributes, with(operationGet, resultOf(outcome)))}
		p.series[key] = s
	}
	return s
}
