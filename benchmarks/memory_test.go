package benchmarks

import (
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// BenchmarkMemory tells what a thousand namespaces keep on the heap: idle ones, and
// those that goroutines have fought over on a machine with 64 processors.
func BenchmarkMemory(b *testing.B) {
	b.Run("idle", func(b *testing.B) {
		for range b.N {
			b.ReportMetric(float64(measuredIdle(1000)), "B")
		}
	})
	for _, procs := range []int{2, 64, 256} {
		b.Run(fmt.Sprintf("hot/procs=%d", procs), func(b *testing.B) {
			for range b.N {
				bytes, grown := measuredHot(1000, procs)
				b.ReportMetric(float64(bytes), "B")
				b.ReportMetric(float64(grown), "grown")
			}
		})
	}
}

func measuredIdle(namespaces int) uint64 {
	before := heap()
	t, _ := newNamespaces(namespaces)
	after := heap()
	runtime.KeepAlive(t)
	return after - before
}

func measuredHot(namespaces, procs int) (bytes uint64, grown int) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	before := heap()
	t, handles := newNamespaces(namespaces)
	grown = heat(handles)
	clear(handles)
	after := heap()
	runtime.KeepAlive(t)
	return after - before, grown
}

func heap() uint64 {
	var m runtime.MemStats
	least := uint64(math.MaxUint64)
	// What lies behind finalizers and cleanups, in pools, or on the stack of a goroutine
	// about to end takes more than one collection, and who else runs in between.
	for same := 0; same < 3; {
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc+1<<10 < least {
			same = 0
		} else {
			same++
		}
		least = min(least, m.HeapAlloc)
		runtime.Gosched()
	}
	return m.HeapAlloc
}

// heat makes goroutines fight over each namespace until it has grown, and returns how
// many have. A namespace grows when somebody reads it after a fight; that it did shows
// in what the reading allocated. It needs two processors that are not busy otherwise.
func heat(namespaces []*metrics.Namespace) (grown int) {
	const fighters, rounds, attempts, grows = 2, 1000, 20, 2 << 10
	// A collection makes namespaces grow too, behind the back of the reading below.
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	var before, after runtime.MemStats
	for _, n := range namespaces {
		for range attempts {
			together(fighters, rounds, func() func(int) {
				return func(times int) {
					for range times {
						n.RecordHit()
					}
				}
			}, func() {})
			runtime.ReadMemStats(&before)
			n.Stats()
			runtime.ReadMemStats(&after)
			if after.TotalAlloc-before.TotalAlloc >= grows {
				grown++
				break
			}
		}
	}
	return grown
}

func TestHeapIsMeasured(t *testing.T) {
	before := heap()
	kept := make([]byte, 10<<20)
	require.InDelta(t, 10<<20, heap()-before, 1<<18)
	runtime.KeepAlive(kept)
	require.NotZero(t, measuredIdle(1000))
}
