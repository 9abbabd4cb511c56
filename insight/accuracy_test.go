package insight

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// sampledCurve is the curve of a trace whose keys are hashed under a seed.
func sampledCurve(keys []uint64, samples int, seed uint64) Curve {
	a := newAnalysis(samples)
	for _, key := range keys {
		if h := hashed(key, seed); h <= a.sample.threshold {
			a.lookup(h, metrics.Miss, 0)
		}
	}
	return a.curve(float64(len(keys)))
}

// meanError is the mean distance of c from the exact curve at a hundred sizes up to the
// number of keys, in even steps, as the SHARDS paper measures it. byFactor is the same
// in even factors, from the smallest size that c tells of: it looks at small sizes most.
func meanError(c Curve, hits []uint64, lookups int) (linear, byFactor float64) {
	distinct := len(hits) - 1
	at := func(size int) float64 {
		return math.Abs(c.at(uint64(size)) - float64(hits[size])/float64(lookups))
	}
	for i := 1; i <= 100; i++ {
		linear += at(distinct*i/100) / 100
	}
	n := 0
	for size := float64(c.Smallest()); size <= float64(distinct); size *= 1.1 {
		byFactor += at(int(size))
		n++
	}
	return linear, byFactor / float64(n)
}

// TestCurveAgainstExactLRU holds the curves of traces, each under several hash seeds,
// against the exact stack distances of all their lookups.
func TestCurveAgainstExactLRU(t *testing.T) {
	zipf := func(skew float64) func(*testing.T) []uint64 {
		return func(*testing.T) []uint64 { return zipfKeys(zipfLookups, 1_000_000, skew, 7) }
	}
	file := func(name string) func(*testing.T) []uint64 {
		return func(t *testing.T) []uint64 { return trace(t, name) }
	}
	for _, tc := range []struct {
		name string
		keys func(*testing.T) []uint64
	}{
		{"oltp", file("oltp")},
		{"web07", file("web07")},
		{"web12", file("web12")},
		{"Zipf 0.8", zipf(0.8)},
		{"Zipf 0.99", zipf(0.99)},
		{"Zipf 1.2", zipf(1.2)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			keys := tc.keys(t)
			hits := exactHits(keys)
			for _, sample := range []struct {
				size  int
				bound float64
			}{{8192, 0.01}, {2048, 0.02}} {
				worst, mean, worstByFactor := 0.0, 0.0, 0.0
				for seed := range uint64(seedsOfAccuracyTest) {
					linear, byFactor := meanError(sampledCurve(keys, sample.size, seed), hits, len(keys))
					mean += linear / seedsOfAccuracyTest
					worst, worstByFactor = max(worst, linear), max(worstByFactor, byFactor)
				}
				t.Logf("%d samples: mean absolute error %.4f, worst seed %.4f; in even factors of size, worst seed %.4f",
					sample.size, mean, worst, worstByFactor)
				require.LessOrEqual(t, worst, sample.bound, "%d samples", sample.size)
			}
		})
	}
}

// TestCurveBesideTheARCPaper: the hit rates that the paper's table prints for an LRU on
// its OLTP trace (Megiddo, Modha: ARC, FAST 2003), to the request.
func TestCurveBesideTheARCPaper(t *testing.T) {
	keys := trace(t, "oltp")
	table := []struct {
		size uint64
		hits uint64
	}{{1000, 300_122}, {2000, 388_235}, {5000, 490_443}, {10_000, 554_906}, {15_000, 590_851}}
	exact := exactHits(keys)
	var curves []Curve
	for seed := range uint64(seedsOfAccuracyTest) {
		curves = append(curves, sampledCurve(keys, 8192, seed))
	}
	for _, row := range table {
		require.Equal(t, row.hits, exact[row.size], "the exact curve is that of the paper")
		paper, worst := float64(row.hits)/float64(len(keys)), 0.0
		for _, c := range curves {
			got, ok := c.At(row.size)
			require.True(t, ok, "there are samples enough for %d entries", row.size)
			worst = max(worst, math.Abs(got-paper))
		}
		got, _ := curves[0].At(row.size)
		t.Logf("size %5d: paper %.2f %%, curve %.2f %%, farthest of %d seeds %.2f points away", row.size, 100*paper, 100*got, len(curves), 100*worst)
		require.Less(t, worst, 0.06)
	}
}

func TestCurveIsExactWhileAllKeysAreSampled(t *testing.T) {
	keys := trace(t, "gli")
	hits := exactHits(keys)
	c := sampledCurve(keys, 8192, 1)
	require.Equal(t, 1.0, c.Rate)
	for size := uint64(1); size <= 128; size++ { // up to where buckets hold several sizes
		got, ok := c.At(size)
		require.True(t, ok)
		require.InDelta(t, float64(hits[size])/float64(len(keys)), got, 1e-9, "size %d", size)
	}
}
