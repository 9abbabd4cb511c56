package web_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

func get(h http.Handler, method, target string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func register(t *testing.T, tracker *metrics.Tracker, opts ...web.Option) *http.ServeMux {
	t.Helper()
	mux := http.NewServeMux()
	require.NoError(t, web.Register(mux, tracker, opts...))
	return mux
}

func TestRegisterServesEverythingUnderItsPath(t *testing.T) {
	mux := register(t, metrics.NewTracker())
	for target, want := range map[string]struct {
		status int
		kind   string
	}{
		"/debug/cachemeter/":              {200, "text/html; charset=utf-8"},
		"/debug/cachemeter/page.js":       {200, "text/javascript; charset=utf-8"},
		"/debug/cachemeter/page.css":      {200, "text/css; charset=utf-8"},
		"/debug/cachemeter/uPlot.LICENSE": {200, "text/plain; charset=utf-8"},
		"/debug/cachemeter/stats.json":    {200, "application/json"},
		"/debug/cachemeter":               {307, "text/html; charset=utf-8"},
		"/debug/cachemeter/nothing":       {404, "text/plain; charset=utf-8"},
		"/debug/cachemeter/a/stats.json":  {404, "text/plain; charset=utf-8"},
		"/debug/cachemeter/reset":         {404, "text/plain; charset=utf-8"},
	} {
		w := get(mux, "GET", target)
		require.Equal(t, want.kind, w.Header().Get("Content-Type"), target)
		if want.status == 307 {
			require.Contains(t, []int{301, 307}, w.Code, "GET %s: %d", target, w.Code)
			require.Equal(t, "/debug/cachemeter/", w.Header().Get("Location"))
			continue
		}
		require.Equal(t, want.status, w.Code, target)
	}
}

func TestRegisterFailsWithoutPanic(t *testing.T) {
	mux := http.NewServeMux()
	require.EqualError(t, web.Register(nil, metrics.NewTracker()), "web: nil mux")
	require.EqualError(t, web.Register(mux, nil), "web: nil tracker")
	require.NoError(t, web.Register(mux, metrics.NewTracker(), nil))
	err := web.Register(mux, metrics.NewTracker())
	require.ErrorContains(t, err, "web: cannot mount /debug/cachemeter/:")
}

func TestHandlerUnderAnyPrefix(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	h := web.Handler(tracker)
	stripped := http.StripPrefix("/a/b", h)
	for _, at := range []string{"/stats.json", "/x/stats.json", "/x/y%2Fz/stats.json"} {
		require.Equal(t, 200, get(h, "GET", at).Code, at)
	}
	require.Equal(t, 200, get(stripped, "GET", "/a/b/stats.json").Code)
	require.Equal(t, 200, get(h, "GET", "/x/").Code)
	require.Equal(t, 404, get(h, "GET", "/x/favicon.ico").Code)
	for _, c := range []struct {
		handler    http.Handler
		from, want string
	}{
		{h, "/x/caches", "./caches/"},
		{h, "/x/caches?a=b", "./caches/"},
		{stripped, "/a/b", "./b/"},
	} {
		w := get(c.handler, "GET", c.from)
		require.Equal(t, 301, w.Code, c.from)
		require.Equal(t, c.want, w.Header().Get("Location"), c.from)
	}
}

func TestNilTrackerIsAnEmptyPage(t *testing.T) {
	w := get(web.Handler(nil), "GET", "/stats.json")
	require.Equal(t, 200, w.Code)
	require.Empty(t, decode(t, w.Body.Bytes())["namespaces"])
}

// TestNoRequestChangesAnything sends every method to everything there is.
func TestNoRequestChangesAnything(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	before := tracker.AllStats()
	mux := register(t, tracker)
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "GET", "HEAD"} {
		for _, name := range []string{"", "stats.json", "reset", "reset?namespace=user", "page.js"} {
			w := get(mux, method, web.Path+name)
			if method != "GET" && method != "HEAD" {
				require.GreaterOrEqual(t, w.Code, 400, "%s %s", method, name)
			}
			if method == "HEAD" && w.Code == 200 {
				require.Empty(t, w.Body.String(), name)
			}
		}
	}
	require.Equal(t, "GET, HEAD", get(mux, "POST", web.Path+"stats.json").Header().Get("Allow"))
	get(mux, "GET", web.Path+"stats.json?namespace=never+seen")
	require.Equal(t, before, tracker.AllStats())
}

func TestReset(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	tracker.RecordHit("product")
	mux := register(t, tracker, web.WithReset())
	target := "http://example.test" + web.Path + "reset"

	require.Equal(t, 405, get(mux, "GET", target).Code)
	require.Equal(t, 403, get(mux, "POST", target, "Sec-Fetch-Site", "cross-site").Code)
	require.Equal(t, 403, get(mux, "POST", target, "Sec-Fetch-Site", "same-site").Code)
	require.Equal(t, 403, get(mux, "POST", target, "Origin", "http://evil.test").Code)
	require.EqualValues(t, 1, tracker.Stats("user").Hits)

	require.Equal(t, 204, get(mux, "POST", target+"?namespace=user", "Sec-Fetch-Site", "same-origin").Code)
	require.Zero(t, tracker.Stats("user").Hits)
	require.EqualValues(t, 1, tracker.Stats("product").Hits)
	require.Equal(t, 204, get(mux, "POST", target, "Origin", "http://example.test").Code)
	require.Empty(t, tracker.AllStats())

	tracker.RecordHit("\xff")
	tracker.RecordHit("\xfe")
	require.Equal(t, 204, get(mux, "POST", target+"?namespace="+url.QueryEscape(metrics.Label("\xff"))).Code)
	require.Zero(t, tracker.Stats("\xff").Hits)
	require.EqualValues(t, 1, tracker.Stats("\xfe").Hits)
}

func TestEveryAnswerIsLockedDown(t *testing.T) {
	mux := register(t, metrics.NewTracker())
	for _, name := range []string{"", "page.js", "stats.json"} {
		h := get(mux, "GET", web.Path+name).Header()
		policy := h.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'", name)
		require.Contains(t, policy, "script-src 'self';", name)
		require.Contains(t, policy, "frame-ancestors 'none'", name)
		require.NotContains(t, policy, "unsafe", name)
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), name)
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), name)
	}
	page := get(mux, "GET", web.Path).Body.String()
	require.NotRegexp(t, `(?i)<script(?:>|[^>]*[^>]>[^<])`, page, "inline script")
	require.NotRegexp(t, `(?i)\son\w+=|\sstyle=|<style|https?://`, page)
}

func TestAssetsAreCachedByTheirContent(t *testing.T) {
	mux := register(t, metrics.NewTracker())
	first := get(mux, "GET", web.Path+"page.js")
	etag := first.Header().Get("ETag")
	require.NotEmpty(t, etag)
	require.Equal(t, 304, get(mux, "GET", web.Path+"page.js", "If-None-Match", etag).Code)
	require.Equal(t, 200, get(mux, "GET", web.Path+"page.js", "If-None-Match", `"other"`).Code)

	zipped := get(mux, "GET", web.Path+"page.js", "Accept-Encoding", "br;q=1.0, gzip;q=0.8")
	require.Equal(t, "gzip", zipped.Header().Get("Content-Encoding"))
	require.NotEqual(t, etag, zipped.Header().Get("ETag"))
	z, err := gzip.NewReader(zipped.Body)
	require.NoError(t, err)
	b, err := io.ReadAll(z)
	require.NoError(t, err)
	require.Equal(t, first.Body.String(), string(b))
	for _, refused := range []string{"gzip;q=0", "identity", "", "x-gzip, br"} {
		require.Empty(t, get(mux, "GET", web.Path+"page.js", "Accept-Encoding", refused).Header().Get("Content-Encoding"), refused)
	}
}

// TestThePageIsSmall adds up what a browser loads, as it loads it.
func TestThePageIsSmall(t *testing.T) {
	mux := register(t, metrics.NewTracker())
	page := get(mux, "GET", web.Path).Body.String()
	loaded := map[string]bool{"": true}
	for _, part := range strings.Split(page, `"`) {
		if strings.HasSuffix(part, ".js") || strings.HasSuffix(part, ".css") || strings.HasSuffix(part, ".svg") {
			loaded[part] = true
		}
	}
	for changed := true; changed; {
		changed = false
		for name := range loaded {
			for _, part := range strings.Split(get(mux, "GET", web.Path+name).Body.String(), `"`) {
				if imported, ok := strings.CutPrefix(part, "./"); ok && strings.HasSuffix(imported, ".js") && !loaded[imported] {
					loaded[imported], changed = true, true
				}
			}
		}
	}
	total := 0
	for name := range loaded {
		w := get(mux, "GET", web.Path+name, "Accept-Encoding", "gzip")
		require.Equal(t, 200, w.Code, name)
		total += w.Body.Len()
	}
	t.Logf("%d files, %d bytes", len(loaded), total)
	require.Greater(t, len(loaded), 4)
	require.Less(t, total, 150_000)
}

func decode(t *testing.T, b []byte) map[string]any {
	t.Helper()
	var v map[string]any
	require.NoError(t, json.Unmarshal(b, &v), "%s", b)
	return v
}
