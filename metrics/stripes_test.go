package metrics_test

import (
	"fmt"
	"math"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// TestCellsNeverShareALinePair: no machine here has the cores to feel it, so the layout
// itself is what is tested.
func TestCellsNeverShareALinePair(t *testing.T) {
	const pair = 128
	require.EqualValues(t, pair, metrics.CellSize)
	tracker := metrics.NewTracker()
	owner := map[uintptr]string{}
	for i := range 200 {
		n := tracker.Namespace(fmt.Sprint("n", i))
		if i%2 == 0 {
			metrics.MakeStripes(n, metrics.StripeCount(1+i))
		}
		for c, address := range metrics.CellAddresses(n) {
			require.Zero(t, address%pair, "cell %d of %s lies across a boundary", c, n.Name())
			who := fmt.Sprint(n.Name(), " cell ", c)
			require.Empty(t, owner[address], "%s shares its lines", who)
			owner[address] = who
		}
	}
}

// TestPicksSpreadEvenly lets 10,000 goroutines, alive at once, pick: all cells
// are used, the fullest has at most about twice its share, and a goroutine meets hardly
// more others than if all had the same.
func TestPicksSpreadEvenly(t *testing.T) {
	const goroutines = 10_000
	for _, procs := range []int{2, 8, 64, 256} {
		t.Run(fmt.Sprint(procs, " processors"), func(t *testing.T) {
			n := metrics.NewTracker().Namespace("user")
			stripes := metrics.StripeCount(procs)
			metrics.MakeStripes(n, stripes)
			picked := make([]uintptr, goroutines)
			var all sync.WaitGroup
			var picking sync.WaitGroup
			picking.Add(goroutines)
			release := make(chan struct{})
			for i := range goroutines {
				all.Go(func() {
					picked[i] = metrics.Picked(n)
					picking.Done()
					<-release
				})
			}
			picking.Wait()
			close(release)
			all.Wait()
			count := map[uintptr]int{}
			for _, address := range picked {
				count[address]++
			}
			require.Len(t, count, stripes, "every stripe is used")
			share := float64(goroutines) / float64(stripes)
			together := 0.0 // how many share a cell with one, as against a perfectly even spread
			for address, got := range count {
				together += float64(got) * float64(got) / goroutines / share
				// Twice its share, and five standard deviations of what chance alone would do:
				// which stacks the runtime hands out depends on what ran before, and is no chance.
				require.Less(t, float64(got), 2*share+5*math.Sqrt(share), "%x of %d stripes", address, stripes)
			}
			require.Less(t, together, 1.1)
		})
	}
}

func TestStripesComeWhereGoroutinesMet(t *testing.T) {
	for name, settle := range map[string]func(*metrics.Tracker){
		"a reader comes by": func(tr *metrics.Tracker) { tr.Stats("user") },
		"a handle is taken": func(tr *metrics.Tracker) { tr.Namespace("user") },
		"garbage collected": func(tr *metrics.Tracker) { runtime.GC() },
	} {
		t.Run(name, func(t *testing.T) {
			tracker := metrics.NewTracker()
			n := tracker.Namespace("user")
			n.RecordHits(10)
			settle(tracker)
			require.Equal(t, 1, metrics.Stripes(n), "nobody met")
			metrics.MarkMet(n)
			require.Eventually(t, func() bool {
				settle(tracker)
				return metrics.Stripes(n) == metrics.StripeCount(runtime.GOMAXPROCS(0))
			}, 10*time.Second, time.Millisecond)
			n.RecordHits(5)
			n.RecordHit()
			require.EqualValues(t, 16, tracker.Stats("user").Hits, "what the first cell counted stays counted")
		})
	}
}

// TestContentionIsSeen hammers one counter until the mark appears.
func TestContentionIsSeen(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	n := metrics.NewTracker().Namespace("user")
	deadline := time.Now().Add(30 * time.Second)
	recorded := uint64(0)
	for metrics.Stripes(n) == 1 && time.Now().Before(deadline) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 100_000 {
					n.RecordHit()
				}
			})
		}
		wg.Wait()
		recorded += 400_000
		require.Equal(t, recorded, n.Stats().Hits)
	}
	require.Greater(t, metrics.Stripes(n), 1)
}

func TestStripesWhileCounting(t *testing.T) {
	n := metrics.NewTracker().Namespace("user")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 100_000 {
				n.RecordHit()
				if i == 50_000 {
					metrics.MakeStripes(n, 32)
				}
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 800_000, n.Stats().Hits)
}

func TestStripeCount(t *testing.T) {
	for procs, want := range map[int]int{0: 32, 1: 32, 2: 32, 4: 32, 8: 64, 14: 112, 64: 112, 1024: 112} {
		require.Equal(t, want, metrics.StripeCount(procs), "%d processors", procs)
	}
}

// TestMemory holds the bounds that the design promises for a thousand namespaces.
func TestMemory(t *testing.T) {
	const namespaces = 1000
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	names := make([]string, namespaces)
	for i := range names {
		names[i] = fmt.Sprintf("namespace-%d", i)
	}
	before := heap()
	tracker := metrics.NewTracker()
	for _, name := range names {
		tracker.Namespace(name).RecordHit()
	}
	idle := heap() - before
	t.Logf("%d idle namespaces: %d KiB", namespaces, idle>>10)
	require.Less(t, idle, uint64(1<<20))

	for _, name := range names {
		metrics.MakeStripes(tracker.Namespace(name), metrics.StripeCount(64))
	}
	hot := heap() - before
	t.Logf("%d hot namespaces at 64 processors: %d KiB", namespaces, hot>>10)
	require.Less(t, hot, uint64(16<<20))
	runtime.KeepAlive(tracker)
	runtime.KeepAlive(names)
}

// TestContentionIsSeenByLatencyAlone: durations can come without counts of their own.
func TestContentionIsSeenByLatencyAlone(t *testing.T) {
	if runtime.GOMAXPROCS(0) < 2 {
		defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	}
	n := metrics.NewTracker().Namespace("user")
	deadline := time.Now().Add(30 * time.Second)
	observed := uint64(0)
	for metrics.Stripes(n) == 1 && time.Now().Before(deadline) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 50_000 {
					n.RecordLatency(metrics.Hit, time.Millisecond)
				}
			})
		}
		wg.Wait()
		observed += 200_000
		n.Stats()
		require.Equal(t, observed, n.Latency(metrics.Hit).Count)
	}
	require.Greater(t, metrics.Stripes(n), 1)
}
