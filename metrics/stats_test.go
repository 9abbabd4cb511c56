package metrics_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func TestStatsJSON(t *testing.T) {
	tests := []struct {
		name  string
		stats metrics.Stats
		want  string
	}{
		{
			name: "unused",
			want: `{"hits":0,"misses":0,"errors":0,"total_requests":0,"hit_rate":0.0000}`,
		},
		{
			name:  "the five",
			stats: metrics.Stats{Hits: 2, Misses: 1, Errors: 7},
			want:  `{"hits":2,"misses":1,"errors":7,"total_requests":3,"hit_rate":0.6667}`,
		},
		{
			name:  "a reported zero is there, an unreported one is not",
			stats: metrics.Stats{Reported: metrics.Evictions},
			want:  `{"hits":0,"misses":0,"errors":0,"total_requests":0,"hit_rate":0.0000,"evictions":0}`,
		},
		{
			name: "everything",
			stats: metrics.Stats{
				Hits: 1, Misses: 1, Errors: 3, Sets: 4, Deletes: 5, Evictions: 6, EvictedWeight: 60, Expirations: 7,
				Loads: 8, LoadFailures: 9, LoadTime: 1500 * time.Millisecond, Coalesced: 10, WriteErrors: 2, BytesRead: 11,
				NegativeHits: 1, StaleHits: 1, ErrorsByClass: [5]uint64{1, 2, 0, 0, 0}, Entries: 12, Capacity: 13,
				Reported: 1<<13 - 1,
			},
			want: `{"hits":1,"misses":1,"errors":3,"total_requests":2,"hit_rate":0.5000,"sets":4,"deletes":5,` +
				`"evictions":6,"evicted_weight":60,"expirations":7,"loads":8,"load_failures":9,"load_seconds":1.5,` +
				`"coalesced":10,"write_errors":2,"bytes_read":11,"negative_hits":1,"stale_hits":1,` +
				`"errors_by_class":{"other":1,"timeout":2,"connection":0,"server":0,"cancelled":0},"entries":12,"capacity":13}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b, err := json.Marshal(tt.stats)
			require.NoError(t, err)
			require.Equal(t, tt.want, string(b))
		})
	}
}

func TestStatsArithmetic(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	n.RecordHits(5)
	n.RecordLoadSuccess(3 * time.Second)
	earlier := n.Stats()
	n.RecordHits(2)
	n.RecordMiss()
	n.RecordFailures(metrics.ServerError, 2)
	n.RecordErrors(1)
	n.RecordWriteErrors(metrics.TimeoutError, 1)
	n.RecordLoadFailure(time.Second)
	n.RecordEvictions(2)
	n.RecordEviction(10)
	now := n.Stats()

	d := now.Sub(earlier)
	require.EqualValues(t, 2, d.Hits)
	require.EqualValues(t, 1, d.Misses)
	require.EqualValues(t, 4, d.Errors)
	require.EqualValues(t, 1, d.WriteErrors)
	require.Equal(t, [5]uint64{1, 1, 0, 2, 0}, d.ErrorsByClass)
	require.EqualValues(t, 3, d.Evictions)
	require.EqualValues(t, 12, d.EvictedWeight)
	require.Equal(t, time.Second, d.LoadTime)
	require.Equal(t, now.Reported, d.Reported)
	require.InDelta(t, 2.0/3, d.HitRate(), 1e-15)
	require.Equal(t, now, earlier.Add(d), "adding the difference gives it back")
	require.Zero(t, earlier.Sub(now).Hits, "what went down is 0")

	mean, ok := now.MeanLoadTime()
	require.True(t, ok)
	require.Equal(t, 2*time.Second, mean)
	_, ok = metrics.Stats{}.MeanLoadTime()
	require.False(t, ok)
}

func TestReported(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	require.Zero(t, n.Stats().Reported)
	n.Reports(metrics.Evictions | metrics.Sets)
	n.Reports(metrics.Deletes)
	require.Equal(t, metrics.Sets|metrics.Deletes|metrics.Evictions, n.Stats().Reported)
	n.RecordExpirations(1)
	require.True(t, n.Stats().Reported.Has(metrics.Expirations|metrics.Sets))
	require.False(t, n.Stats().Reported.Has(metrics.Loads))
}

func TestSizes(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	alive := true
	n.AddSize(func() (int, int, bool) { return 3, 10, true })
	n.AddSize(func() (int, int, bool) { return 4, -1, alive })
	n.AddSize(func() (int, int, bool) { panic("broken") })
	n.AddSize(func() (int, int, bool) { n.Stats(); return 0, 0, false })
	n.AddSize(nil)
	s := n.Stats()
	require.EqualValues(t, 7, s.Entries)
	require.EqualValues(t, 10, s.Capacity)
	require.True(t, s.Reported.Has(metrics.Entries|metrics.Capacity))
	alive = false
	require.EqualValues(t, 3, n.Stats().Entries)
	alive = true
	require.EqualValues(t, 3, n.Stats().Entries, "gone is gone")
}

func TestSizesOfDroppedCachesDoNotPileUp(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	calls := 0
	for range 100_000 {
		n.AddSize(func() (int, int, bool) { calls++; return 0, 0, false })
	}
	calls = 0
	n.Stats()
	require.Less(t, calls, 64)
}

func TestClassOf(t *testing.T) {
	_, refused := net.Dial("tcp", "127.0.0.1:1")
	tests := []struct {
		name string
		err  error
		want metrics.ErrorClass
	}{
		{"nil", nil, metrics.OtherError},
		{"cancelled", context.Canceled, metrics.CancelledError},
		{"wrapped cancelled", errors.Join(errors.New("x"), context.Canceled), metrics.CancelledError},
		{"deadline", context.DeadlineExceeded, metrics.TimeoutError},
		{"i/o deadline", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, metrics.TimeoutError},
		{"refused", refused, metrics.ConnectionError},
		{"EOF", io.EOF, metrics.ConnectionError},
		{"cut", io.ErrUnexpectedEOF, metrics.ConnectionError},
		{"unknown", errors.New("x"), metrics.OtherError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, metrics.ClassOf(tt.err)) })
	}
}

func TestWords(t *testing.T) {
	require.Equal(t, "hit miss error unknown", metrics.Hit.String()+" "+metrics.Miss.String()+" "+metrics.Error.String()+" "+metrics.Outcome(3).String())
	var words []string
	for c := range metrics.ErrorClass(metrics.ErrorClasses) {
		words = append(words, c.String())
	}
	require.Equal(t, []string{"other", "timeout", "connection", "server", "cancelled"}, words)
}

func TestContextNamespace(t *testing.T) {
	_, ok := metrics.NamespaceFromContext(context.Background())
	require.False(t, ok)
	//lint:ignore SA1012 a nil context must not panic
	_, ok = metrics.NamespaceFromContext(nil)
	require.False(t, ok)
	name, ok := metrics.NamespaceFromContext(metrics.ContextWithNamespace(context.Background(), ""))
	require.True(t, ok)
	require.Empty(t, name)
}

func TestABlockedSizeHoldsUpNobody(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	entered, release := make(chan struct{}), make(chan struct{})
	block := false
	n.AddSize(func() (int, int, bool) {
		if block {
			close(entered)
			<-release
		}
		return 5, 9, true
	})
	require.EqualValues(t, 5, n.Stats().Entries)
	block = true
	done := make(chan struct{})
	go func() { n.Stats(); close(done) }()
	<-entered
	require.EqualValues(t, 5, n.Stats().Entries, "others see what it answered last")
	n.AddSize(func() (int, int, bool) { return 1, 1, true })
	close(release)
	<-done
}

func TestTimesInJSONKeepTheirDigits(t *testing.T) {
	b, err := json.Marshal(metrics.Stats{Loads: 1, LoadTime: 1234567891, Reported: metrics.Loads})
	require.NoError(t, err)
	require.Contains(t, string(b), `"load_seconds":1.234567891`)
}
