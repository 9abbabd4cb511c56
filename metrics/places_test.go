package metrics_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// TestEveryNameIsItsOwn takes names of every length, and each of them with every single
// byte changed: how a name is found depends on its length.
func TestEveryNameIsItsOwn(t *testing.T) {
	var names []string
	for size := range 40 {
		name := strings.Repeat("n", size)
		names = append(names, name)
		for i := range size {
			names = append(names, name[:i]+"m"+name[i+1:])
		}
	}
	for _, tier := range []string{"", "L1"} {
		tracker := metrics.NewTracker(metrics.WithMaxNamespaces(len(names)))
		for i, name := range names {
			tracker.Tier(name, tier).RecordHits(i + 1)
		}
		for i, name := range names {
			n := tracker.Tier(name, tier)
			require.Equal(t, name, n.Name())
			require.Equal(t, tier, n.TierName())
			require.EqualValues(t, i+1, n.Stats().Hits, "%q in tier %q", name, tier)
		}
		require.Len(t, tracker.Namespaces(), len(names))
	}
}

func TestTiersOfTheOverflowAreKeptApart(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(1))
	tracker.RecordHit("a")
	for i := range 5 {
		tier := tracker.Tier(fmt.Sprint("b", i), fmt.Sprint("tier", i%2))
		require.Equal(t, metrics.Overflow, tier.Name())
		require.Equal(t, fmt.Sprint("tier", i%2), tier.TierName())
		tier.RecordMiss()
	}
	require.EqualValues(t, 3, tracker.Tier(metrics.Overflow, "tier0").Stats().Misses)
	require.EqualValues(t, 2, tracker.Tier(metrics.Overflow, "tier1").Stats().Misses)
}

// TestWhatDoesNotExistIsNotRecorded: an outcome or class that a later version may bring
// is in no figure of this one.
func TestWhatDoesNotExistIsNotRecorded(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("user")
	namespace.RecordLatency(metrics.Hit, 1)
	for _, unknown := range []metrics.Outcome{metrics.Error + 1, metrics.Error + 2, 255} {
		namespace.RecordOutcome(unknown, 1)
		namespace.RecordLatency(unknown, 1)
		require.Equal(t, metrics.Stats{Reported: namespace.Stats().Reported}, namespace.Stats())
		require.Zero(t, namespace.Latency(unknown).Count)
		require.Zero(t, namespace.TotalLatency(unknown).Count)
		require.Zero(t, metrics.Window{}.Latency(unknown).Count)
	}
	classes := len(namespace.Stats().ErrorsByClass)
	for _, unknown := range []int{classes, classes + 1, 255} {
		namespace.RecordFailures(metrics.ErrorClass(unknown), 1)
	}
	require.EqualValues(t, 3, namespace.Stats().Errors)
	for class, n := range namespace.Stats().ErrorsByClass {
		if class := metrics.ErrorClass(class); class != metrics.OtherError {
			require.Zero(t, n, class)
		}
	}
}

func TestSizesAreAskedAsTheyAre(t *testing.T) {
	for _, test := range []struct {
		name              string
		entries, capacity int
		reported          metrics.Figure
	}{
		{"both", 7, 10, metrics.Entries | metrics.Capacity},
		{"empty", 0, 0, metrics.Entries | metrics.Capacity},
		{"unknown", -1, -1, 0},
		{"one unknown", 3, -1, metrics.Entries},
	} {
		t.Run(test.name, func(t *testing.T) {
			namespace := metrics.NewTracker().Namespace("user")
			namespace.AddSize(func() (int, int, bool) { return test.entries, test.capacity, true })
			s := namespace.Stats()
			require.Equal(t, test.reported, s.Reported&(metrics.Entries|metrics.Capacity))
			require.EqualValues(t, max(test.entries, 0), s.Entries)
			require.EqualValues(t, max(test.capacity, 0), s.Capacity)
		})
	}
	t.Run("one that panicked is asked again", func(t *testing.T) {
		namespace := metrics.NewTracker().Namespace("user")
		broken := true
		namespace.AddSize(func() (int, int, bool) {
			if broken {
				panic("mine")
			}
			return 3, -1, true
		})
		require.Zero(t, namespace.Stats().Reported&metrics.Entries)
		broken = false
		require.EqualValues(t, 3, namespace.Stats().Entries)
	})
}
