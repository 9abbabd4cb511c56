package report

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Row is one namespace, or one tier of it, over an interval.
type Row struct {
	Namespace, Tier string

	Total   metrics.Stats     // since the tracker's last reset
	Recent  metrics.Stats     // in the interval
	Latency metrics.Histogram // of the lookups in the interval, all outcomes; empty where nobody measures
	Seconds float64           // the interval's length
}

// PerSecond returns count / Seconds, and 0 for an interval without length.
func (r Row) PerSecond(count uint64) float64 {
	if r.Seconds <= 0 {
		return 0
	}
	return float64(count) / r.Seconds
}

// Sampler turns the counters of a tracker into what happened since the sample
// before. It is for one goroutine.
type Sampler struct {
	tracker *metrics.Tracker
	last    time.Time
	before  map[*metrics.Namespace]reading
}

type reading struct {
	stats   metrics.Stats
	latency metrics.Histogram
}

// NewSampler returns a sampler whose first interval begins now, with what the
// tracker holds.
func NewSampler(tracker *metrics.Tracker, now time.Time) *Sampler {
	s := &Sampler{tracker: tracker, last: now, before: map[*metrics.Namespace]reading{}}
	s.Sample(now)
	return s
}

// Sample returns a row for each existing namespace, followed by its tiers, in the
// order of their names, for the interval since the call before.
func (s *Sampler) Sample(now time.Time) []Row {
	seconds := now.Sub(s.last).Seconds()
	s.last = now
	var rows []Row
	for _, handle := range s.tracker.Namespaces() {
		if !handle.Exists() {
			continue
		}
		at := reading{handle.Stats(), allLatency(handle)}
		before := s.before[handle]
		s.before[handle] = at
		rows = append(rows, Row{
			Namespace: handle.Name(),
			Tier:      handle.TierName(),
			Total:     at.stats,
			Recent:    at.stats.Sub(before.stats),
			Latency:   at.latency.Sub(before.latency),
			Seconds:   seconds,
		})
	}
	return rows
}

// All returns a row for all that tracker holds, without an interval.
func All(tracker *metrics.Tracker) []Row {
	return (&Sampler{tracker: tracker, before: map[*metrics.Namespace]reading{}}).Sample(time.Time{})
}

func allLatency(handle *metrics.Namespace) metrics.Histogram {
	return handle.Latency(metrics.Hit).Add(handle.Latency(metrics.Miss)).Add(handle.Latency(metrics.Error))
}
