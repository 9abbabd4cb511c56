package metrics

import (
	"encoding/binary"
	"hash/maphash"
	"math/bits"
	"math/rand/v2"
	"sync/atomic"
	"unsafe"
)

// directory finds namespaces by name. Finding takes no lock, allocates nothing and
// reads the name once; the table is open-addressed, grows by copying, and only ever
// gains entries. Putting is for one at a time. The zero value is empty and ready.
type directory struct {
	table atomic.Pointer[[]slot]
}

// slot is a place of the table: the name folded into words, and whose it is, which is
// written last.
type slot struct {
	key folded
	n   atomic.Pointer[Namespace]
}

// folded stands for a name. Up to 16 bytes it is the name itself, so that comparing it
// is comparing the name; of a longer name it is a hash.
type folded struct {
	head, tail uint64
	size       int
}

const wholeInFolded = 16

// The seeds are drawn once a process, so that nobody can choose names that collide.
var (
	longSeed           = maphash.MakeSeed()
	headSeed, tailSeed = rand.Uint64() | 1, rand.Uint64() | 1
)

// fold reads the two ends of a name, which overlap where it is short.
func fold(name string) folded {
	size := len(name)
	b := unsafe.Slice(unsafe.StringData(name), size)
	switch {
	case size > wholeInFolded:
		return folded{head: maphash.String(longSeed, name), size: size}
	case size >= 8:
		return folded{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[size-8:]), size}
	case size >= 4:
		return folded{uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[size-4:])), size}
	case size > 0:
		return folded{uint64(b[0]) | uint64(b[size/2])<<8, uint64(b[size-1]), size}
	}
	return folded{}
}

// hash multiplies the seeded words and keeps both halves of the product, as wyhash does.
func (f folded) hash() uint64 {
	hi, lo := bits.Mul64(f.head^headSeed, f.tail^uint64(f.size)<<56^tailSeed)
	return hi ^ lo
}

// find returns the namespace of a name, nil where there is none. It is [fold] and a
// probe written out in one piece: the calls would cost as much as the work.
func (d *directory) find(name string) *Namespace {
	t := d.table.Load()
	if t == nil {
		return nil
	}
	size := len(name)
	b := unsafe.Slice(unsafe.StringData(name), size)
	var head, tail uint64
	if size-4 <= 4-1 && size >= 4 {
		head, tail = uint64(binary.LittleEndian.Uint32(b)), uint64(binary.LittleEndian.Uint32(b[size-4:]))
	} else if size >= 8 && size <= wholeInFolded {
		head, tail = binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[size-8:])
	} else {
		f := fold(name)
		head, tail = f.head, f.tail
	}
	hi, lo := bits.Mul64(head^headSeed, tail^uint64(size)<<56^tailSeed)
	slots := *t
	mask := uint64(len(slots) - 1)
	for i := (hi ^ lo) & mask; ; i++ {
		s := &slots[i&mask]
		n := s.n.Load()
		if n == nil || s.key.head == head && s.key.tail == tail && s.key.size == size && (size <= wholeInFolded || n.name == name) {
			return n
		}
	}
}

// put adds a namespace that find did not find, the size-th of its directory. The
// table keeps a power of two of slots, a quarter of them taken at most when it is made
// and half of them when it has to grow, so that every probe ends at an empty one soon.
func (d *directory) put(n *Namespace, size int) {
	t := d.table.Load()
	if t == nil || 2*size > len(*t) {
		grown := make([]slot, max(16, 4<<bits.Len(uint(size-1))))
		if t != nil {
			for i := range *t {
				if known := (*t)[i].n.Load(); known != nil {
					insert(grown, known)
				}
			}
		}
		insert(grown, n)
		d.table.Store(&grown)
		return
	}
	insert(*t, n)
}

func insert(slots []slot, n *Namespace) {
	key := fold(n.name)
	mask := uint64(len(slots) - 1)
	i := key.hash() & mask
	for slots[i].n.Load() != nil {
		i = (i + 1) & mask
	}
	slots[i].key = key
	slots[i].n.Store(n)
}
