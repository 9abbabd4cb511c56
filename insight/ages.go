package insight

import (
	"math/bits"
	"time"
)

// ages is how a span of time was distributed: log-linear buckets of milliseconds, 8 to
// a power of two, with weights.
type ages struct {
	weight  [33 * 8]float64
	total   float64
	samples uint64
}

func ageBucket(ms uint32) int {
	shift := max(bits.Len32(ms)-4, 0)
	return shift<<3 + int(ms>>shift)
}

func ageBounds(bucket int) (low, next uint64) {
	if bucket < 16 {
		return uint64(bucket), uint64(bucket) + 1
	}
	shift := bucket>>3 - 1
	low = uint64(bucket&7+8) << shift
	return low, low + 1<<shift
}

func (a *ages) add(ms uint32, weight float64) {
	a.weight[ageBucket(ms)] += weight
	a.total += weight
	a.samples++
}

// Ages is how a span of time was distributed over what it happened to.
type Ages struct {
	Samples       uint64
	P50, P90, P99 time.Duration // within 7 %
}

func (a *ages) summary() Ages {
	return Ages{Samples: a.samples, P50: a.quantile(0.5), P90: a.quantile(0.9), P99: a.quantile(0.99)}
}

func (a *ages) quantile(q float64) time.Duration {
	seen := 0.0
	for i, w := range a.weight {
		if seen += w; w > 0 && seen >= q*a.total*(1-1e-9) {
			low, next := ageBounds(i)
			return time.Duration(low+next-1) * time.Millisecond / 2
		}
	}
	return 0
}
