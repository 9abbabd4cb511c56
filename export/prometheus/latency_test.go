package prommeter_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/stretchr/testify/require"

	prommeter "github.com/cachemeter/cachemeter/export/prometheus"
	"github.com/cachemeter/cachemeter/metrics"
)

// native reads a native histogram back: the observations by bucket index.
func native(t *testing.T, h *dto.Histogram) map[int32]int64 {
	t.Helper()
	buckets := make(map[int32]int64)
	var index int32
	var count int64
	deltas := h.GetPositiveDelta()
	for i, span := range h.GetPositiveSpan() {
		require.True(t, i == 0 || span.GetOffset() >= 0, "buckets rise")
		index += span.GetOffset()
		for range span.GetLength() {
			count += deltas[0]
			deltas = deltas[1:]
			require.GreaterOrEqual(t, count, int64(0))
			if count > 0 {
				buckets[index] = count
			}
			index++
		}
	}
	require.Empty(t, deltas)
	return buckets
}

// TestLatencyBesideClientGolang gives the same durations to our histogram and to
// client_golang's own, and compares every bucket of what comes out.
func TestLatencyBesideClientGolang(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	bounds := []float64{1.024e-6, 4.096e-6, 16.384e-6, 65.536e-6, 262.144e-6, 1.048576e-3, 4.194304e-3, 16.777216e-3, 67.108864e-3, 268.435456e-3, 1.073741824, 4.294967296}
	theirs := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "theirs", Help: "x", Buckets: bounds, NativeHistogramBucketFactor: 1.1})
	tracker := metrics.NewTracker()
	n := tracker.Namespace("user")
	for range 100_000 {
		d := time.Duration(math.Exp2(random.Float64() * 36)) // 1 ns to 68 s
		theirs.Observe(d.Seconds())
		n.RecordLatency(metrics.Miss, d)
	}
	families := gather(t, theirs, prommeter.NewCollector(tracker))
	want := families["theirs"].GetMetric()[0].GetHistogram()
	got := find(t, families["cache_get_duration_seconds"], map[string]string{"result": "miss"}).GetHistogram()

	require.Equal(t, want.GetSampleCount(), got.GetSampleCount())
	require.InEpsilon(t, want.GetSampleSum(), got.GetSampleSum(), 1e-9)
	require.Len(t, got.GetBucket(), len(bounds))
	for i, b := range got.GetBucket() {
		require.Equal(t, want.GetBucket()[i].GetUpperBound(), b.GetUpperBound())
		require.InDelta(t, want.GetBucket()[i].GetCumulativeCount(), b.GetCumulativeCount(), 20, "le %g: only what took that to the nanosecond may differ", b.GetUpperBound())
	}

	require.Equal(t, want.GetSchema(), got.GetSchema())
	w, g := native(t, want), native(t, got)
	total := int64(got.GetZeroCount())
	for index, count := range g {
		total += count
		if index < -8*20 { // below 1 µs our buckets are a nanosecond wide, theirs less
			continue
		}
		// A log-linear bucket on the border goes to one side whole.
		require.InDelta(t, w[index-1]+w[index]+w[index+1], g[index-1]+g[index]+g[index+1], 0.25*float64(w[index-1]+w[index]+w[index+1]), "bucket %d", index)
	}
	require.EqualValues(t, got.GetSampleCount(), total, "each observation is in one bucket")
	for _, q := range []float64{0.5, 0.9, 0.99} {
		require.InEpsilon(t, nativeQuantile(w, q), nativeQuantile(g, q), 0.1, "quantile %g", q)
	}
}

func nativeQuantile(buckets map[int32]int64, q float64) float64 {
	total := int64(0)
	for _, n := range buckets {
		total += n
	}
	rank, seen := int64(q*float64(total)), int64(0)
	for i := int32(-400); i < 400; i++ {
		if seen += buckets[i]; seen >= rank {
			return math.Exp2(float64(i) / 8)
		}
	}
	return math.NaN()
}

func TestLatencyExtremes(t *testing.T) {
	tracker := metrics.NewTracker()
	n := tracker.Namespace("user")
	n.RecordLatency(metrics.Hit, 0)
	h := find(t, gather(t, prommeter.NewCollector(tracker))["cache_get_duration_seconds"], map[string]string{"result": "hit"}).GetHistogram()
	require.EqualValues(t, 1, h.GetZeroCount())
	require.EqualValues(t, 1, h.GetBucket()[0].GetCumulativeCount())
	require.Len(t, h.GetPositiveSpan(), 1, "what tells a native histogram without buckets from a classic one")
	require.Zero(t, h.GetPositiveSpan()[0].GetLength())

	n.RecordLatency(metrics.Hit, time.Hour)
	n.RecordLatency(metrics.Hit, 1)
	h = find(t, gather(t, prommeter.NewCollector(tracker))["cache_get_duration_seconds"], map[string]string{"result": "hit"}).GetHistogram()
	require.EqualValues(t, 3, h.GetSampleCount())
	require.Len(t, native(t, h), 2)
	last := h.GetBucket()[len(h.GetBucket())-1]
	require.EqualValues(t, 2, last.GetCumulativeCount(), "the hour is above every bound")
}

func TestLatencyOptions(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.Namespace("user").RecordLatency(metrics.Hit, time.Millisecond)
	read := func(opts ...prommeter.Option) *dto.Histogram {
		families := gather(t, prommeter.NewCollector(tracker, opts...))
		require.Len(t, families["cache_get_duration_seconds"].GetMetric(), 1, "misses were not measured")
		return families["cache_get_duration_seconds"].GetMetric()[0].GetHistogram()
	}
	h := read(prommeter.WithLatencyBuckets())
	require.Empty(t, h.GetBucket())
	require.NotNil(t, h.Schema)
	h = read(prommeter.WithoutNativeHistograms(), prommeter.WithLatencyBuckets(0.5))
	require.Nil(t, h.Schema)
	require.Len(t, h.GetBucket(), 1)
	require.EqualValues(t, 1, h.GetBucket()[0].GetCumulativeCount())
}
