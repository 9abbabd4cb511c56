package benchmarks

import (
	"math"
	"unsafe"

	"github.com/cachemeter/cachemeter/metrics"
)

// machine is one that runs as many goroutines at once as it has processors, all of
// them recording in one namespace all the time: the worst that can be asked.
type machine struct{ processors int }

const cellBytes = 128

// stripes is how many cells a namespace has where goroutines have met.
func (m machine) stripes() int { return min(max(8*m.processors, 32), 112) }

// idleBytes is what a namespace keeps where one goroutine counts in it: itself, its
// cell, its errors by class, what readers know of it, its name, and its places in a
// table, 4 slots of 32 bytes at a thousand, and in the list of all.
func idleBytes() int {
	const classes, listing, name, table, list = 48, 208, 16, 128, 16
	return sizeClass(int(unsafe.Sizeof(metrics.Namespace{}))) + cellBytes + classes + listing + name + table + list
}

// hotBytes is the same where goroutines have met: the first cell stays.
func (m machine) hotBytes() int { return idleBytes() + m.stripes()*cellBytes }

// sizeClass rounds up to what the allocator hands out, for the sizes that occur here.
func sizeClass(bytes int) int {
	for _, class := range []int{128, 144, 160, 176, 192, 208, 224, 240, 256, 288, 320, 352, 384, 416, 448, 480, 512} {
		if bytes <= class {
			return class
		}
	}
	return bytes
}

// alone is the share of goroutines that have their cell to themselves, if each picks at
// random: that no other picks the same.
func (m machine) alone() float64 {
	return math.Pow(1-1/float64(m.stripes()), float64(m.processors-1))
}

// sharing is how many goroutines are in the cell of one of them, itself included.
func (m machine) sharing() float64 {
	return 1 + float64(m.processors-1)/float64(m.stripes())
}

// used is how many cells somebody writes to.
func (m machine) used() float64 {
	s := float64(m.stripes())
	return s * (1 - math.Pow(1-1/s, float64(m.processors)))
}

// speedup is how much more all goroutines record in a second than on one shared word.
// A cell that one goroutine has to itself takes an add in t1; one that several write
// takes an add in each transfer of its line, no matter how many they are, as the one
// shared word does. So it is the number of cells with company, and that of cells
// without, which do transfer / t1 as much.
func (m machine) speedup(t1, transfer float64) float64 {
	lonely := float64(m.processors) * m.alone()
	return lonely*transfer/t1 + (m.used() - lonely)
}

// readNanos is what reading one namespace costs at the most: each used cell's first
// line is dirty in another processor's cache, and the rest comes from the reader's.
func (m machine) readNanos(base, dirty, clean float64) float64 {
	lines := float64(2 * (1 + m.stripes()))
	return base + m.used()*dirty + (lines-m.used())*clean
}
