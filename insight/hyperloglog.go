package insight

import (
	"math"
	"math/bits"
	"sync/atomic"
)

const (
	logRegisters = 14
	registers    = 1 << logRegisters
	maxRank      = 64 - logRegisters + 1
)

// hyperLogLog counts distinct hashes (Flajolet, Fusy, Gandouet, Meunier: HyperLogLog,
// AofA 2007) with a standard error of 0.81 %. Adding is safe for concurrent use and
// lock-free: once a key is in, it costs a load and a compare, which is why this is not
// one of the modules that keep a sketch for one goroutine. Eight registers of a byte
// share a word.
type hyperLogLog [registers / 8]atomic.Uint64

func (h *hyperLogLog) add(hash uint64) {
	word := &h[hash>>3&(registers/8-1)]
	shift := hash & 7 * 8
	rank := uint64(bits.LeadingZeros64(hash|1<<(logRegisters-1))) + 1
	if word.Load()>>shift&0xff < rank {
		raise(word, shift, rank)
	}
}

func raise(word *atomic.Uint64, shift, rank uint64) {
	for {
		old := word.Load()
		if old>>shift&0xff >= rank || word.CompareAndSwap(old, old&^(0xff<<shift)|rank<<shift) {
			return
		}
	}
}

// drain moves the registers into r, which keeps the larger of both, and empties h.
func (h *hyperLogLog) drain(r *ranks) {
	for i := range h {
		if h[i].Load() == 0 {
			continue
		}
		word := h[i].Swap(0)
		for j := range 8 {
			r[8*i+j] = max(r[8*i+j], uint8(word>>(8*j)))
		}
	}
}

// read is drain without emptying.
func (h *hyperLogLog) read(r *ranks) {
	for i := range h {
		word := h[i].Load()
		for j := range 8 {
			r[8*i+j] = max(r[8*i+j], uint8(word>>(8*j)))
		}
	}
}

// ranks are registers laid open, to merge and to estimate from.
type ranks [registers]uint8

// estimate is the improved raw estimator of Ertl (New cardinality estimation
// algorithms for HyperLogLog sketches, 2017), without bias from none to the most.
func (r *ranks) estimate() float64 {
	var count [maxRank + 1]float64
	for _, rank := range r {
		count[min(rank, maxRank)]++
	}
	if count[0] == registers {
		return 0
	}
	z := registers * tau(1-count[maxRank]/registers)
	for k := maxRank - 1; k >= 1; k-- {
		z = (z + count[k]) / 2
	}
	z += registers * sigma(count[0]/registers)
	return registers * registers / (2 * math.Ln2) / z
}

func sigma(x float64) float64 {
	for y, z := 1.0, x; ; {
		x *= x
		before := z
		z += x * y
		y += y
		if z == before {
			return z
		}
	}
}

func tau(x float64) float64 {
	if x == 0 || x == 1 {
		return 0
	}
	for y, z := 1.0, 1-x; ; {
		x = math.Sqrt(x)
		before := z
		y /= 2
		z -= (1 - x) * (1 - x) * y
		if z == before {
			return z / 3
		}
	}
}

// packed are ranks at rest, in half the room: four bits each above the smallest of
// all. What is higher is cut, which happens to one register in 32,768.
type packed struct {
	least uint8
	bits  [registers / 2]uint8
}

func (p *packed) store(r *ranks) {
	p.least = maxRank
	for _, rank := range r {
		p.least = min(p.least, rank)
	}
	for i := range p.bits {
		p.bits[i] = min(r[2*i]-p.least, 15) | min(r[2*i+1]-p.least, 15)<<4
	}
}

func (p *packed) mergeInto(r *ranks) {
	for i, b := range p.bits {
		r[2*i] = max(r[2*i], p.least+b&15)
		r[2*i+1] = max(r[2*i+1], p.least+b>>4)
	}
}
