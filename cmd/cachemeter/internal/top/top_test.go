package top_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/top"
	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

// program is an instance with its own tracker, reached without a network.
type program struct {
	tracker *metrics.Tracker
	handler http.Handler
	down    bool
}

func newProgram() *program {
	tracker := metrics.NewTracker()
	return &program{tracker: tracker, handler: web.Handler(tracker)}
}

// programs answer by host name.
type programs map[string]*program

type refused struct{}

func (refused) Error() string { return "connection refused" }

func (p programs) RoundTrip(r *http.Request) (*http.Response, error) {
	at := p[r.URL.Host]
	if at == nil || at.down {
		return nil, refused{}
	}
	w := httptest.NewRecorder()
	at.handler.ServeHTTP(w, r)
	return w.Result(), nil
}

func watch(t *testing.T, p programs, addresses ...string) *top.Watch {
	t.Helper()
	w, err := top.NewWatch(addresses, time.Second)
	require.NoError(t, err)
	w.SetTransport(p)
	return w
}

// TestCountersAddBeforeRatios is the point of looking at several instances at once: a
// busy one that hits and an idle one that misses hit nearly always, not half the time.
func TestCountersAddBeforeRatios(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		busy, idle := newProgram(), newProgram()
		w := watch(t, programs{"busy": busy, "idle": idle}, "busy", "idle")
		w.Look(t.Context())
		work := func() {
			b, i := busy.tracker.Namespace("user"), idle.tracker.Namespace("user")
			b.RecordHits(990)
			b.RecordEvictions(7)
			i.RecordMisses(10)
			for range 99 {
				b.RecordLatency(metrics.Hit, time.Millisecond)
			}
			i.RecordLatency(metrics.Hit, time.Second)
			b.RecordLoadSuccess(time.Millisecond)
			time.Sleep(time.Second)
		}
		var p top.Picture
		for range 100 {
			work()
			p = w.Look(t.Context())
		}
		require.Len(t, p.Namespaces, 1)
		r := p.Namespaces[0]
		require.Equal(t, 2, r.Instances)
		require.InDelta(t, 0.99, *r.HitRate, 1e-9)
		require.InDelta(t, 0.99, *r.Usual, 1e-9)
		require.InDelta(t, 1000, *r.Requests, 0.01)
		require.InDelta(t, 7, *r.Evictions, 0.01)
		require.EqualValues(t, 99000, r.TotalHits)
		require.EqualValues(t, 1000, r.TotalMisses)
		require.InDelta(t, 0.001, *r.HitP50, 0.0001)
		require.InDelta(t, 0.001, *r.HitP99, 0.0001, "99 of 100 hits took a millisecond")
		require.Nil(t, r.Entries, "nobody reports them")
		require.Nil(t, r.MissP50)
		require.NotNil(t, r.Saved)
	})
}

func TestTheWorstInstanceIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		well, ill := newProgram(), newProgram()
		w := watch(t, programs{"well": well, "ill": ill}, "well", "ill")
		var broke time.Time
		var p top.Picture
		for second := range 100 {
			well.tracker.Namespace("user").RecordHits(100)
			if second < 60 {
				ill.tracker.Namespace("user").RecordHits(100)
			} else {
				if broke.IsZero() {
					broke = time.Now()
				}
				ill.tracker.Namespace("user").RecordErrors(100)
			}
			time.Sleep(time.Second)
			p = w.Look(t.Context())
		}
		r := p.Namespaces[0]
		require.Equal(t, "failing", r.Level)
		require.Equal(t, "100 % of operations fail", r.Message)
		require.Equal(t, 1, r.Bad)
		require.Equal(t, 2, r.Instances)
		require.InDelta(t, 0, r.Since.Sub(broke).Seconds(), 2)
		require.InDelta(t, 0.5, *r.ErrorPart, 0.01)
		require.Contains(t, w.Screen(p, 200, 20), "✕ failing user 100 % of operations fail on 1 of 2, since "+r.Since.Local().Format(time.TimeOnly))
	})
}

func TestReconnects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := newProgram(), newProgram()
		all := programs{"a": a, "b": b}
		w := watch(t, all, "a", "b")
		a.tracker.RecordHit("user")
		b.tracker.RecordHit("user")
		require.EqualValues(t, 2, w.Look(t.Context()).Namespaces[0].TotalHits)

		b.down = true
		time.Sleep(time.Second)
		lost := time.Now()
		p := w.Look(t.Context())
		require.EqualValues(t, 1, p.Namespaces[0].TotalHits, "what does not answer is not counted")
		require.Equal(t, "connection refused", p.Instances[1].Error)
		time.Sleep(time.Minute)
		p = w.Look(t.Context())
		require.WithinDuration(t, lost, *p.Instances[1].Since, time.Millisecond)
		screen := w.Screen(p, 120, 20)
		require.Contains(t, screen, "1 of 2 instances")
		require.Contains(t, screen, "✕ b does not answer for 1m00s, trying again: connection refused")

		all["b"] = newProgram() // restarted
		all["b"].tracker.Namespace("user").RecordHits(5)
		p = w.Look(t.Context())
		require.Empty(t, p.Instances[1].Error)
		require.Nil(t, p.Instances[1].Since)
	})
}

func TestAddresses(t *testing.T) {
	for address, want := range map[string]string{
		"localhost:6060":                                "http://localhost:6060/debug/cachemeter/stats.json",
		"http://localhost:6060":                         "http://localhost:6060/debug/cachemeter/stats.json",
		"http://localhost:6060/":                        "http://localhost:6060/debug/cachemeter/stats.json",
		"https://example.test/debug/cachemeter/":        "https://example.test/debug/cachemeter/stats.json",
		"example.test/debug/cachemeter#/user":           "http://example.test/debug/cachemeter/stats.json",
		"http://example.test/caches/stats.json?a=b":     "http://example.test/caches/stats.json",
		"http://[::1]:6060/debug/cachemeter/stats.json": "http://[::1]:6060/debug/cachemeter/stats.json",
	} {
		got, err := top.Address(address)
		require.NoError(t, err, address)
		require.Equal(t, want, got, address)
	}
	for _, address := range []string{"", "http://", "ftp://example.test", ":", "http://a b", "http://%zz"} {
		_, err := top.NewWatch([]string{address}, time.Second)
		require.ErrorContains(t, err, "is no address: want HOST:PORT", address)
	}
}

func TestAnswersThatAreNoStats(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"not there":     {http.NotFound, "answers 404 Not Found: is a page served there?"},
		"no JSON":       {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) }, "is no stats.json: invalid character '<'"},
		"another one":   {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"version":2}`)) }, "has version 2: this program reads 1"},
		"nothing":       {func(http.ResponseWriter, *http.Request) {}, "is no stats.json: EOF"},
		"strange parts": {func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(`{"version":1,"namespaces":7}`)) }, "is no stats.json: json: cannot unmarshal"},
	} {
		t.Run(name, func(t *testing.T) {
			w := watch(t, programs{"a": {handler: c.handler}}, "a")
			p := w.Look(t.Context())
			require.Contains(t, p.Instances[0].Error, c.want)
		})
	}
	odd := `{"version":1,"namespaces":[{"name":"a","windows":{"now":{"seconds":0,"hits":1}},"history":{"at":[1,2],"hits":[1]}}]}`
	w := watch(t, programs{"a": {handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(odd)) })}}, "a")
	require.NotPanics(t, func() { w.Screen(w.Look(t.Context()), 80, 24) })
}

func TestOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newProgram()
		a.tracker.Namespace("user").RecordHits(3)
		w := watch(t, programs{"a": a}, "a", "gone")
		go func() {
			time.Sleep(500 * time.Millisecond)
			a.tracker.Namespace("user").RecordHits(30)
			a.tracker.Namespace("user").RecordMisses(10)
		}()
		p, err := w.Once(t.Context(), time.Second)
		require.EqualError(t, err, "1 of 2 instances do not answer, first gone: connection refused")
		require.InDelta(t, 43, *p.Namespaces[0].Requests, 0.5, "it waited for a window")
		require.InDelta(t, 33./43, *p.Namespaces[0].HitRate, 0.001)
		require.EqualValues(t, 33, p.Namespaces[0].TotalHits)
		table := p.Table()
		require.Regexp(t, `^STATUS +CACHE +REQ/S HIT RATE`, table)
		require.Regexp(t, `\n✓ ok +user +43 +76\.7% +no data`, table)

		b, err := json.Marshal(p)
		require.NoError(t, err)
		require.Contains(t, string(b), `"hit_rate":0.767`)
		require.NotContains(t, string(b), "evictions", "what nobody reports is absent")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = watch(t, programs{"a": newBlank()}, "a").Once(ctx, time.Hour)
		require.Error(t, err)
	})
}

func newBlank() *program {
	p := newProgram()
	p.tracker.RecordHit("user")
	return p
}

// TestTheTrendSpansFiveMinutes breaks a cache two minutes ago.
func TestTheTrendSpansFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newProgram()
		w := watch(t, programs{"a": a}, "a")
		var p top.Picture
		for second := range 400 {
			if second < 280 {
				a.tracker.Namespace("user").RecordHits(100)
			} else {
				a.tracker.Namespace("user").RecordMisses(100)
			}
			time.Sleep(time.Second)
			p = w.Look(t.Context())
		}
		screen := w.Screen(p, 220, 15)
		require.Regexp(t, " █{12}▁{8} ", screen)
		require.Contains(t, screen, "5 MIN")
	})
}

// TestEveryWidth draws on all screens: no line is longer, no figure is cut.
func TestEveryWidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newProgram()
		w := watch(t, programs{"a": a}, "a")
		var p top.Picture
		for range 70 {
			for _, name := range []string{"user", "a name that is much longer than its column", "日本語", "\x1b[31mred\x1b[2J\u202e", ""} {
				a.tracker.Namespace(name).RecordHits(1234)
				a.tracker.Namespace(name).RecordMisses(5)
			}
			time.Sleep(time.Second)
			p = w.Look(t.Context())
		}
		for width := 20; width <= 220; width += 5 {
			screen := w.Screen(p, width, 15)
			lines := strings.Split(screen, "\n")
			require.Len(t, lines, 15, "width %d", width)
			for _, line := range lines {
				require.LessOrEqual(t, top.Width(line), width, "%q", line)
			}
			require.NotContains(t, screen, "\x1b[31m", "a name moves no cursor and paints nothing")
			require.NotContains(t, screen, "\u202e")
		}
		wide := w.Screen(p, 220, 15)
		require.Contains(t, wide, "(empty name)")
		require.Contains(t, wide, "█", "the trend")
		require.Contains(t, w.Screen(p, 40, 15), "HIT RATE", "the hit rate stays to the last")
		require.NotContains(t, w.Screen(p, 60, 15), "ENTRIES")
		for _, height := range []int{1, 2, 3, 5} {
			require.LessOrEqual(t, strings.Count(w.Screen(p, 80, height), "\n"), height)
		}
	})
}
