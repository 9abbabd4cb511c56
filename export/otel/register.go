package otelmeter

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

// Register makes the tracker's figures observable through a MeterProvider, the global
// one unless [WithMeterProvider] gives another, until the registration is unregistered.
//
// It fails on a nil tracker, when the provider refuses an instrument, and when the
// tracker is registered with the provider already: OpenTelemetry would add both up.
// Two trackers on one provider do add up where they have namespaces of one name; give
// them [WithAttributes] to tell them apart.
//
// The SDK folds series beyond its cardinality limit, 2000 an instrument in its newer
// versions, into one: give programs with more than 300 namespaces a higher one
// (WithCardinalityLimit), as cache.requests has up to 6 series for each.
//
// Every namespace that has a handle is exported from the start, with zeros; a figure
// that a cache cannot report has no data points.
func Register(tracker *metrics.Tracker, opts ...Option) (metric.Registration, error) {
	c, err := newConfig(tracker, opts)
	if err != nil {
		return nil, err
	}
	key := registrationKey{tracker, c.provider}
	if !reflect.ValueOf(c.provider).Comparable() {
		key.provider = nil
	} else if _, taken := registered.LoadOrStore(key, nil); taken {
		return nil, errors.New("otelmeter: tracker is registered with this MeterProvider already: unregister it first")
	}
	registration, err := register(tracker, c)
	if err != nil {
		registered.Delete(key)
		return nil, fmt.Errorf("otelmeter: registering: %w", err)
	}
	return &once{Registration: registration, key: key}, nil
}

// registered holds what is registered, to refuse it a second time.
var registered sync.Map

type registrationKey struct {
	tracker  *metrics.Tracker
	provider metric.MeterProvider
}

// once is a registration that makes way for another when it ends.
type once struct {
	metric.Registration
	key   registrationKey
	ended atomic.Bool
}

// Unregister ends the registration. Ending it again does nothing, least of all to a
// registration that was made since.
func (o *once) Unregister() error {
	if o.ended.Swap(true) {
		return nil
	}
	err := o.Registration.Unregister()
	registered.Delete(o.key)
	return err
}

func register(tracker *metrics.Tracker, c config) (metric.Registration, error) {
	meter := c.provider.Meter(scopeName)
	made, err := newInstruments(meter)
	if err != nil {
		return nil, err
	}
	o := &observer{tracker: tracker, instruments: made, constant: c.attributes, members: make(map[*metrics.Namespace]*member)}
	return meter.RegisterCallback(o.observe, made.all()...)
}

// observer answers collections.
type observer struct {
	tracker     *metrics.Tracker
	instruments *instruments
	constant    []attribute.KeyValue

	mu      sync.Mutex
	members map[*metrics.Namespace]*member
}

// member is what stays the same from collection to collection for one namespace or tier.
type member struct {
	errors figures.Errors
	whole  [][]metric.ObserveOption // by position in the schema and variant
	plain  metric.ObserveOption
}

func (o *observer) observe(_ context.Context, out metric.Observer) error {
	for _, n := range o.tracker.Namespaces() {
		m := o.member(n)
		r := reading{stats: n.Totals()}
		r.lookupErrors, r.errorsByClass = m.errors.Split(n, r.stats)
		for i, instrument := range o.instruments.schema {
			for j, v := range instrument.variants {
				if r.stats.Reported.Has(v.figure) {
					out.ObserveInt64(o.instruments.whole[i], clamp(v.read(&r)), m.whole[i][j])
				}
			}
		}
		if r.stats.Reported.Has(metrics.Loads) {
			out.ObserveFloat64(o.instruments.loadTime, r.stats.LoadTime.Seconds(), m.plain)
		}
	}
	return nil
}

func (o *observer) member(n *metrics.Namespace) *member {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.members[n]
	if m != nil {
		return m
	}
	own := append(identity(n), o.constant...)
	m = &member{plain: metric.WithAttributeSet(attributeSet(own))}
	for _, instrument := range o.instruments.schema {
		options := make([]metric.ObserveOption, len(instrument.variants))
		for j, v := range instrument.variants {
			options[j] = metric.WithAttributeSet(attributeSet(own, v.attributes))
		}
		m.whole = append(m.whole, options)
	}
	o.members[n] = m
	return m
}
