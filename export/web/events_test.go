package web

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// client is a connection whose other end the test holds.
type client struct {
	http.ResponseWriter
	stalled chan struct{} // while it is open, a write waits
	body    bytes.Buffer
	writes  int
}

func newClient() *client {
	return &client{ResponseWriter: httptest.NewRecorder(), stalled: make(chan struct{})}
}

func (c *client) Flush() {}

func (c *client) Write(b []byte) (int, error) {
	<-c.stalled
	c.writes++
	return c.body.Write(b)
}

// events returns the documents that have arrived.
func (c *client) events(t *testing.T) (documents []map[string]any) {
	t.Helper()
	for event := range strings.SplitSeq(strings.TrimSuffix(c.body.String(), "\n\n"), "\n\n") {
		lines := strings.Split(event, "\n")
		require.Equal(t, []string{"retry: 1000", "event: stats"}, lines[:2])
		var v map[string]any
		require.NoError(t, json.Unmarshal([]byte(strings.TrimPrefix(lines[2], "data: ")), &v))
		documents = append(documents, v)
	}
	return documents
}

// watch opens a stream; leaving ends it.
func watch(h *hub, c *client) (leave context.CancelFunc, left chan struct{}) {
	ctx, cancel := context.WithCancel(context.Background())
	left = make(chan struct{})
	go func() {
		defer close(left)
		h.serve(c, httptest.NewRequestWithContext(ctx, http.MethodGet, "/events", nil))
	}()
	return cancel, left
}

func (h *hub) count() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.watchers)
}

func newTestHub(tracker *metrics.Tracker, interval time.Duration) *hub {
	o := options{windows: metrics.NewWindows(tracker, metrics.WithSampledLatency()), interval: interval}
	return newHub(newObserver(tracker, o), interval)
}

func TestSampledOnlyWhileSomebodyWatches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := metrics.NewTracker()
		user := tracker.Namespace("user")
		asked := 0
		user.AddSize(func() (int, int, bool) { asked++; return 1, 2, true })
		h := newTestHub(tracker, time.Second)
		asked = 0

		time.Sleep(time.Hour)
		require.Zero(t, asked, "nobody watches")

		a, b := newClient(), newClient()
		close(a.stalled)
		close(b.stalled)
		leaveA, leftA := watch(h, a)
		synctest.Wait()
		require.Len(t, a.events(t), 1, "the first event comes at once")
		leaveB, leftB := watch(h, b)
		synctest.Wait()
		require.Len(t, b.events(t), 1, "to the second watcher, too")
		time.Sleep(500 * time.Millisecond) // between two events, from here on
		for range 5 {
			user.RecordHits(10)
			time.Sleep(time.Second)
		}
		synctest.Wait()
		require.Len(t, a.events(t), 6)
		require.Len(t, b.events(t), 6)
		last := a.events(t)[5]["namespaces"].([]any)[0].(map[string]any)
		require.Equal(t, map[string]any{"seconds": 1.0, "hits": 10.0, "misses": 0.0, "errors": 0.0}, last["tick"])
		require.Equal(t, 10.0, last["windows"].(map[string]any)["now"].(map[string]any)["requests_per_second"])

		leaveA()
		<-leftA
		time.Sleep(2 * time.Second)
		synctest.Wait()
		require.Len(t, a.events(t), 6)
		require.Greater(t, len(b.events(t)), 6)
		leaveB()
		<-leftB
		time.Sleep(2 * time.Second)
		synctest.Wait()
		asked = 0
		time.Sleep(time.Hour)
		require.Zero(t, asked, "nobody watches any more")
		require.False(t, h.running, "no goroutine is left")

		leaveC, leftC := watch(h, a)
		synctest.Wait()
		require.NotZero(t, asked)
		leaveC()
		<-leftC
		time.Sleep(2 * time.Second)
	})
}

func TestOneGoroutineHoweverOftenWatchersComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := metrics.NewTracker()
		asked := 0
		tracker.Namespace("user").AddSize(func() (int, int, bool) { asked++; return 1, 2, true })
		h := newTestHub(tracker, 10*time.Second)
		for range 50 {
			c := newClient()
			close(c.stalled)
			leave, left := watch(h, c)
			synctest.Wait()
			require.Len(t, c.events(t), 1)
			leave()
			<-left
		}
		c := newClient()
		close(c.stalled)
		leave, left := watch(h, c)
		time.Sleep(95 * time.Second)
		synctest.Wait()
		require.Len(t, c.events(t), 10)
		leave()
		<-left
		time.Sleep(time.Minute)
		synctest.Wait()
		require.False(t, h.running)
	})
}

func TestSlowClientsAreDroppedNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newTestHub(metrics.NewTracker(), time.Second)
		slow, quick := newClient(), newClient()
		close(quick.stalled)
		leaveSlow, leftSlow := watch(h, slow)
		leaveQuick, leftQuick := watch(h, quick)
		defer leaveSlow()
		synctest.Wait()
		require.Equal(t, 2, h.count())
		time.Sleep(20*time.Second + time.Millisecond)
		synctest.Wait()
		require.Equal(t, 1, h.count(), "the slow one is not waited for")
		require.Len(t, quick.events(t), 21, "the other one missed nothing")

		close(slow.stalled) // its write returns at last
		<-leftSlow
		leaveQuick()
		<-leftQuick
		time.Sleep(2 * time.Second)
	})
}

type noFlush struct{ w *httptest.ResponseRecorder }

func (n noFlush) Header() http.Header         { return n.w.Header() }
func (n noFlush) Write(b []byte) (int, error) { return n.w.Write(b) }
func (n noFlush) WriteHeader(status int)      { n.w.WriteHeader(status) }

func TestAWriterThatCannotStreamIsToldSo(t *testing.T) {
	w := httptest.NewRecorder()
	newTestHub(metrics.NewTracker(), time.Second).serve(noFlush{w}, httptest.NewRequest(http.MethodGet, "/events", nil))
	require.Equal(t, http.StatusNotImplemented, w.Code)
	require.Contains(t, w.Body.String(), "web: cannot stream events")
}

// TestStreamsOverARealServer reads both encodings at once: late watchers share blocks
// with early ones.
func TestStreamsOverARealServer(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	server := httptest.NewServer(Handler(tracker))
	defer server.Close()
	for _, encoding := range []string{"gzip", "identity", "gzip"} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/events", nil)
		require.NoError(t, err)
		r.Header.Set("Accept-Encoding", encoding)
		answer, err := http.DefaultTransport.RoundTrip(r)
		require.NoError(t, err)
		defer answer.Body.Close()
		require.Equal(t, "text/event-stream", answer.Header.Get("Content-Type"))
		var body io.Reader = answer.Body
		if encoding == "gzip" {
			require.Equal(t, "gzip", answer.Header.Get("Content-Encoding"))
			body, err = gzip.NewReader(body)
			require.NoError(t, err)
		}
		lines := bufio.NewScanner(body)
		lines.Buffer(nil, 1<<20)
		for events := 0; events < 2 && lines.Scan(); {
			if document, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				events++
				require.True(t, json.Valid([]byte(document)), document)
				require.Contains(t, document, `"name":"user"`)
			}
		}
		require.NoError(t, lines.Err())
	}
}

// TestStreamsLetTheServerShutDown: an open page must not keep a program from ending.
func TestStreamsLetTheServerShutDown(t *testing.T) {
	server := httptest.NewServer(Handler(metrics.NewTracker()))
	defer server.Close()
	answer, err := http.Get(server.URL + "/events")
	require.NoError(t, err)
	defer answer.Body.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(t, server.Config.Shutdown(ctx))
	_, err = io.Copy(io.Discard, answer.Body)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		require.NoError(t, err)
	}
}
