package metrics

import "time"

// The spans of [Windows.Recent], and the longest that [Windows] looks back, its
// start apart.
const (
	ShortWindow  = time.Minute
	MiddleWindow = 5 * time.Minute
	LongWindow   = 15 * time.Minute
)

// Window is what happened in a namespace between two moments, as a value. Its
// counters are differences, its gauges those of the end. One whose End is not after
// its Start is empty: there was no sample to compare with, which a display should
// show as "no data" and not as zero.
type Window struct {
	Start, End time.Time
	Stats      Stats

	latency [outcomes]Histogram
}

// Span returns the time that the window really covers. It can differ from the span
// that was asked for: shorter where the history is young, and off by the distance
// between samples.
func (w Window) Span() time.Duration { return max(w.End.Sub(w.Start), 0) }

// Empty tells whether the window covers no time, so that it has nothing to say.
func (w Window) Empty() bool { return w.Span() == 0 }

// HitRate returns hits / requests within the window, and false when there were no
// requests in it.
func (w Window) HitRate() (float64, bool) {
	return w.Stats.HitRate(), w.Stats.TotalRequests() > 0
}

// Rate returns count per second of the window, 0 when it is empty. Give it a
// counter of Stats: w.Rate(w.Stats.Evictions).
func (w Window) Rate(count uint64) float64 {
	if w.Empty() {
		return 0
	}
	return float64(count) / w.Span().Seconds()
}

// RequestRate returns hits + misses per second, 0 when the window is empty.
func (w Window) RequestRate() float64 { return w.Rate(w.Stats.TotalRequests()) }

// Latency returns how long lookups of the outcome took within the window. It is
// empty where nobody measured or the [Windows] was made without [WithSampledLatency].
func (w Window) Latency(outcome Outcome) Histogram {
	if outcome >= outcomes {
		return Histogram{}
	}
	return w.latency[outcome]
}

// Recent is a namespace's figures over the usual windows, all of them up to the
// same moment.
type Recent struct {
	Short, Middle, Long Window // the last 1, 5 and 15 minutes
	SinceStart          Window // since the Windows was made
}

// reading is a namespace's figures at one moment. It is never written again, so
// that samples between which nothing happened share one.
type reading struct {
	stats   Stats
	latency [outcomes]Histogram
}

// nothing is what a namespace had counted before it was made.
var nothing = &reading{}

func (r *reading) since(earlier *reading, start, end time.Time) Window {
	w := Window{Start: start, End: end, Stats: r.stats.Sub(earlier.stats)}
	for i := range w.latency {
		if r.latency[i].Count > 0 {
			w.latency[i] = r.latency[i].Sub(earlier.latency[i])
		}
	}
	return w
}

// sameAs tells whether nothing was counted between two readings.
func (r *reading) sameAs(o *reading) bool {
	if r.stats != o.stats {
		return false
	}
	for i := range r.latency {
		if r.latency[i].Count != o.latency[i].Count {
			return false
		}
	}
	return true
}
