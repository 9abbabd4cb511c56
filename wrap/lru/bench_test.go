package lrumeter_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

const benchSize = 1024

// getter is any cache; it is called through the interface in every variant alike.
type getter interface{ Get(key string) (int, bool) }

func benchKeys() []string {
	keys := make([]string, benchSize)
	for i := range keys {
		keys[i] = "user:" + strconv.Itoa(i)
	}
	return keys
}

// BenchmarkGet is a bare Get beside a wrapped one, each in pairs of one goroutine and
// all processors.
func BenchmarkGet(b *testing.B) {
	keys := benchKeys()
	namespace := metrics.NewTracker().Namespace("user")
	bare, err := lru.New[string, int](benchSize)
	require.NoError(b, err)
	expiring := expirable.NewLRU[string, int](benchSize, nil, 0)
	for i, k := range keys {
		bare.Add(k, i)
		expiring.Add(k, i)
	}
	for _, v := range []struct {
		name  string
		cache getter
	}{
		{"Cache/bare", bare},
		{"Cache/wrapped", lrumeter.Wrap(bare, namespace)},
		{"Cache/nil namespace", lrumeter.Wrap(bare, nil)},
		{"Expirable/bare", expiring},
		{"Expirable/wrapped", lrumeter.WrapExpirable(expiring, namespace)},
	} {
		b.Run(v.name+"/serial", func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				v.cache.Get(keys[i%benchSize])
			}
		})
		b.Run(v.name+"/parallel", func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for i := 0; pb.Next(); i++ {
					v.cache.Get(keys[i%benchSize])
				}
			})
		})
	}
}

// BenchmarkAdded says what wrapping adds to a Get, in terms of what counting alone costs.
// The variants take turns, so that a noisy machine disturbs all of them, and the
// medians are compared. The budget is a ratio of 1.3.
func BenchmarkAdded(b *testing.B) {
	const calls = 20_000
	keys := benchKeys()
	namespace := metrics.NewTracker().Namespace("user")
	bare, err := lru.New[string, int](benchSize)
	require.NoError(b, err)
	for i, k := range keys {
		bare.Add(k, i)
	}
	wrapped := lrumeter.Wrap(bare, namespace)
	turns := []func(){
		func() {
			for i := range calls {
				bare.Get(keys[i%benchSize])
			}
		},
		func() {
			for i := range calls {
				wrapped.Get(keys[i%benchSize])
			}
		},
		func() {
			for range calls {
				namespace.RecordHit()
			}
		},
	}
	times := make([][]float64, len(turns))
	for b.Loop() {
		for i, turn := range turns {
			begun := time.Now()
			turn()
			times[i] = append(times[i], float64(time.Since(begun))/calls)
		}
	}
	median := func(i int) float64 {
		slices.Sort(times[i])
		return times[i][len(times[i])/2]
	}
	added, hit := median(1)-median(0), median(2)
	b.ReportMetric(median(0), "ns/bare-Get")
	b.ReportMetric(median(1), "ns/wrapped-Get")
	b.ReportMetric(hit, "ns/RecordHit")
	b.ReportMetric(added/hit, "added/RecordHit")
	b.ReportMetric(0, "ns/op")
}
