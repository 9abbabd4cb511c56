package insight_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// fed records and feeds as a wrapper does.
type fed struct {
	*metrics.Namespace
	metrics.KeyFeed[string]
}

func newFed(tracker *metrics.Tracker, name string) *fed {
	namespace := tracker.Namespace(name)
	return &fed{namespace, metrics.NewKeyFeed[string](namespace)}
}

func (f *fed) hit(key string)  { f.RecordHit(); f.Lookup(key, metrics.Hit) }
func (f *fed) miss(key string) { f.RecordMiss(); f.Lookup(key, metrics.Miss) }

func TestAgesAndCausesOfMisses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := metrics.NewTracker()
		ins := insight.Attach(tracker, insight.Options{})
		users := newFed(tracker, "user")

		users.miss("evicted") // never seen
		users.Set("evicted", 0)
		users.miss("expired") // never seen
		users.Set("expired", time.Minute)
		users.miss("deleted") // never seen
		users.Set("deleted", 0)
		users.miss("absent") // never seen
		time.Sleep(10 * time.Second)
		users.hit("evicted") // at 10 s
		users.Eviction("evicted")
		time.Sleep(20 * time.Second)
		users.miss("evicted") // evicted, 20 s ago
		users.Delete("deleted")
		users.miss("deleted") // deleted
		users.miss("absent")  // unfilled
		time.Sleep(30 * time.Second)
		users.miss("expired") // expired just now
		users.Set("expired", time.Minute)
		users.Eviction("expired")
		time.Sleep(time.Hour)
		users.miss("expired") // would have expired anyway

		r := ins.Report("user")
		require.EqualValues(t, 9, r.Misses.Samples)
		for cause, want := range map[insight.MissCause]float64{
			insight.NeverSeen: 4, insight.Evicted: 1, insight.Expired: 2, insight.Deleted: 1, insight.Unfilled: 1,
		} {
			require.InDelta(t, want/9, r.Misses.Share[cause], 1e-9, cause)
		}
		require.InDelta(t, 1.0/9, r.Misses.EvictedTooSoon(), 1e-9)
		require.InEpsilon(t, 10, r.Age.AtHit.P50.Seconds(), 0.07)
		require.EqualValues(t, 1, r.Age.AtHit.Samples)
		require.EqualValues(t, 2, r.Age.AtEviction.Samples)
		require.InEpsilon(t, 10, r.Age.AtEviction.P99.Seconds(), 0.07)
		require.InEpsilon(t, 20, r.Age.Absence.P50.Seconds(), 0.07)
		// "evicted" was hit; "deleted" and "expired", twice, ended unread.
		require.InDelta(t, 3.0/4, r.NeverRead.Share, 1e-9)
		require.Equal(t, 3.0, r.NeverRead.Count)
		require.Equal(t, insight.Estimate{Count: 0, Share: 0, Samples: 4}, r.SeenOnce)
		require.Equal(t, time.Hour+time.Minute, r.Observed)
		require.False(t, r.Curve.Enough())
	})
}

// TestMissesWithoutNotice: a cache that tells of writes, and not of what it removes.
func TestMissesWithoutNotice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := metrics.NewTracker()
		ins := insight.Attach(tracker, insight.Options{})
		users := newFed(tracker, "user")
		users.Set("a", time.Minute)
		users.Set("b", time.Minute)
		users.hit("a")
		time.Sleep(30 * time.Second)
		users.miss("a") // before its time: evicted
		time.Sleep(31 * time.Second)
		users.miss("b") // expired
		r := ins.Report("user")
		require.Equal(t, 0.5, r.Misses.Share[insight.Evicted])
		require.Equal(t, 0.5, r.Misses.Share[insight.Expired])
		require.Equal(t, 0.5, r.NeverRead.Share)
		require.Equal(t, insight.Estimate{Count: 1, Share: 0.5, Samples: 2}, r.SeenOnce)
	})
}

// TestWorthAndSizes: a cache of 100 entries in front of cyclic reads of 150 keys hits
// nothing; one of 200 would hit all, each worth what the load took.
func TestWorthAndSizes(t *testing.T) {
	tracker := metrics.NewTracker()
	ins := insight.Attach(tracker, insight.Options{})
	users := tracker.Namespace("user")
	cache, err := lrumeter.New[int, int](100, users)
	require.NoError(t, err)
	for i := range 15_000 {
		if _, ok := cache.Get(i % 150); !ok {
			users.RecordLoadSuccess(2 * time.Millisecond)
			cache.Add(i%150, 1)
		}
	}
	cache.Get(149)
	r := ins.Report("user")
	require.EqualValues(t, 100, r.PresentSize)
	require.Equal(t, insight.Worth{PerHit: 2 * time.Millisecond, Saved: 2 * time.Millisecond}, r.Worth)
	var factors []float64
	for _, s := range r.Sizes {
		factors = append(factors, s.Factor)
		require.True(t, s.Enough)
		require.EqualValues(t, 100*s.Factor, s.Entries)
		if s.Factor < 2 {
			require.Less(t, s.HitRate, 0.001)
		} else {
			require.InDelta(t, 0.99, s.HitRate, 0.001)
			require.InEpsilon(t, 29.7, s.Saves.Seconds(), 0.01)
		}
	}
	require.Equal(t, []float64{0.25, 0.5, 1, 2, 4, 8}, factors)
	require.InDelta(t, 0.99, r.Misses.EvictedTooSoon(), 0.001)
	require.InDelta(t, 1, r.NeverRead.Share, 0.001)
	size, ok := r.Curve.Within(0.01)
	require.True(t, ok)
	require.InDelta(t, 150, size, 2)
	require.NotZero(t, r.Age.AtEviction.Samples, "golang-lru's evictions are told by key")
}

func TestReportsOfNobodyAndNothing(t *testing.T) {
	tracker := metrics.NewTracker()
	ins := insight.Attach(tracker, insight.Options{Namespaces: []string{"user"}})
	tracker.Namespace("cart")
	require.Equal(t, insight.Report{Namespace: "cart"}, ins.Report("cart"))
	require.Equal(t, insight.Report{Namespace: "never"}, ins.Report("never"))
	require.Empty(t, ins.Reports())
	tracker.Tier("user", "L1")
	tracker.Namespace("user")
	require.Len(t, ins.Reports(), 2)
	require.Equal(t, "L1", ins.ReportTier("user", "L1").Tier)

	var none *insight.Insight
	none.Detach()
	none.Reset("user")
	require.Equal(t, insight.Report{Namespace: "user"}, none.Report("user"))
	require.Empty(t, none.Reports())
	insight.Attach(nil, insight.Options{}).Detach()

	limited := insight.Attach(tracker, insight.Options{MaxNamespaces: 1})
	require.Len(t, limited.Reports(), 1)
}

func TestResetForgets(t *testing.T) {
	tracker := metrics.NewTracker()
	ins := insight.Attach(tracker, insight.Options{})
	users := newFed(tracker, "user")
	for range 1000 {
		users.hit("a")
	}
	require.EqualValues(t, 1000, ins.Report("user").Lookups)
	require.Len(t, ins.Report("user").HotKeys, 1)
	ins.Reset("user")
	r := ins.Report("user")
	require.Zero(t, r.Lookups)
	require.Empty(t, r.HotKeys)
	require.Zero(t, r.Curve.Samples)
	users.miss("b")
	r = ins.Report("user")
	require.EqualValues(t, 1, r.Lookups)
	require.EqualValues(t, 1, r.WorkingSet[0].Keys)
}

// TestJSON: what cannot be told is absent, and nothing shows a key unasked.
func TestJSON(t *testing.T) {
	tracker := metrics.NewTracker()
	ins := insight.Attach(tracker, insight.Options{})
	users := newFed(tracker, "user")
	users.hit("secret")
	b, err := json.Marshal(ins.Report("user"))
	require.NoError(t, err)
	require.NotContains(t, string(b), "secret")
	var few map[string]any
	require.NoError(t, json.Unmarshal(b, &few))
	require.Equal(t, map[string]any{"enough": false, "note": "not enough samples", "samples": 1.0, "sampling_rate": 1.0, "keys": 1.0}, few["curve"])
	for _, absent := range []string{"tier", "misses", "worth", "age_at_hit", "never_read", "dropped"} {
		require.NotContains(t, few, absent)
	}
	for i := range 3000 {
		users.miss(strings.Repeat("x", i%30))
		users.Set(strings.Repeat("x", i%30), 0)
		users.RecordLoadSuccess(time.Millisecond)
	}
	b, err = json.Marshal(ins.Report("user"))
	require.NoError(t, err)
	var many map[string]any
	require.NoError(t, json.Unmarshal(b, &many))
	require.Subset(t, keysOf(many), []string{"namespace", "observed_seconds", "lookups", "hit_rate", "curve", "working_set", "hot_keys", "seen_once", "never_read", "misses", "worth"})
	curve := many["curve"].(map[string]any)
	require.Equal(t, true, curve["enough"])
	require.NotEmpty(t, curve["points"])
	require.Equal(t, 30.0, curve["within_1_percent"])
}

func keysOf(m map[string]any) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	return keys
}
