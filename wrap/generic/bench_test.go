package generic_test

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// fixed is a cache that costs next to nothing.
type fixed struct{ value int }

//go:noinline
func (f *fixed) Get(context.Context, string) (int, bool, error)        { return f.value, true, nil }
func (f *fixed) Set(context.Context, string, int, time.Duration) error { return nil }
func (f *fixed) Delete(context.Context, string) error                  { return nil }

// BenchmarkAdded says what each decorator adds to the call it decorates. The variants
// take turns, so that a noisy machine disturbs all of them, and the medians are compared.
func BenchmarkAdded(b *testing.B) {
	const calls = 20_000
	ctx := b.Context()
	namespace := metrics.NewTracker().Namespace("n")
	bare := &fixed{1}
	get := func(key string) (int, bool) { v, ok, _ := bare.Get(ctx, key); return v, ok }
	loader, err := generic.NewLoader(bare, func(context.Context, string) (int, error) { return 0, nil }, namespace)
	require.NoError(b, err)
	tiers, err := generic.NewTiered(namespace, generic.Tier[string, int]{Cache: bare})
	require.NoError(b, err)
	wrapped := generic.Wrap(bare, namespace)
	timed := generic.Wrap(bare, namespace, generic.WithLatency())
	lookup := generic.Lookup(namespace, get)

	variants := []struct {
		name string
		call func()
	}{
		{"bare", func() { bare.Get(ctx, "k") }},
		{"Wrap", func() { wrapped.Get(ctx, "k") }},
		{"Wrap-latency", func() { timed.Get(ctx, "k") }},
		{"Lookup", func() { lookup("k") }},
		{"Loader", func() { loader.Get(ctx, "k") }},
		{"Tiered", func() { tiers.Get(ctx, "k") }},
	}
	times := make([][]float64, len(variants))
	for b.Loop() {
		for i, v := range variants {
			begun := time.Now()
			for range calls {
				v.call()
			}
			times[i] = append(times[i], float64(time.Since(begun))/calls)
		}
	}
	median := func(i int) float64 {
		slices.Sort(times[i])
		return times[i][len(times[i])/2]
	}
	bareTime := median(0)
	b.ReportMetric(bareTime, "ns/bare")
	for i := 1; i < len(variants); i++ {
		b.ReportMetric(median(i)-bareTime, "ns-more/"+variants[i].name)
	}
	b.ReportMetric(0, "ns/op")
}

// BenchmarkStampede is a lookup that joins a load and waits for it.
func BenchmarkStampede(b *testing.B) {
	for _, callers := range []int{1, 100} {
		b.Run(strconv.Itoa(callers), func(b *testing.B) {
			nowhere := &generic.Funcs[int, int]{
				GetFunc: func(context.Context, int) (int, bool, error) { return 0, false, nil },
				SetFunc: func(context.Context, int, int, time.Duration) error { return nil },
			}
			l, err := generic.NewLoader(nowhere, func(context.Context, int) (int, error) { return 1, nil }, metrics.NewTracker().Namespace("n"))
			require.NoError(b, err)
			b.ReportAllocs()
			ctx := b.Context()
			for i := 0; b.Loop(); i++ {
				var wg sync.WaitGroup
				for range callers - 1 {
					wg.Go(func() { l.Get(ctx, i) })
				}
				l.Get(ctx, i)
				wg.Wait()
			}
		})
	}
}
