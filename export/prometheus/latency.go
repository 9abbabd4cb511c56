package prommeter

import (
	"math"
	"math/bits"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

// nativeSchema has 8 buckets to each power of two, each 9 % wide, which is coarser
// than the buckets that it is filled from.
const nativeSchema = 3

// newSummary has the sum and the count of loads and no quantiles.
func newSummary(s *metrics.Stats) *dto.Summary {
	count, sum := s.Loads+s.LoadFailures, s.LoadTime.Seconds()
	return &dto.Summary{SampleCount: &count, SampleSum: &sum}
}

// newHistogram turns a latency histogram into a classic one, a native one, or both in
// one, as client_golang's own do.
func newHistogram(h metrics.Histogram, bounds []float64, native bool) *dto.Histogram {
	count, sum := h.Count, h.Sum.Seconds()
	out := &dto.Histogram{SampleCount: &count, SampleSum: &sum, Bucket: classicBuckets(h, bounds)}
	if native {
		addNative(out, h)
	}
	return out
}

func classicBuckets(h metrics.Histogram, bounds []float64) []*dto.Bucket {
	cumulative := figures.Buckets(h, bounds)
	buckets := make([]*dto.Bucket, len(bounds))
	for i := range bounds {
		if i > 0 {
			cumulative[i] += cumulative[i-1]
		}
		buckets[i] = &dto.Bucket{UpperBound: &bounds[i], CumulativeCount: &cumulative[i]}
	}
	return buckets
}

// addNative spreads the observations over the exponential buckets of Prometheus'
// native histograms: bucket i ends at 2^(i/8) seconds. A log-linear bucket goes
// where its middle is.
func addNative(out *dto.Histogram, h metrics.Histogram) {
	schema, threshold, zero := int32(nativeSchema), 1e-9/2, uint64(0)
	var (
		spans     []*dto.BucketSpan
		deltas    []int64
		last      int32 // the index of the last bucket written
		lastCount int64
		count     int64 // of the bucket being filled
		index     int32
		open      bool
	)
	flush := func() {
		if !open {
			return
		}
		if gap := index - last - 1; len(spans) == 0 || gap > 0 {
			offset, length := gap, uint32(0)
			if len(spans) == 0 {
				offset = index
			}
			spans = append(spans, &dto.BucketSpan{Offset: &offset, Length: &length})
		}
		*spans[len(spans)-1].Length++
		deltas = append(deltas, count-lastCount)
		last, lastCount, count = index, count, 0
	}
	for upper, n := range h.Buckets() {
		if upper == 0 {
			zero += n
			continue
		}
		i := nativeIndex(middle(upper))
		if open && i != index {
			flush()
		}
		index, open = i, true
		count += int64(n)
	}
	flush()
	if len(spans) == 0 {
		// A native histogram without buckets is told from a classic one by an empty span.
		offset, length := int32(0), uint32(0)
		spans = append(spans, &dto.BucketSpan{Offset: &offset, Length: &length})
	}
	out.Schema, out.ZeroThreshold, out.ZeroCount = &schema, &threshold, &zero
	out.PositiveSpan, out.PositiveDelta = spans, deltas
}

// middle returns, in seconds, the middle of the log-linear bucket of [metrics.Histogram]
// that ends at upper: 16 buckets to each power of two, none narrower than 1 ns.
func middle(upper time.Duration) float64 {
	width := uint64(1) << max(bits.Len64(uint64(upper))-5, 0)
	return (float64(upper) - float64(width-1)/2) / 1e9
}

func nativeIndex(seconds float64) int32 {
	return int32(math.Ceil(math.Log2(seconds) * (1 << nativeSchema)))
}
