package otelmeter

import (
	"errors"
	"math"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/cachemeter/cachemeter/metrics"
)

// reading is what one collection knows of a namespace.
type reading struct {
	stats         metrics.Stats
	lookupErrors  uint64
	errorsByClass [metrics.ErrorClasses]uint64
}

// instrument is one name with all its series.
type instrument struct {
	name, unit, help string
	gauge            bool // goes up and down
	variants         []variant
}

// variant is one series of an instrument for each namespace that reports figure.
type variant struct {
	figure     metrics.Figure // 0: always reported
	attributes []attribute.KeyValue
	read       func(r *reading) uint64
}

func with(attributes ...attribute.KeyValue) []attribute.KeyValue { return attributes }

// schema is every instrument of whole numbers.
func schema() []instrument {
	classes := make([]variant, metrics.ErrorClasses)
	for i := range classes {
		classes[i] = variant{metrics.ErrorsByClass, with(errorTypeKey.String(metrics.ErrorClass(i).String())), func(r *reading) uint64 { return r.errorsByClass[i] }}
	}
	return []instrument{
		{requestsName, "{request}", "Operations on caches, by operation and result.", false, []variant{
			{0, with(operationGet, resultOf(metrics.Hit)), func(r *reading) uint64 { return r.stats.Hits }},
			{0, with(operationGet, resultOf(metrics.Miss)), func(r *reading) uint64 { return r.stats.Misses }},
			{0, with(operationGet, resultError), func(r *reading) uint64 { return r.lookupErrors }},
			{metrics.Sets, with(operationSet, resultSuccess), func(r *reading) uint64 { return r.stats.Sets }},
			{metrics.Deletes, with(operationDelete, resultSuccess), func(r *reading) uint64 { return r.stats.Deletes }},
			{metrics.WriteErrors, with(operationWrite, resultError), func(r *reading) uint64 { return r.stats.WriteErrors }},
		}},
		{errorsName, "{error}", "Failed operations of every kind, writes included, by class.", false, classes},
		{coalescedName, "{request}", "Lookups that waited for another's load, neither hits nor misses.", false, []variant{
			{metrics.Coalesced, nil, func(r *reading) uint64 { return r.stats.Coalesced }},
		}},
		{negativeHitsName, "{request}", "Hits that answered from memory that the origin has no such value.", false, []variant{
			{metrics.NegativeHits, nil, func(r *reading) uint64 { return r.stats.NegativeHits }},
		}},
		{staleHitsName, "{request}", "Hits that answered with a value past its time.", false, []variant{
			{metrics.StaleHits, nil, func(r *reading) uint64 { return r.stats.StaleHits }},
		}},
		{readBytesName, "By", "Payload bytes that hits returned.", false, []variant{
			{metrics.BytesRead, nil, func(r *reading) uint64 { return r.stats.BytesRead }},
		}},
		{evictionsName, "{entry}", "Entries that left by themselves: for the cache's size, or because their time was over.", false, []variant{
			{metrics.Evictions, with(causeSize), func(r *reading) uint64 { return r.stats.Evictions }},
			{metrics.Expirations, with(causeExpired), func(r *reading) uint64 { return r.stats.Expirations }},
		}},
		{evictedWeight, "1", "Weight of the entries evicted for the cache's size.", false, []variant{
			{metrics.Evictions, nil, func(r *reading) uint64 { return r.stats.EvictedWeight }},
		}},
		{loadsName, "{load}", "Loads from the origin, by result.", false, []variant{
			{metrics.Loads, with(resultSuccess), func(r *reading) uint64 { return r.stats.Loads }},
			{metrics.Loads, with(resultError), func(r *reading) uint64 { return r.stats.LoadFailures }},
		}},
		{entryCountName, "{entry}", "Entries held now.", true, []variant{
			{metrics.Entries, nil, func(r *reading) uint64 { return r.stats.Entries }},
		}},
		{entryLimitName, "{entry}", "Entries that could be held.", true, []variant{
			{metrics.Capacity, nil, func(r *reading) uint64 { return r.stats.Capacity }},
		}},
	}
}

// instruments are the schema made real on one meter.
type instruments struct {
	schema   []instrument
	whole    []metric.Int64Observable // by position in schema
	loadTime metric.Float64Observable
}

func newInstruments(meter metric.Meter) (*instruments, error) {
	all := &instruments{schema: schema()}
	var failed []error
	for _, i := range all.schema {
		var made metric.Int64Observable
		var err error
		if i.gauge {
			made, err = meter.Int64ObservableUpDownCounter(i.name, metric.WithUnit(i.unit), metric.WithDescription(i.help))
		} else {
			made, err = meter.Int64ObservableCounter(i.name, metric.WithUnit(i.unit), metric.WithDescription(i.help))
		}
		all.whole = append(all.whole, made)
		failed = append(failed, err)
	}
	var err error
	all.loadTime, err = meter.Float64ObservableCounter(loadTimeName, metric.WithUnit("s"), metric.WithDescription("Time that loads from the origin took, failed ones included."))
	return all, errors.Join(append(failed, err)...)
}

func (i *instruments) all() []metric.Observable {
	observables := []metric.Observable{i.loadTime}
	for _, w := range i.whole {
		observables = append(observables, w)
	}
	return observables
}

// clamp makes a count an int64, which is what instruments take.
func clamp(n uint64) int64 { return int64(min(n, math.MaxInt64)) }
