package insight

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// TestTopTenOfZipf: the ten most looked up of a million keys are found, in their order,
// with shares and hit rates within the bounds that are stated.
func TestTopTenOfZipf(t *testing.T) {
	keys := zipfKeys(hotLookups, 1_000_000, 0.99, 3)
	tracker := metrics.NewTracker()
	o := newObserver(Options{}.complete(), tracker.Namespace("user"))
	counts := map[uint64]int{}
	for i, key := range keys {
		outcome := metrics.Hit
		if hashed(uint64(i), 5)%100 < 10+key%10 {
			outcome = metrics.Miss // in 10 to 19 of 100 lookups, by key
		}
		o.ObserveLookup(hashed(key, 1), outcome, uint64(i))
		counts[hashed(key, 1)]++
	}
	hot := o.watch.hot.top(100)
	require.Len(t, hot, 100)
	for rank, key := range hot {
		share := float64(counts[key.Hash]) / float64(len(keys))
		require.True(t, key.AtLeast <= share && share <= key.AtMost, "rank %d: %.5f is not from %.5f to %.5f", rank, share, key.AtLeast, key.AtMost)
		require.True(t, key.AtLeast <= key.Share && key.Share <= key.AtMost)
		if rank < 10 {
			t.Logf("rank %2d: share %.4f (%.4f to %.4f), true %.4f, hit rate %.3f", rank, key.Share, key.AtLeast, key.AtMost, share, key.HitRate)
			require.Equal(t, hashed(uint64(rank), 1), key.Hash, "rank %d", rank)
			require.InDelta(t, 0.9-float64(rank%10)/100, key.HitRate, hitRateDelta)
			require.Less(t, key.AtMost-key.AtLeast, 0.5*share, "a bound that says something")
		}
	}
}

// TestHotKeysOfFewLookups: while every lookup is counted, the shares are exact.
func TestHotKeysOfFewLookups(t *testing.T) {
	k := newHotKeys(false)
	for i := range 1000 {
		hash := uint64(i%4 + 1)
		if i%2 == 0 {
			hash = 9
		}
		k.add(hash, i%4 == 0, 0)
	}
	hot := k.top(2)
	require.Equal(t, HotKey{Hash: 9, Share: 0.5, AtLeast: 0.5, AtMost: 0.5, HitRate: 0.5}, hot[0])
	require.Equal(t, 0.25, hot[1].Share)
	require.Empty(t, newHotKeys(false).top(5))
}

// TestHotKeysAmongFloods: a key of one lookup in 50 is found among keys that come once.
func TestHotKeysAmongFloods(t *testing.T) {
	k := newHotKeys(false)
	for i := range uint64(200_000) {
		if i%50 == 0 {
			k.add(42, true, 0)
		} else {
			k.add(hashed(i, 1), false, 0)
		}
	}
	hot := k.top(1)
	require.Equal(t, uint64(42), hot[0].Hash)
	require.True(t, hot[0].AtLeast <= 0.02 && 0.02 <= hot[0].AtMost)
	require.Equal(t, 1.0, hot[0].HitRate)
	require.LessOrEqual(t, len(k.slots), hotCounters)
}

func TestNamesAreKeptOnlyWhereAsked(t *testing.T) {
	for _, show := range []bool{false, true} {
		tracker := metrics.NewTracker()
		ins := Attach(tracker, Options{ShowKeys: show})
		namespace := tracker.Namespace("user")
		feed := metrics.NewKeyFeed[string](namespace)
		long := strings.Repeat("ä", 200)
		for i := range 10_000 {
			namespace.RecordHit()
			feed.Lookup([]string{"user:1", "user:2", long}[i%3], metrics.Hit)
		}
		var names []string
		for _, key := range ins.Report("user").HotKeys {
			names = append(names, key.Name)
		}
		if show {
			require.ElementsMatch(t, []string{"user:1", "user:2", strings.Repeat("ä", 64) + "…"}, names)
		} else {
			require.Equal(t, []string{"", "", ""}, names)
		}
	}
}
