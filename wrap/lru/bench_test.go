package lrumeter_test

import (
	"strconv"
	"testing"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/stretchr/testify/require"

	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"

	"github.com/cachemeter/cachemeter/metrics"
)

// BenchmarkGet compares, in one process, a bare Get, a wrapped one and the counting
// alone: what wrapping adds should be what counting costs.
func BenchmarkGet(b *testing.B) {
	const size = 1024
	keys := make([]string, size)
	for i := range keys {
		keys[i] = "user:" + strconv.Itoa(i)
	}
	namespace := metrics.NewTracker().Namespace("user")
	bare, err := lru.New[string, int](size)
	require.NoError(b, err)
	wrapped := lrumeter.Wrap(bare, namespace)
	for i, k := range keys {
		bare.Add(k, i)
	}
	b.Run("bare", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			bare.Get(keys[i%size])
		}
	})
	b.Run("wrapped", func(b *testing.B) {
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			wrapped.Get(keys[i%size])
		}
	})
	b.Run("nil namespace", func(b *testing.B) {
		unmeasured := lrumeter.Wrap(bare, nil)
		for i := 0; b.Loop(); i++ {
			unmeasured.Get(keys[i%size])
		}
	})
	b.Run("RecordHit", func(b *testing.B) {
		for b.Loop() {
			namespace.RecordHit()
		}
	})
}
