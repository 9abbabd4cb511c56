package replay_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/replay"
)

// TestExactAgainstEverySize puts random keys through real LRUs of every size.
func TestExactAgainstEverySize(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	const keys, lookups = 60, 5000
	caches := make([]*lru.Cache[string, bool], keys+1)
	hits := make([]int, keys+1)
	for size := 1; size <= keys; size++ {
		cache, err := lru.New[string, bool](size)
		require.NoError(t, err)
		caches[size] = cache
	}
	exact := replay.NewExact(&fake{held: map[string]bool{}})
	for range lookups {
		key := fmt.Sprint(min(random.IntN(keys), random.IntN(keys)))
		_, err := exact.Get(context.Background(), key)
		require.NoError(t, err)
		for size := 1; size <= keys; size++ {
			if _, ok := caches[size].Get(key); ok {
				hits[size]++
			} else {
				caches[size].Add(key, true)
			}
		}
	}
	rates := exact.HitRates()
	require.Equal(t, keys, exact.Keys())
	require.Len(t, rates, keys+1)
	for size, rate := range rates {
		require.InDelta(t, float64(hits[size])/lookups, rate, 1e-12, "size %d", size)
	}
}
