package benchmarks

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// BenchmarkMemory tells what a thousand namespaces keep on the heap: idle ones, and
// those that goroutines have fought over on a machine with 64 processors.
func BenchmarkMemory(b *testing.B) {
	b.Run("idle", func(b *testing.B) {
		for range b.N {
			b.ReportMetric(float64(idleBytes(1000)), "B")
		}
	})
	for _, procs := range []int{2, 64, 256} {
		b.Run(fmt.Sprintf("hot/procs=%d", procs), func(b *testing.B) {
			for range b.N {
				b.ReportMetric(float64(hotBytes(1000, procs)), "B")
			}
		})
	}
}

func idleBytes(namespaces int) uint64 {
	before := heap()
	t, _ := newNamespaces(namespaces)
	after := heap()
	runtime.KeepAlive(t)
	return after - before
}

func hotBytes(namespaces, procs int) uint64 {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(procs))
	before := heap()
	t, handles := newNamespaces(namespaces)
	heat(handles)
	clear(handles)
	after := heap()
	runtime.KeepAlive(t)
	return after - before
}

func heap() uint64 {
	runtime.GC()
	runtime.GC() // what the first one found dead behind finalizers
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// heat makes goroutines fight over each namespace until none grows any more. It
// needs two processors.
func heat(namespaces []*metrics.Namespace) {
	const fighters, rounds = 2, 1000
	for last, calm := heap(), 0; calm < 2; {
		for _, n := range namespaces {
			together(fighters, rounds, func() func(int) {
				return func(times int) {
					for range times {
						n.RecordHit()
					}
				}
			}, func() {})
			n.Stats()
		}
		now := heap()
		if now < last+1024 {
			calm++
		} else {
			calm = 0
		}
		last = now
	}
}

func TestHeapIsMeasured(t *testing.T) {
	before := heap()
	kept := make([]byte, 10<<20)
	require.InDelta(t, 10<<20, heap()-before, 1<<18)
	runtime.KeepAlive(kept)
	require.NotZero(t, idleBytes(1000))
}
