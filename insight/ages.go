package insight

import "math/bits"

// ages is how a span of time was distributed: log-linear buckets of milliseconds, 8 to
// a power of two, with weights.
type ages struct {
	weight [33 * 8]float64
	total  float64
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
}
