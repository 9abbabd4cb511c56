package metrics

import (
	"sync/atomic"
	"unsafe"
)

// Inside looks for the tests of the layout.

func Stripes(n *Namespace) int { return int(atomic.LoadUint32(&n.counters.count)) }

func MakeStripes(n *Namespace, count int) { n.counters.stripe(count) }

func StripeCount(procs int) int { return stripeCount(procs) }

// Picked returns the address of the counter of hits that the calling goroutine adds to.
func Picked(n *Namespace) uintptr { return uintptr(unsafe.Pointer(n.counters.pick(cHits))) }

// CellAddresses returns where each cell of the namespace begins.
func CellAddresses(n *Namespace) []uintptr {
	all := []uintptr{uintptr(unsafe.Pointer(n.counters.first))}
	cells := uintptr(n.counters.cells)
	if cells != all[0] {
		for i := range uintptr(n.counters.count) {
			all = append(all, cells+i<<cellShift)
		}
	}
	return all
}

const CellSize = unsafe.Sizeof(cell{})

func MarkMet(n *Namespace) { atomic.StoreUint32(&n.counters.met, 1) }
