package trust_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	expvarmeter "github.com/cachemeter/cachemeter/export/expvar"
	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// FuzzHostileNames records under two names that may be anything: every export shows
// each of them once with its own figures, and stays well-formed.
func FuzzHostileNames(f *testing.F) {
	for _, seed := range [][2]string{
		{"user", "user "}, {"", "_other"}, {"a\"}", "a\\"}, {"</script>", "\u2028"}, {"\x00", "\n"},
		{"\xff", "\xfe"}, {"\ufffd", "\xffFF"}, {strings.Repeat("long", 50_000), "日本語"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, one, two string) {
		tracker := metrics.NewTracker()
		tracker.RecordHit(one)
		tracker.RecordHit(two)
		tracker.RecordMiss(two)
		if one == two {
			require.Equal(t, 2.0/3, tracker.Stats(one).HitRate())
			return
		}
		require.NotEqual(t, metrics.Label(one), metrics.Label(two))

		var published map[string]struct {
			HitRate float64 `json:"hit_rate"`
		}
		require.NoError(t, json.Unmarshal([]byte(expvarmeter.Var(tracker).String()), &published))
		require.Len(t, published, 2)
		require.Equal(t, 1.0, published[metrics.Label(one)].HitRate)
		require.Equal(t, 0.5, published[metrics.Label(two)].HitRate)

		w := httptest.NewRecorder()
		web.Handler(tracker).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/stats.json", nil))
		require.Equal(t, http.StatusOK, w.Code)
		require.True(t, utf8.Valid(w.Body.Bytes()))
		require.NotContains(t, w.Body.String(), "<")
		require.True(t, json.Valid(w.Body.Bytes()))
	})
}

// TestFloodOfNames: names made of user data fill neither the memory nor an export.
// What has no place of its own is counted all the same.
func TestFloodOfNames(t *testing.T) {
	names := 300_000
	if testing.Short() {
		names = 50_000
	}
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(50))
	listening := insight.Attach(tracker, insight.Options{ShowKeys: true, Samples: 256})
	defer listening.Detach()
	windows := metrics.NewWindows(tracker)
	before := alive()
	for i := range names {
		name := fmt.Sprintf("user-%d-%s", i, strings.Repeat("x", i%200))
		tracker.RecordHit(name)
		tracker.Tier(name, name).RecordMiss()
		_ = tracker.Stats(name)
		if i%10_000 == 0 {
			tracker.Reset(name)
			windows.Sample()
		}
	}
	require.Less(t, alive(), before+8<<20, "%d names", names)
	list := tracker.Namespaces()
	require.LessOrEqual(t, len(list), 50+1+15, "the limit, the overflow, and a few tiers of that")
	var hits, misses uint64
	for _, n := range list {
		hits, misses = hits+n.Totals().Hits, misses+n.Totals().Misses
	}
	require.EqualValues(t, names, hits)
	require.EqualValues(t, names, misses)
	require.NotZero(t, tracker.Stats(metrics.Overflow).Hits)

	w := httptest.NewRecorder()
	web.Handler(tracker).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/stats.json", nil))
	require.Less(t, w.Body.Len(), 1<<20)
}

// TestFloodOfKeys: keys from user data, short and enormous, under insight with names
// shown, leave nothing behind that grows with them.
func TestFloodOfKeys(t *testing.T) {
	keys := 200_000
	if testing.Short() {
		keys = 30_000
	}
	tracker := metrics.NewTracker()
	listening := insight.Attach(tracker, insight.Options{ShowKeys: true, Samples: 1024})
	defer listening.Detach()
	hook, err := redismeter.NewHook(tracker, redismeter.WithNamespace("flood"))
	require.NoError(t, err)
	get := hook.ProcessHook(func(context.Context, redis.Cmder) error { return redis.Nil })
	cache := generic.Wrap(generic.Cache[string, int](&generic.Funcs[string, int]{}), tracker.Namespace("flood"))
	huge := strings.Repeat("k", 1<<20)
	before := alive()
	for i := range keys {
		key := fmt.Sprintf("flood:%d", i)
		if i%1000 == 0 {
			key = huge[:len(huge)-i]
			_ = get(t.Context(), redis.NewStringCmd(t.Context(), "get", key))
		}
		_, _, _ = cache.Get(t.Context(), key)
	}
	require.Less(t, alive(), before+8<<20)
	s := tracker.Stats("flood")
	require.EqualValues(t, keys+keys/1000, s.Misses+s.Errors)
	for _, hot := range listening.Report("flood").HotKeys {
		require.LessOrEqual(t, len(hot.Name), 128)
	}
}
