package benchmarks

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// subject is one way to do the work of its group.
type subject struct {
	name    string
	ours    bool // allocates nothing
	prepare func(tb testing.TB) rig
}

// rig is a subject made ready, from scratch for each measurement: where the memory
// lies is then chosen anew each time.
type rig struct {
	// worker is called once for each goroutine, before the clock starts. The function
	// it returns has a loop of its own, so that what is timed is the operation and not
	// a call of a closure.
	worker func() func(times int)
	// counted returns what the subject's own figures say was done.
	counted func() uint64
}

// shared is a rig whose goroutines need nothing of their own.
func shared(work func(times int), counted func() uint64) rig {
	return rig{worker: func() func(int) { return work }, counted: counted}
}

// group is one kind of work, and all who do it.
type group struct {
	name       string
	unit       int // operations that cannot be divided: the size of a pipeline
	goroutines []int
	slow       bool // microseconds and more: tests do it a few times only
	subjects   []subject
}

var (
	alone   = []int{1}
	several = []int{1, 2, 8}
)

// measure runs each subject at each number of goroutines. The figure is the wall time
// of an operation: that of the whole by the number of operations of all goroutines.
func (g group) measure(b *testing.B) {
	for _, s := range g.subjects {
		for _, n := range g.goroutines {
			b.Run(fmt.Sprintf("%s/goroutines=%d", s.name, n), func(b *testing.B) {
				b.ReportAllocs()
				r := s.prepare(b)
				times := g.each(b.N, n)
				g.warm(r, n)
				elapsed := together(n, times, r.worker, b.ResetTimer)
				b.StopTimer()
				b.ReportMetric(float64(elapsed.Nanoseconds())/float64(times*n), "ns/op")
			})
		}
	}
}

// warm lets the goroutines meet for a millisecond and reads the figures a few times
// meanwhile, as an exporter would: what adapts itself to contention has then done so.
func (g group) warm(r rig, goroutines int) {
	if g.slow || r.counted == nil {
		return
	}
	for begin := time.Now(); time.Since(begin) < time.Millisecond; {
		together(goroutines, g.each(1000, 1), r.worker, func() {})
		r.counted()
	}
}

// each returns how often each of n goroutines has to work for a total of at least
// all, in whole units.
func (g group) each(all, n int) int {
	whole := n * max(g.unit, 1)
	return (all + whole - 1) / whole * max(g.unit, 1)
}

// together runs n workers and returns the time from the moment when the last of them is
// there to the moment when all are done. Where there is a processor for each, those that
// came early spin for the others, so that they really run at once: goroutines that are
// only woken at one moment may all have run, one after the other, on one processor.
func together(n, times int, worker func() func(int), ready func()) time.Duration {
	works := make([]func(int), n)
	for i := range works {
		works[i] = worker()
	}
	var gate struct {
		_       [128]byte
		arrived atomic.Int64
		_       [128]byte
	}
	var begin time.Time
	enough := n <= runtime.GOMAXPROCS(0)
	var working sync.WaitGroup
	ready()
	for _, work := range works {
		working.Go(func() {
			if gate.arrived.Add(1) == int64(n) {
				begin = time.Now()
				gate.arrived.Add(1)
			}
			for gate.arrived.Load() <= int64(n) {
				if !enough {
					runtime.Gosched()
				}
			}
			work(times)
		})
	}
	working.Wait()
	return time.Since(begin)
}
