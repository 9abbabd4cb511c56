package metrics_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// recorder is otter v2's stats.Recorder, whose methods a namespace must keep.
type recorder interface {
	RecordHits(count int)
	RecordMisses(count int)
	RecordEviction(weight uint32)
	RecordLoadSuccess(loadTime time.Duration)
	RecordLoadFailure(loadTime time.Duration)
}

var _ recorder = (*metrics.Namespace)(nil)

func TestLimit(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(2))
	tracker.RecordHit("a")
	tracker.RecordHit("b")
	tracker.RecordMiss("c")
	tracker.RecordError("d")
	tracker.RecordHit("a")

	all := tracker.AllStats()
	require.Len(t, all, 3)
	require.EqualValues(t, 2, all["a"].Hits)
	require.EqualValues(t, 1, all[metrics.Overflow].Misses)
	require.EqualValues(t, 1, all[metrics.Overflow].Errors)
	require.Equal(t, metrics.Overflow, tracker.Namespace("e").Name())
	require.Zero(t, tracker.Stats("c"), "a name beyond the limit has no figures of its own")

	tracker.Reset("c")
	require.EqualValues(t, 1, tracker.Stats(metrics.Overflow).Misses, "resetting it leaves the others' alone")
	tracker.Reset(metrics.Overflow)
	require.Zero(t, tracker.Stats(metrics.Overflow).Misses)

	tracker.ResetAll()
	require.Empty(t, tracker.AllStats())
	tracker.RecordHit("c")
	require.Equal(t, map[string]uint64{metrics.Overflow: 1}, hitsOf(tracker), "places are kept for life")
	tracker.RecordHit("b")
	require.Equal(t, map[string]uint64{metrics.Overflow: 1, "b": 1}, hitsOf(tracker))
}

func TestLimitOfTheDefault(t *testing.T) {
	for name, tracker := range map[string]*metrics.Tracker{
		"new":        metrics.NewTracker(),
		"zero value": {},
		"bad limits": metrics.NewTracker(metrics.WithMaxNamespaces(0), metrics.WithMaxNamespaces(-1), nil),
	} {
		t.Run(name, func(t *testing.T) {
			for i := range 1500 {
				tracker.RecordHit(fmt.Sprint(i))
			}
			require.Len(t, tracker.AllStats(), 1001)
			require.EqualValues(t, 500, tracker.Stats(metrics.Overflow).Hits)
		})
	}
}

func TestOverflowByNameTakesNoPlace(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(1))
	tracker.RecordHit(metrics.Overflow)
	tracker.RecordHit("a")
	require.Equal(t, map[string]uint64{metrics.Overflow: 1, "a": 1}, hitsOf(tracker))
}

func TestTiersAreApart(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.Tier("user", "L1").RecordHits(3)
	require.Empty(t, tracker.AllStats(), "a tier does not make the whole exist")
	tracker.Namespace("user").RecordHits(5)
	tracker.Tier("user", "L2").RecordMisses(2)
	require.Equal(t, map[string]uint64{"user": 5}, hitsOf(tracker))

	var listed []string
	for _, n := range tracker.Namespaces() {
		listed = append(listed, n.Name()+"/"+n.TierName())
	}
	require.Equal(t, []string{"user/", "user/L1", "user/L2"}, listed)

	tracker.Reset("user")
	require.Zero(t, tracker.Tier("user", "L1").Stats().Hits)
	require.EqualValues(t, 3, tracker.Tier("user", "L1").Totals().Hits)
}

func TestTiersOfTheOverflowAreBounded(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(1))
	tracker.RecordHit("a")
	for i := range 1000 {
		tracker.Tier("b", fmt.Sprint("tier", i)).RecordHit()
	}
	require.LessOrEqual(t, len(tracker.Namespaces()), 1+17)
	sum := uint64(0)
	for _, n := range tracker.Namespaces() {
		sum += n.Stats().Hits
	}
	require.EqualValues(t, 1001, sum)
}

func TestHandleOutlivesResetAll(t *testing.T) {
	tracker := metrics.NewTracker()
	h := tracker.Namespace("user")
	require.Contains(t, tracker.AllStats(), "user", "a handle is enough to exist")
	h.RecordHit()
	tracker.ResetAll()
	require.False(t, h.Exists())
	require.Empty(t, tracker.AllStats())
	h.RecordMiss()
	require.True(t, h.Exists())
	require.Equal(t, h, tracker.Namespace("user"))
	s := tracker.Stats("user")
	require.Zero(t, s.Hits)
	require.EqualValues(t, 1, s.Misses)
	require.EqualValues(t, 1, h.Totals().Hits)
}

func TestNothingRecordsNothing(t *testing.T) {
	var tracker *metrics.Tracker
	tracker.RecordHit("a")
	tracker.Reset("a")
	tracker.ResetAll()
	require.Empty(t, tracker.AllStats())
	require.Empty(t, tracker.Namespaces())
	require.Zero(t, tracker.Stats("a"))

	n := tracker.Namespace("a")
	require.Nil(t, n)
	n.RecordHit()
	n.RecordMiss()
	n.RecordError()
	n.RecordHits(2)
	n.RecordOutcome(metrics.Miss, 1)
	n.RecordFailures(metrics.TimeoutError, 1)
	n.RecordWriteErrors(metrics.TimeoutError, 1)
	n.RecordEviction(1)
	n.RecordEvictions(1)
	n.RecordLoadSuccess(1)
	n.RecordLoadFailure(1)
	n.RecordLatency(metrics.Hit, 1)
	n.Reports(metrics.Sets)
	n.AddSize(func() (int, int, bool) { return 1, 1, true })
	require.Zero(t, n.Stats())
	require.Zero(t, n.Totals())
	require.Zero(t, n.Latency(metrics.Hit).Count)
	require.Zero(t, n.TotalLatency(metrics.Hit).Count)
	require.Empty(t, n.Name()+n.TierName())
	require.False(t, n.Exists())
}

func TestCountsBelowOneAddNothing(t *testing.T) {
	n := metrics.NewTracker().Namespace("a")
	for _, count := range []int{0, -1, math.MinInt} {
		for _, f := range []func(int){
			n.RecordHits, n.RecordMisses, n.RecordErrors, n.RecordSets, n.RecordDeletes, n.RecordEvictions,
			n.RecordExpirations, n.RecordCoalesced, n.RecordNegativeHits, n.RecordStaleHits, n.RecordBytesRead,
			func(c int) { n.RecordFailures(metrics.ServerError, c) },
			func(c int) { n.RecordWriteErrors(metrics.ServerError, c) },
			func(c int) { n.RecordOutcome(metrics.Hit, c) },
		} {
			f(count)
		}
	}
	n.RecordOutcome(9, 1)
	n.RecordLatency(9, 1)
	require.Zero(t, n.Stats())
}

func TestRecordingAllocatesNothing(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(1))
	n := tracker.Namespace("user")
	n.RecordLatency(metrics.Hit, time.Millisecond)
	tracker.RecordHit("overflowing")
	for name, f := range map[string]func(){
		"by handle":      n.RecordHit,
		"by count":       func() { n.RecordMisses(2) },
		"failure":        func() { n.RecordFailures(metrics.TimeoutError, 1) },
		"by name":        func() { tracker.RecordHit("user") },
		"beyond limit":   func() { tracker.RecordHit("somebody") },
		"getting handle": func() { tracker.Namespace("user").RecordHit() },
		"latency":        func() { n.RecordLatency(metrics.Hit, time.Millisecond) },
		"load":           func() { n.RecordLoadSuccess(time.Millisecond) },
		"reading":        func() { n.Stats() },
	} {
		require.Zero(t, testing.AllocsPerRun(100, f), name)
	}
}

func TestNameDoesNotKeepItsKeyAlive(t *testing.T) {
	key := strings.Repeat("x", 1000) + ":1"
	name := key[:1000]
	n := metrics.NewTracker().Namespace(name)
	require.Equal(t, name, n.Name())
	require.NotSame(t, unsafe.StringData(name), unsafe.StringData(n.Name()))
}

func hitsOf(tracker *metrics.Tracker) map[string]uint64 {
	hits := map[string]uint64{}
	for name, s := range tracker.AllStats() {
		hits[name] = s.Hits
	}
	return hits
}

func TestNamespacesListIsTheCallersOwn(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("b")
	first := tracker.Namespaces()
	first[0] = nil
	require.Equal(t, "b", tracker.Namespaces()[0].Name())
	tracker.RecordHit("a")
	names := []string{}
	for _, n := range tracker.Namespaces() {
		names = append(names, n.Name())
	}
	require.Equal(t, []string{"a", "b"}, names)
}
