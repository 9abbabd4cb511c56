package insight

import (
	"math"
	"sort"
)

// Point is one point of a [Curve].
type Point struct {
	Size    uint64  `json:"size"` // entries
	HitRate float64 `json:"hit_rate"`
}

// Curve tells what share of its lookups a namespace would have hit with a cache of
// another size that evicts the least recently used entry: the miss-ratio curve, from
// above. It comes from a sample of the keys by SHARDS-adj (Waldspurger and others,
// FAST 2015), in which an expired or deleted entry takes no room.
//
// It is a value; the zero value has not enough samples. It says nothing of sizes that
// too few sampled keys stand for.
type Curve struct {
	// Keys estimates how many different keys there were: a cache of that size holds all.
	Keys uint64
	// Samples is how many lookups the curve was made from.
	Samples uint64
	// Rate is the share of keys that are sampled.
	Rate float64

	hits  []float64 // by bucket: lookups that hit at its smallest size
	total float64
}

const (
	minSamples = 500 // lookups, below which there is no curve
	minPerSize = 32  // sampled keys that a size must have room for
)

// draw makes the curve of lookups, of which r has judged a sample. Where the sampled
// keys were looked up less than others, the missing lookups are those of the hottest
// keys: they hit at the smallest size, as the paper has it, but for those that come
// after a delete, from which the hottest keys are not safe either. Where they were
// looked up more, as many are taken away.
func (c *Curve) draw(r *reuse, lookups float64) {
	c.total = lookups - r.unknown
	if c.Samples < minSamples || c.total <= 0 {
		return
	}
	c.hits = make([]float64, sizeBuckets+1)
	hits := c.total - r.lookups
	if r.known > 0 {
		hits *= 1 - r.gone/r.known
	}
	for i, begins := range r.begins {
		c.hits[i] = hits
		hits += begins
	}
}

// Enough tells whether there were enough samples for a curve.
func (c Curve) Enough() bool { return c.hits != nil }

// Smallest returns the least size that the curve can tell of.
func (c Curve) Smallest() uint64 {
	if c.Rate >= 1 || c.Rate == 0 {
		return 1
	}
	return uint64(math.Ceil(minPerSize / c.Rate))
}

// At returns the hit rate at a size, and false where there are not enough samples.
func (c Curve) At(size uint64) (hitRate float64, ok bool) {
	if !c.Enough() || size < c.Smallest() {
		return 0, false
	}
	return c.at(size), true
}

func (c Curve) at(size uint64) float64 {
	bucket := int(sizeBucket(size))
	low, next := sizeBounds(bucket)
	part := float64(min(size, largestSize)-low) / float64(next-low)
	hits := c.hits[bucket] + part*(c.hits[bucket+1]-c.hits[bucket])
	return min(max(hits/c.total, 0), 1)
}

// Best returns the hit rate of a cache that holds everything.
func (c Curve) Best() (hitRate float64, ok bool) { return c.At(max(c.Keys, c.Smallest())) }

// Within returns the smallest size whose hit rate is at most lost below the best.
func (c Curve) Within(lost float64) (size uint64, ok bool) {
	best, ok := c.Best()
	if !ok {
		return 0, false
	}
	from, to := c.Smallest(), max(c.Keys, c.Smallest())
	n := sort.Search(int(to-from), func(i int) bool { return c.at(from+uint64(i)) >= best-lost })
	return from + uint64(n), true
}

// Knee returns the size beyond which more room brings less than it did on average up
// to there: the point farthest above the straight line from the curve's beginning to
// the smallest size that is as good as the best (Satopaa and others: Finding a
// "kneedle" in a haystack, 2011).
func (c Curve) Knee() (size uint64, ok bool) {
	end, ok := c.Within(0.001)
	start := c.Smallest()
	if !ok || end <= start {
		return 0, false
	}
	first, last := c.at(start), c.at(end)
	if last <= first {
		return 0, false
	}
	farthest := 0.0
	for bucket := int(sizeBucket(start)); bucket <= int(sizeBucket(end)); bucket++ {
		at, _ := sizeBounds(bucket)
		if at <= start || at >= end {
			continue
		}
		above := (c.at(at)-first)/(last-first) - float64(at-start)/float64(end-start)
		if above > farthest {
			farthest, size = above, at
		}
	}
	return size, farthest > 0
}

// Points returns the curve at count sizes, in even steps of a factor, from the
// smallest that it can tell of to one that holds all keys.
func (c Curve) Points(count int) []Point {
	if !c.Enough() || count < 2 {
		return nil
	}
	from, to := float64(c.Smallest()), float64(max(c.Keys, c.Smallest()))
	var points []Point
	for i := range count {
		size := uint64(math.Round(from * math.Pow(to/from, float64(i)/float64(count-1))))
		if n := len(points); n == 0 || points[n-1].Size < size {
			points = append(points, Point{Size: size, HitRate: c.at(size)})
		}
	}
	return points
}
