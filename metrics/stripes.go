package metrics

import (
	"math/bits"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// counters are the counters of one namespace. Adding is safe for concurrent use
// and exact; nothing is ever taken away.
//
// They begin as one cell. When goroutines have been seen to write the same counter at
// the same moment, adds go to one of several cells (stripes), picked by where the
// goroutine's stack lies: no two running goroutines share a stack, so that they seldom
// write one cache line, and the pick asks nothing of the runtime. Readers sum. This is
// the technique of Java's Striped64 (LongAdder), with the stack's address in place of a
// thread's probe.
//
// The fields change once in a lifetime, so that every processor keeps them in its cache.
// cells points at the first of count cells. Whoever reads count first and cells second
// never gets past the end, because stripe writes them in the other order.
type counters struct {
	cells unsafe.Pointer // *cell
	first *cell          // where the counting began, and stays counted
	count uint32
	met   uint32 // 1: goroutines have met
}

// lookEvery is how many counts pass between two looks for contention.
const lookEvery = 64

func (c *counters) init() {
	c.first = new(cell)
	c.cells = unsafe.Pointer(c.first)
	c.count = 1
}

// add adds to one counter. It is small enough to be inlined wherever something is
// recorded, which is why it only leaves a mark when it meets another goroutine:
// between an add and a compare-and-swap of what it gave, nobody else should have
// written. Whoever comes by with more time makes the stripes (see [counters.settle]).
func (c *counters) add(which counter, n uint64) {
	word := c.pick(which)
	if v := atomic.AddUint64(word, n); v%lookEvery == 0 && !atomic.CompareAndSwapUint64(word, v, v) {
		atomic.StoreUint32(&c.met, 1)
	}
}

// pick returns the word that this goroutine adds to: in the same cell while its stack
// stays where it is, and likely in another for any other goroutine. Stacks lie at least
// 2 KiB apart; the multiplier is 2^64 divided by the golden ratio, which spreads
// neighbours widest (Knuth, The Art of Computer Programming, 6.4).
func (c *counters) pick(which counter) *uint64 {
	var onStack byte
	i, _ := bits.Mul64(uint64(uintptr(unsafe.Pointer(&onStack))>>stackShift)*golden, uint64(atomic.LoadUint32(&c.count)))
	return &(*cell)(unsafe.Add(atomic.LoadPointer(&c.cells), i<<cellShift))[which]
}

// draw returns a number that changes with every lookup that this goroutine counts, read
// where that has just been written, so that it costs no trip to another processor. The
// counting lies less than 1 KiB up the stack, perhaps beyond where the pick changes.
func (c *counters) draw() uint64 {
	count := atomic.LoadUint32(&c.count)
	cells := atomic.LoadPointer(&c.cells)
	if count == 1 {
		return (*cell)(cells).lookups()
	}
	var onStack byte
	here := uint64(uintptr(unsafe.Pointer(&onStack)))
	i, _ := bits.Mul64(here>>stackShift*golden, uint64(count))
	j, _ := bits.Mul64((here+1<<(stackShift-1))>>stackShift*golden, uint64(count))
	n := (*cell)(unsafe.Add(cells, i<<cellShift)).lookups()
	if i != j {
		n += (*cell)(unsafe.Add(cells, j<<cellShift)).lookups()
	}
	return n
}

func (c *cell) lookups() uint64 {
	return atomic.LoadUint64(&c[cHits]) + atomic.LoadUint64(&c[cMisses])
}

const (
	stackShift = 11
	golden     = 0x9e3779b97f4a7c15
)

// settle makes stripes where goroutines have met.
func (c *counters) settle() {
	if atomic.LoadUint32(&c.met) != 0 && atomic.LoadUint32(&c.count) == 1 {
		c.stripe(stripeCount(runtime.GOMAXPROCS(0)))
	}
}

// stripe makes n cells and sends all later adds there.
func (c *counters) stripe(n int) {
	s := make([]cell, n)
	if atomic.CompareAndSwapPointer(&c.cells, unsafe.Pointer(c.first), unsafe.Pointer(unsafe.SliceData(s))) {
		atomic.StoreUint32(&c.count, uint32(n))
	}
}

func (c *counters) load() totals {
	var t totals
	t.add(c.first)
	// In the order of pick, and with its promise: while count is 1, nothing was added
	// to any cell but the first two.
	count := atomic.LoadUint32(&c.count)
	cells := atomic.LoadPointer(&c.cells)
	if cells == unsafe.Pointer(c.first) {
		return t
	}
	for i := range count {
		t.add((*cell)(unsafe.Add(cells, uintptr(i)<<cellShift)))
	}
	return t
}

func (t *totals) add(c *cell) {
	for i := range t {
		t[i] += atomic.LoadUint64(&c[i])
	}
}

// stripeCount returns how many cells a namespace gets when procs goroutines can run at
// once: enough that two of them seldom meet by chance, few enough that a thousand hot
// namespaces stay within 16 MiB on any machine.
func stripeCount(procs int) int {
	const least, most = 32, 112
	return min(max(8*procs, least), most)
}
