package metrics

import (
	"strconv"
	"time"
)

// Stats are one namespace's figures at one moment: a plain value, comparable, its
// zero value an unused cache. Errors are failed operations of every kind, writes
// included, and are in neither Hits nor Misses.
//
// Beyond Hits, Misses and Errors a figure means something only where
// Reported has it: a cache that cannot tell reports nothing, not zero.
type Stats struct {
	Hits   uint64 // lookups that found their value
	Misses uint64 // lookups answered "not there"
	Errors uint64 // operations the cache could not answer, failed writes included

	Sets          uint64 // values written
	Deletes       uint64 // entries deleted on request
	Evictions     uint64 // entries the policy removed to make room
	EvictedWeight uint64 // their weights' sum; equals Evictions where entries have no weight
	Expirations   uint64 // entries whose time was over
	Loads         uint64 // successful loads from the origin
	LoadFailures  uint64 // failed loads
	LoadTime      time.Duration
	Coalesced     uint64 // lookups that waited for another's load: in neither Hits nor Misses
	WriteErrors   uint64 // failed writes, a part of Errors
	BytesRead     uint64 // payload bytes that hits returned
	NegativeHits  uint64 // the part of Hits that answered "absent at the origin"
	StaleHits     uint64 // the part of Hits that answered past the value's time

	// ErrorsByClass splits Errors by [ErrorClass]; it adds up to Errors.
	ErrorsByClass [ErrorClasses]uint64

	Entries  uint64 // gauge: entries held now
	Capacity uint64 // gauge: entries that could be held

	Reported Figure
}

// TotalRequests returns Hits + Misses. Errors are outside: a failed operation says
// nothing about the cache's content.
func (s Stats) TotalRequests() uint64 { return s.Hits + s.Misses }

// HitRate returns Hits / TotalRequests, unrounded, from 0 to 1; and 0 when there
// were no requests, which a display should show as "no data".
func (s Stats) HitRate() float64 {
	total := s.TotalRequests()
	if total == 0 {
		return 0
	}
	return float64(s.Hits) / float64(total)
}

// MeanLoadTime returns the mean time of a load, failed ones included, and false
// where there was none.
func (s Stats) MeanLoadTime() (time.Duration, bool) {
	n := s.Loads + s.LoadFailures
	if n == 0 {
		return 0, false
	}
	return s.LoadTime / time.Duration(n), true
}

// Sub returns what happened between earlier and s. A counter that went down, as
// after a reset, gives 0. Gauges are those of s.
func (s Stats) Sub(earlier Stats) Stats {
	d := s.combine(earlier, func(a, b uint64) uint64 {
		if a < b {
			return 0
		}
		return a - b
	})
	d.Entries, d.Capacity, d.Reported = s.Entries, s.Capacity, s.Reported
	return d
}

// Add returns the sum of both, gauges included: figures of several instances are
// added before any ratio is taken.
func (s Stats) Add(other Stats) Stats {
	return s.combine(other, func(a, b uint64) uint64 { return a + b })
}

func (s Stats) combine(o Stats, f func(a, b uint64) uint64) Stats {
	r := Stats{
		Hits: f(s.Hits, o.Hits), Misses: f(s.Misses, o.Misses), Errors: f(s.Errors, o.Errors),
		Sets: f(s.Sets, o.Sets), Deletes: f(s.Deletes, o.Deletes),
		Evictions: f(s.Evictions, o.Evictions), EvictedWeight: f(s.EvictedWeight, o.EvictedWeight),
		Expirations: f(s.Expirations, o.Expirations),
		Loads:       f(s.Loads, o.Loads), LoadFailures: f(s.LoadFailures, o.LoadFailures),
		LoadTime:  time.Duration(f(uint64(s.LoadTime), uint64(o.LoadTime))),
		Coalesced: f(s.Coalesced, o.Coalesced), WriteErrors: f(s.WriteErrors, o.WriteErrors),
		BytesRead:    f(s.BytesRead, o.BytesRead),
		NegativeHits: f(s.NegativeHits, o.NegativeHits), StaleHits: f(s.StaleHits, o.StaleHits),
		Entries: f(s.Entries, o.Entries), Capacity: f(s.Capacity, o.Capacity),
		Reported: s.Reported | o.Reported,
	}
	for i := range r.ErrorsByClass {
		r.ErrorsByClass[i] = f(s.ErrorsByClass[i], o.ErrorsByClass[i])
	}
	return r
}

// nonZero returns the optional figures that have something to show.
func (s *Stats) nonZero() Figure {
	var f Figure
	for _, x := range []struct {
		figure Figure
		value  uint64
	}{
		{Sets, s.Sets},
		{Deletes, s.Deletes},
		{Evictions, s.Evictions},
		{Expirations, s.Expirations},
		{Loads, s.Loads + s.LoadFailures},
		{Coalesced, s.Coalesced},
		{WriteErrors, s.WriteErrors},
		{BytesRead, s.BytesRead},
		{NegativeHits, s.NegativeHits},
		{StaleHits, s.StaleHits},
	} {
		if x.value > 0 {
			f |= x.figure
		}
	}
	return f
}

// MarshalJSON writes hits, misses, errors, total_requests and hit_rate, always and
// in this order, then the figures of Reported. hit_rate has 4 decimals, correctly
// rounded from the exact binary value. Times are in seconds.
func (s Stats) MarshalJSON() ([]byte, error) {
	return s.AppendJSON(make([]byte, 0, 256)), nil
}

// AppendJSON appends what [Stats.MarshalJSON] returns to b.
func (s Stats) AppendJSON(b []byte) []byte {
	field := func(name string, v uint64) {
		b = append(b, ',', '"')
		b = append(b, name...)
		b = append(b, '"', ':')
		b = strconv.AppendUint(b, v, 10)
	}
	optional := func(figure Figure, name string, v uint64) {
		if s.Reported.Has(figure) {
			field(name, v)
		}
	}
	b = append(b, `{"hits":`...)
	b = strconv.AppendUint(b, s.Hits, 10)
	field("misses", s.Misses)
	field("errors", s.Errors)
	field("total_requests", s.TotalRequests())
	b = append(b, `,"hit_rate":`...)
	b = strconv.AppendFloat(b, s.HitRate(), 'f', 4, 64)

	optional(Sets, "sets", s.Sets)
	optional(Deletes, "deletes", s.Deletes)
	optional(Evictions, "evictions", s.Evictions)
	if s.Reported.Has(Evictions) && s.EvictedWeight != s.Evictions {
		field("evicted_weight", s.EvictedWeight)
	}
	optional(Expirations, "expirations", s.Expirations)
	optional(Loads, "loads", s.Loads)
	optional(Loads, "load_failures", s.LoadFailures)
	if s.Reported.Has(Loads) {
		b = append(b, `,"load_seconds":`...)
		b = strconv.AppendFloat(b, s.LoadTime.Seconds(), 'f', -1, 64)
	}
	optional(Coalesced, "coalesced", s.Coalesced)
	optional(WriteErrors, "write_errors", s.WriteErrors)
	optional(BytesRead, "bytes_read", s.BytesRead)
	optional(NegativeHits, "negative_hits", s.NegativeHits)
	optional(StaleHits, "stale_hits", s.StaleHits)
	if s.Reported.Has(ErrorsByClass) {
		b = append(b, `,"errors_by_class":{`...)
		for i, n := range s.ErrorsByClass {
			if i > 0 {
				b = append(b, ',')
			}
			b = strconv.AppendQuote(b, ErrorClass(i).String())
			b = append(b, ':')
			b = strconv.AppendUint(b, n, 10)
		}
		b = append(b, '}')
	}
	optional(Entries, "entries", s.Entries)
	optional(Capacity, "capacity", s.Capacity)
	return append(b, '}')
}
