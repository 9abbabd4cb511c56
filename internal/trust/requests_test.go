package trust_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

// FuzzRequests sends the page requests of any make. It always answers, with a status
// that says what was wrong, never with what it was sent, and nothing changes.
func FuzzRequests(f *testing.F) {
	for _, seed := range [][4]string{
		{"GET", "/debug/cachemeter/", "", ""},
		{"GET", "/debug/cachemeter/stats.json", "namespace=a&namespace=", "Accept-Encoding: gzip"},
		{"POST", "/debug/cachemeter/reset", "namespace=user", "Origin: https://elsewhere.example"},
		{"PUT", "/debug/cachemeter/stats.json", "%zz;;=&&", "If-None-Match: *"},
		{"HEAD", "/debug/cachemeter/../../etc/passwd", "", "Range: bytes=9-1"},
		{"BREW", "//stats.json/..", "history=-1", "Last-Event-ID: 99999999999999999999"},
		{"GET", "/debug/cachemeter/page.js", "v=<script>", "If-Modified-Since: yesterday"},
	} {
		f.Add(seed[0], seed[1], seed[2], seed[3])
	}
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	mux := http.NewServeMux()
	require.NoError(f, web.Register(mux, tracker))
	handlers := map[string]http.Handler{"mux": mux, "alone": web.Handler(tracker)}
	f.Fuzz(func(t *testing.T, method, path, query, header string) {
		if strings.HasSuffix(path, "events") {
			return // it would last
		}
		name, value, _ := strings.Cut(header, ":")
		for where, h := range handlers {
			r := (&http.Request{
				Method: method, URL: &url.URL{Path: path, RawQuery: query}, RequestURI: path, Host: "x",
				Header: http.Header{name: {value}}, Body: http.NoBody, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			}).WithContext(t.Context())
			w := httptest.NewRecorder()
			h.ServeHTTP(w, r)
			require.Contains(t, []int{200, 206, 301, 304, 307, 308, 400, 404, 405, 412, 416}, w.Code, where)
			if strings.Contains(query, "<") && strings.Contains(w.Header().Get("Content-Type"), "html") {
				require.NotContains(t, w.Body.String(), query, where)
			}
		}
		require.EqualValues(t, 1, tracker.Stats("user").Hits)
	})
}

// TestMalformedConnections: what is no HTTP at all ends with its connection, and a
// client that sends or reads a byte at a time holds up nobody.
func TestMalformedConnections(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	server := httptest.NewUnstartedServer(web.Handler(tracker))
	server.Config.ReadHeaderTimeout = 200 * time.Millisecond
	server.Start()
	defer server.Close()
	address := strings.TrimPrefix(server.URL, "http://")
	for name, text := range map[string]string{
		"nothing":          "",
		"noise":            "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
		"a request cut":    "GET /stats.json HT",
		"no version":       "GET /\r\n\r\n",
		"a header cut":     "GET / HTTP/1.1\r\nHost: x\r\nAccept",
		"no host":          "GET /stats.json HTTP/1.1\r\n\r\n",
		"two lengths":      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
		"smuggled":         "POST /reset HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nPOST /reset HTTP/1.1\r\n\r\n",
		"an endless chunk": "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffff\r\nx",
		"a huge header":    "GET / HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 2<<20),
		"a huge path":      "GET /" + strings.Repeat("a/", 1<<19) + " HTTP/1.1\r\nHost: x\r\n\r\n",
		"dots":             "GET /../../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
		"a bad escape":     "GET /stats.json?namespace=%ff%00%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			require.NoError(t, err)
			defer conn.Close()
			require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
			_, _ = io.WriteString(conn, text) // the server may hang up on it
			if tcp, ok := conn.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}
			answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err == nil { // some are answered before the connection ends
				require.Contains(t, []int{200, 301, 400, 404, 405, 431, 505}, answer.StatusCode)
				_ = answer.Body.Close()
			}
			requireAlive(t, server.URL)
		})
	}
	t.Run("readers that never read", func(t *testing.T) {
		for i := range 20 {
			conn, err := net.Dial("tcp", address)
			require.NoError(t, err)
			defer conn.Close()
			path := []string{"events", "stats.json"}[i%2]
			_, err = fmt.Fprintf(conn, "GET /%s HTTP/1.1\r\nHost: x\r\n\r\n", path)
			require.NoError(t, err)
		}
		requireAlive(t, server.URL)
	})
	require.EqualValues(t, 1, tracker.Stats("user").Hits)
	server.CloseClientConnections()
}

func requireAlive(t *testing.T, url string) {
	t.Helper()
	answer, err := http.Get(url + "/stats.json")
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode)
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Contains(t, string(body), `"user"`)
}
