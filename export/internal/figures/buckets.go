package figures

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// DefaultBounds returns the upper bounds, in seconds, of latency buckets: powers of
// four nanoseconds, 1.024 µs to 4.29 s. They fall between two buckets of
// [metrics.Histogram], so that what is counted under them is exact to the nanosecond.
func DefaultBounds() []float64 {
	var bounds []float64
	for nanos := int64(1) << 10; nanos <= 1<<32; nanos *= 4 {
		bounds = append(bounds, time.Duration(nanos).Seconds())
	}
	return bounds
}

// RisingBounds tells whether bounds are above 0 and each above the one before.
func RisingBounds(bounds []float64) bool {
	last := 0.0
	for _, b := range bounds {
		if !(b > last) { // NaN is not above anything
			return false
		}
		last = b
	}
	return true
}

// Buckets returns how many observations are in each bucket: at most bounds[0] seconds,
// at most bounds[1], and so on, and above them all. A log-linear bucket with a bound
// inside counts as above the bound.
func Buckets(h metrics.Histogram, bounds []float64) []uint64 {
	counts := make([]uint64, len(bounds)+1)
	at := 0
	for upper, n := range h.Buckets() {
		// Both rise: go on from where the last one was.
		for at < len(bounds) && upper.Seconds() > bounds[at] {
			at++
		}
		counts[at] += n
	}
	return counts
}
