package metrics

import (
	"iter"
	"math"
	"math/bits"
	"time"
)

// Buckets are log-linear: 16 to each power of two, so that a bucket is at most 1/16
// of its lower bound wide and its middle is within 3.2 % of every value in it. The
// scheme is that of HdrHistogram.
const (
	subBits    = 4
	subBuckets = 1 << subBits
	maxNanos   = 1<<37 - 1 // 137 s; what is longer counts in the last bucket
	octaves    = 37 - subBits
	allBuckets = octaves*subBuckets + subBuckets
)

func bucketOf(nanos uint64) int {
	nanos = min(nanos, maxNanos)
	shift := max(bits.Len64(nanos)-subBits-1, 0)
	return shift<<subBits + int(nanos>>shift)
}

// bucketBounds returns the smallest value of a bucket and that of the next.
func bucketBounds(i int) (low, next uint64) {
	if i < 2*subBuckets {
		return uint64(i), uint64(i) + 1
	}
	shift := i>>subBits - 1
	low = uint64(i&(subBuckets-1)+subBuckets) << shift
	return low, low + 1<<shift
}

// Histogram is how a set of durations was distributed, as a value: safe to copy and
// to read from many goroutines. Quantiles are within 3.2 % of the true value between
// 100 ns and 137 s. The zero value is empty.
type Histogram struct {
	Count uint64
	Sum   time.Duration

	first  int // the bucket of counts[0]
	counts []uint64
}

// Quantile returns the duration that the share q of all observations did not
// exceed, and false when there are none. q is cut to 0 to 1; NaN is taken for 1.
func (h Histogram) Quantile(q float64) (time.Duration, bool) {
	if h.Count == 0 {
		return 0, false
	}
	if math.IsNaN(q) {
		q = 1
	}
	rank := uint64(math.Ceil(min(max(q, 0), 1) * float64(h.Count)))
	rank = min(max(rank, 1), h.Count)
	seen := uint64(0)
	for i, n := range h.counts {
		if seen += n; seen >= rank {
			low, next := bucketBounds(h.first + i)
			return time.Duration(low + (next-1-low)/2), true
		}
	}
	return 0, false
}

// Mean returns Sum / Count, and false when there are no observations.
func (h Histogram) Mean() (time.Duration, bool) {
	if h.Count == 0 {
		return 0, false
	}
	return time.Duration(uint64(h.Sum) / h.Count), true
}

// Buckets yields, in rising order, the upper bound of each bucket that has
// observations, inclusive, and how many it has.
func (h Histogram) Buckets() iter.Seq2[time.Duration, uint64] {
	return func(yield func(time.Duration, uint64) bool) {
		for i, n := range h.counts {
			if n == 0 {
				continue
			}
			if _, next := bucketBounds(h.first + i); !yield(time.Duration(next-1), n) {
				return
			}
		}
	}
}

// Sub returns what was observed between earlier and h. A bucket that went down, as
// after a reset, gives 0.
func (h Histogram) Sub(earlier Histogram) Histogram {
	return h.combine(earlier, h.Sum-min(h.Sum, earlier.Sum), func(a, b uint64) uint64 { return a - min(a, b) })
}

// Add returns the observations of both.
func (h Histogram) Add(other Histogram) Histogram {
	return h.combine(other, h.Sum+other.Sum, func(a, b uint64) uint64 { return a + b })
}

func (h Histogram) combine(o Histogram, sum time.Duration, f func(a, b uint64) uint64) Histogram {
	if len(h.counts) == 0 && len(o.counts) == 0 {
		return Histogram{}
	}
	first, end := h.span()
	if oFirst, oEnd := o.span(); oEnd > 0 {
		if end == 0 {
			first = oFirst
		}
		first, end = min(first, oFirst), max(end, oEnd)
	}
	r := Histogram{Sum: sum, first: first, counts: make([]uint64, end-first)}
	for i := range r.counts {
		r.counts[i] = f(h.at(first+i), o.at(first+i))
		r.Count += r.counts[i]
	}
	return r
}

// span returns the first bucket and the one after the last, 0 and 0 when empty.
func (h Histogram) span() (first, end int) {
	if len(h.counts) == 0 {
		return 0, 0
	}
	return h.first, h.first + len(h.counts)
}

func (h Histogram) at(bucket int) uint64 {
	if i := bucket - h.first; i >= 0 && i < len(h.counts) {
		return h.counts[i]
	}
	return 0
}
