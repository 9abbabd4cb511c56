package web_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

// busy returns a tracker on which everything has happened, over ten minutes, and its
// windows. It wants to run in a bubble.
func busy() (*metrics.Tracker, *metrics.Windows) {
	tracker := metrics.NewTracker()
	windows := metrics.NewWindows(tracker, metrics.WithSampledLatency())
	n := tracker.Namespace("user")
	n.AddSize(func() (int, int, bool) { return 90, 100, true })
	for range 600 {
		for _, n := range []*metrics.Namespace{n, tracker.Tier("user", "L1")} {
			n.RecordHits(30)
			n.RecordMisses(10)
			n.RecordFailures(metrics.TimeoutError, 5)
			n.RecordWriteErrors(metrics.ConnectionError, 1)
			n.RecordSets(3)
			n.RecordDeletes(1)
			n.RecordEvictions(1)
			n.RecordEviction(7)
			n.RecordExpirations(1)
			n.RecordCoalesced(2)
			n.RecordBytesRead(100)
			n.RecordNegativeHits(1)
			n.RecordStaleHits(1)
			n.RecordLoadSuccess(20 * time.Millisecond)
			n.RecordLoadFailure(20 * time.Millisecond)
			for o := metrics.Hit; o <= metrics.Error; o++ {
				n.RecordLatency(o, time.Millisecond)
			}
		}
		time.Sleep(time.Second)
		windows.Sample()
	}
	return tracker, windows
}

func document(t *testing.T, h http.Handler, query string) map[string]any {
	t.Helper()
	w := get(h, "GET", "/stats.json"+query)
	require.Equal(t, 200, w.Code, w.Body.String())
	return decode(t, w.Body.Bytes())
}

func namespaces(d map[string]any) (names []string, byName map[string]map[string]any) {
	byName = make(map[string]map[string]any)
	for _, n := range d["namespaces"].([]any) {
		n := n.(map[string]any)
		names = append(names, n["name"].(string))
		byName[n["name"].(string)] = n
	}
	return names, byName
}

// at follows a path of keys.
func at(t *testing.T, v any, path ...string) any {
	t.Helper()
	for _, key := range path {
		m, ok := v.(map[string]any)
		require.True(t, ok, "%v at %s", v, key)
		require.Contains(t, m, key)
		v = m[key]
	}
	return v
}

func TestStatsAreThoseOfTheTracker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker, windows := busy()
		h := web.Handler(tracker, web.WithWindows(windows))
		d := document(t, h, "")
		require.EqualValues(t, web.Version, d["version"])
		require.Equal(t, time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), d["at"])
		_, all := namespaces(d)
		user := all["user"]

		want, err := json.Marshal(tracker.Stats("user"))
		require.NoError(t, err)
		got, err := json.Marshal(user["total"])
		require.NoError(t, err)
		require.JSONEq(t, string(want), string(got))

		for name, seconds := range map[string]float64{"now": 10, "1m": 60, "5m": 300, "15m": 600, "start": 600} {
			w := at(t, user, "windows", name)
			require.InDelta(t, seconds, at(t, w, "seconds"), 5, name)
			require.InDelta(t, 30*at(t, w, "seconds").(float64), at(t, w, "hits"), 1, name)
			require.InDelta(t, 40, at(t, w, "requests_per_second"), 0.01, name)
			require.Equal(t, 0.75, at(t, w, "hit_rate"), name)
			require.InDelta(t, 0.001, at(t, w, "latency", "miss", "p99_seconds"), 0.00004, name)
		}
		require.Equal(t, 0.75, user["usual_hit_rate"])
		require.Equal(t, "failing", at(t, user, "status", "level"))
		require.Equal(t, "errors", at(t, user, "status", "reason"))
		require.Equal(t, "L1", at(t, user["tiers"].([]any)[0], "tier"))
	})
}

func TestNoDataIsAbsentAndNotZero(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.Namespace("idle")
	h := web.Handler(tracker)
	_, all := namespaces(document(t, h, ""))
	idle := all["idle"]
	require.Nil(t, at(t, idle, "windows", "now"))
	require.Nil(t, at(t, idle, "windows", "1m"))
	require.Equal(t, "no_data", at(t, idle, "status", "level"))
	for _, absent := range []string{"usual_hit_rate", "cost", "tiers", "history", "insight"} {
		require.NotContains(t, idle, absent)
	}
	require.NotContains(t, idle["total"], "evictions")
}

func TestHostileNamesAreData(t *testing.T) {
	names := []string{"", "</script><script>alert(1)</script>", `"},{"name":"`, "line\nbreak\r\u2028", "\x00\x1f\x7f", "\xff\xfe", "\xfe\xff", "\ufffdff\ufffdfe", "日本語", "{{x}}", "a&b=c", strings.Repeat("x", 10_000)}
	tracker := metrics.NewTracker()
	for _, name := range names {
		tracker.RecordHit(name)
	}
	h := web.Handler(tracker)
	body := get(h, "GET", "/stats.json").Body.String()
	require.NotContains(t, body, "<")
	require.NotContains(t, strings.TrimSuffix(body, "\n"), "\n", "one event, one line")
	got, _ := namespaces(decode(t, []byte(body)))
	require.Len(t, got, len(names))
	require.Len(t, slices.Compact(slices.Sorted(slices.Values(got))), len(names), "no two look alike")
	for _, name := range names {
		one, _ := namespaces(document(t, h, "?namespace="+url.QueryEscape(name)))
		require.Len(t, one, 1, "%q", name)
		if utf8.ValidString(name) && !strings.ContainsRune(name, utf8.RuneError) {
			require.Equal(t, name, one[0])
		}
		shown, _ := namespaces(document(t, h, "?namespace="+url.QueryEscape(one[0])))
		require.Equal(t, one, shown, "a page can ask for what it was told")
	}
}

func FuzzNames(f *testing.F) {
	for _, seed := range []string{"user", "</script>", "\xff", "\u2028\"\\", ""} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		tracker := metrics.NewTracker()
		tracker.RecordHit(name)
		w := get(web.Handler(tracker), "GET", "/stats.json")
		got, _ := namespaces(decode(t, w.Body.Bytes()))
		require.Equal(t, []string{metrics.Label(name)}, got)
	})
}

func TestTiersWithoutAWhole(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.Tier("user", "L1").RecordHit()
	names, all := namespaces(document(t, web.Handler(tracker), ""))
	require.Equal(t, []string{"user"}, names)
	require.Equal(t, 0.0, at(t, all["user"], "total", "hits"))
	require.Equal(t, 1.0, at(t, all["user"]["tiers"].([]any)[0], "total", "hits"))
}

func TestWhatDoesNotExistIsNotShown(t *testing.T) {
	tracker := metrics.NewTracker()
	h := web.Handler(tracker)
	tracker.RecordHit("user")
	names, _ := namespaces(document(t, h, ""))
	require.Equal(t, []string{"user"}, names)
	tracker.ResetAll()
	names, _ = namespaces(document(t, h, ""))
	require.Empty(t, names)
	names, _ = namespaces(document(t, h, "?namespace=other"))
	require.Empty(t, names)
}

func TestHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker, windows := busy()
		tracker.RecordHit("other")
		h := web.Handler(tracker, web.WithWindows(windows))
		_, all := namespaces(document(t, h, "?history=1m"))
		past := all["user"]["history"].(map[string]any)
		columns := make([]string, 0, len(past))
		for name, column := range past {
			columns = append(columns, name)
			require.Len(t, column, 60, name)
		}
		require.ElementsMatch(t, []string{"at", "seconds", "hits", "misses", "errors"}, columns)
		require.Equal(t, float64(time.Now().UnixMilli()), past["at"].([]any)[59])

		only := document(t, h, "?namespace=user&history=15m")
		names, all := namespaces(only)
		require.Equal(t, []string{"user"}, names)
		past = all["user"]["history"].(map[string]any)
		n := len(past["at"].([]any))
		require.Greater(t, n, 100)
		for _, name := range []string{"loads", "load_failures", "load_seconds", "coalesced", "evictions", "entries", "hit_p50_seconds", "miss_p99_seconds", "error_p50_seconds"} {
			require.Len(t, past[name], n, name)
		}
		hits := 0.0
		for _, v := range past["hits"].([]any) {
			hits += v.(float64)
		}
		require.Equal(t, float64(tracker.Stats("user").Hits), hits)
	})
}

func TestBucketsAddUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker, windows := busy()
		_, all := namespaces(document(t, web.Handler(tracker, web.WithWindows(windows)), "?buckets=1"))
		hit := at(t, all["user"], "windows", "1m", "latency", "hit")
		sum := 0.0
		for _, bucket := range at(t, hit, "buckets").([]any) {
			require.InDelta(t, 0.001, bucket.([]any)[0], 0.0001)
			sum += bucket.([]any)[1].(float64)
		}
		require.Equal(t, at(t, hit, "count"), sum)
	})
}

func TestTheIntervalIsASecondOrMore(t *testing.T) {
	for asked, want := range map[time.Duration]float64{-1: 1, 0: 1, time.Millisecond: 1, 5 * time.Second: 5} {
		d := document(t, web.Handler(metrics.NewTracker(), web.WithInterval(asked)), "")
		require.Equal(t, want, d["interval_seconds"], asked)
	}
	require.Equal(t, 1.0, document(t, web.Handler(metrics.NewTracker(), web.WithWindows(nil), web.WithInsight(nil)), "")["interval_seconds"])
}

func TestBadQueriesAreExplained(t *testing.T) {
	h := web.Handler(metrics.NewTracker())
	for query, want := range map[string]string{
		"?history=soon": `web: history="soon": want a time above 0`,
		"?history=-1s":  `web: history="-1s": want a time above 0`,
		"?history=":     `web: history="": want a time above 0`,
		"?buckets=yes":  `web: buckets="yes": want 1 or 0`,
		"?a;b":          "web: cannot read the query",
	} {
		w := get(h, "GET", "/stats.json"+query)
		require.Equal(t, 400, w.Code, query)
		require.Contains(t, w.Body.String(), want)
	}
	require.Equal(t, 200, get(h, "GET", "/stats.json?history=99h").Code)
}

func TestInsight(t *testing.T) {
	tracker := metrics.NewTracker()
	for _, name := range []string{"user", "unknown", "panics", "nan"} {
		tracker.RecordHit(name)
	}
	h := web.Handler(tracker, web.WithInsight(func(namespace string) (any, bool) {
		switch namespace {
		case "user":
			return map[string]int{"working_set": 7}, true
		case "panics":
			panic("insight")
		case "nan":
			return math.NaN(), true
		}
		return nil, false
	}))
	_, all := namespaces(document(t, h, "?namespace=user"))
	require.Equal(t, 7.0, at(t, all["user"], "insight", "working_set"))
	for _, name := range []string{"unknown", "panics", "nan"} {
		_, all := namespaces(document(t, h, "?namespace="+name))
		require.NotContains(t, all[name], "insight")
	}
}

// TestStatsAreDocumented holds stats.md against a document with everything in it:
// every field there is must be explained, and every field explained must be there.
func TestStatsAreDocumented(t *testing.T) {
	page, err := os.ReadFile("stats.md")
	require.NoError(t, err)
	var explained []string
	for _, m := range regexp.MustCompile("(?m)^\\| ((?:`[^`]+`(?:, )?)+) \\|").FindAllStringSubmatch(string(page), -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(m[1], -1) {
			explained = append(explained, name[1])
		}
	}
	synctest.Test(t, func(t *testing.T) {
		tracker, windows := busy()
		h := web.Handler(tracker, web.WithWindows(windows), web.WithInsight(func(string) (any, bool) { return 1, true }))
		found := map[string]bool{"tick": true} // in events alone
		var collect func(v any)
		collect = func(v any) {
			switch v := v.(type) {
			case []any:
				for _, x := range v {
					collect(x)
				}
			case map[string]any:
				for key, x := range v {
					found[key] = true
					collect(x)
				}
			}
		}
		collect(document(t, h, "?namespace=user&history=15m&buckets=1"))
		for _, key := range explained {
			require.True(t, found[key], "stats.md explains %q, which is not there", key)
		}
		for key := range found {
			require.True(t, slices.Contains(explained, key), "stats.md does not explain %q", key)
		}
	})
}

func ExampleRegister() {
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	users.RecordHits(3)
	users.RecordMiss()

	mux := http.NewServeMux()
	if err := web.Register(mux, tracker); err != nil {
		fmt.Println(err)
	}
	w := get(mux, "GET", "/debug/cachemeter/stats.json")
	var stats struct {
		Version    int
		Namespaces []struct {
			Name  string
			Total struct {
				Hits    uint64
				HitRate float64 `json:"hit_rate"`
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &stats); err != nil {
		fmt.Println(err)
	}
	fmt.Printf("%+v\n", stats)
	// Output: {Version:1 Namespaces:[{Name:user Total:{Hits:3 HitRate:0.75}}]}
}

func ExampleHandler() {
	tracker := metrics.NewTracker()
	mux := http.NewServeMux()
	mux.Handle("/internal/caches/", web.Handler(tracker))

	fmt.Println(get(mux, "GET", "/internal/caches/").Header().Get("Content-Type"))
	fmt.Println(get(mux, "GET", "/internal/caches/stats.json").Code)
	// Output:
	// text/html; charset=utf-8
	// 200
}
