package insight

import "math/bits"

// Cache sizes fall into log-linear buckets, 64 to a power of two, so that a bucket is
// at most 1/64 of its lower bound wide.
const (
	sizeBits    = 6
	subSizes    = 1 << sizeBits
	largestSize = 1<<40 - 1
	sizeBuckets = (40-sizeBits)*subSizes + subSizes
)

func sizeBucket(size uint64) uint16 {
	size = min(size, largestSize)
	shift := max(bits.Len64(size)-sizeBits-1, 0)
	return uint16(shift<<sizeBits + int(size>>shift))
}

// sizeBounds returns the smallest size of a bucket and that of the next.
func sizeBounds(bucket int) (low, next uint64) {
	if bucket < 2*subSizes {
		return uint64(bucket), uint64(bucket) + 1
	}
	shift := bucket>>sizeBits - 1
	low = uint64(bucket&(subSizes-1)+subSizes) << shift
	return low, low + 1<<shift
}

// reuse adds up at which cache sizes the sampled lookups would have hit, each with
// the weight of all the lookups it stands for.
type reuse struct {
	begins  [sizeBuckets + 1]float64 // by bucket: weight of hits that begin there, less those that end
	lookups float64                  // weight of all lookups that were judged
	unknown float64                  // weight of those that cannot be: the key's past is not known
	known   float64                  // weight of the judged ones but the first of each key
	gone    float64                  // weight of those of keys deleted, or not written after a miss
}

// hit adds lookups that hit at the sizes of buckets from to below to.
func (r *reuse) hit(from, to uint16, weight float64) {
	r.begins[from] += weight
	r.begins[to] -= weight
}
