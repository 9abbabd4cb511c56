package insight

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Worth is what the namespace saves its callers, by the times that were measured: of
// loads from the origin, and of hits where latency is on. Without measured loads it is
// zero.
type Worth struct {
	PerHit time.Duration // the mean load less the mean hit
	Saved  time.Duration // by all hits since somebody listens
}

func worthOf(s metrics.Stats, namespace *metrics.Namespace) Worth {
	load, ok := s.MeanLoadTime()
	if !ok {
		return Worth{}
	}
	w := Worth{PerHit: load}
	if hit, ok := namespace.TotalLatency(metrics.Hit).Mean(); ok {
		w.PerHit = max(load-hit, 0)
	}
	w.Saved = times(float64(s.Hits), w.PerHit)
	return w
}

// times is n times d, and the longest duration where that is longer.
func times(n float64, d time.Duration) time.Duration {
	const longest = time.Duration(1<<63 - 1)
	if product := n * float64(d); product < float64(longest) {
		return time.Duration(product)
	}
	return longest
}

// sizes tells what other sizes than the present one would hit and save.
func sizes(r *Report) []Size {
	if r.PresentSize == 0 || !r.Curve.Enough() {
		return nil
	}
	present, known := r.Curve.At(r.PresentSize)
	var sizes []Size
	for _, factor := range factors {
		s := Size{Factor: factor, Entries: uint64(factor * float64(r.PresentSize))}
		s.HitRate, s.Enough = r.Curve.At(s.Entries)
		if s.Enough && known {
			s.Saves = times((s.HitRate-present)*float64(r.Lookups), r.Worth.PerHit)
		}
		sizes = append(sizes, s)
	}
	return sizes
}
