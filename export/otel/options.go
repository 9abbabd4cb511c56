package otelmeter

import (
	"errors"
	"fmt"
	"slices"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

// Option changes how [Register] and [NewProducer] export. Each says which it is for.
type Option func(*config)

type config struct {
	provider   metric.MeterProvider
	attributes []attribute.KeyValue
	bounds     []float64
	delta      bool
}

// WithMeterProvider makes [Register] use the provider instead of the global one. A nil
// provider is ignored.
func WithMeterProvider(provider metric.MeterProvider) Option {
	return func(c *config) {
		if provider != nil {
			c.provider = provider
		}
	}
}

// WithAttributes puts attributes on every data point of [Register] and [NewProducer].
// Repeating it adds attributes.
func WithAttributes(attributes ...attribute.KeyValue) Option {
	attributes = slices.Clone(attributes)
	return func(c *config) { c.attributes = append(c.attributes, attributes...) }
}

// WithBuckets sets the upper bounds, in seconds, of [NewProducer]'s histograms. The
// default are twelve powers of four from 1.024 µs to 4.29 s, which are exact to the
// nanosecond; other bounds are as exact as [metrics.Histogram]'s buckets, at most 1/16.
func WithBuckets(bounds ...float64) Option {
	bounds = slices.Clone(bounds)
	return func(c *config) { c.bounds = bounds }
}

// WithDeltaTemporality makes [NewProducer] answer with what was observed since its last
// answer, for readers that export deltas: the SDK converts the temporality of its own
// instruments and leaves a producer's alone.
func WithDeltaTemporality() Option {
	return func(c *config) { c.delta = true }
}

var errNilTracker = errors.New("otelmeter: nil tracker: give the one that your caches record to")

func newConfig(tracker *metrics.Tracker, opts []Option) (config, error) {
	c := config{bounds: figures.DefaultBounds()}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if c.provider == nil {
		c.provider = otel.GetMeterProvider()
	}
	switch {
	case tracker == nil:
		return c, errNilTracker
	case !figures.RisingBounds(c.bounds):
		return c, fmt.Errorf("otelmeter: WithBuckets(%v): bounds must be above 0 and rise", c.bounds)
	}
	return c, nil
}

// attributeSet joins attributes to a set. NewSet sorts and drops what it is given, so
// it is given a slice of its own.
func attributeSet(parts ...[]attribute.KeyValue) attribute.Set {
	return attribute.NewSet(slices.Concat(parts...)...)
}
