package insight

// index finds slots by a key's hash: open addressing, at most half full, so that a
// probe is short. It keeps no hashes itself; hashOf gives that of a slot.
type index struct {
	hashOf func(slot uint16) uint64
	table  []uint16 // slot + 1, 0 for free
}

// grow makes room for a power of two of slots and puts the first used ones back in.
func (x *index) grow(slots, used int) {
	x.table = make([]uint16, 2*slots)
	for slot := range used {
		x.put(uint16(slot))
	}
}

func (x *index) find(hash uint64) (slot uint16, ok bool) {
	mask := uint64(len(x.table) - 1)
	if len(x.table) == 0 {
		return 0, false
	}
	for i := hash & mask; x.table[i] != 0; i = (i + 1) & mask {
		if slot := x.table[i] - 1; x.hashOf(slot) == hash {
			return slot, true
		}
	}
	return 0, false
}

func (x *index) put(slot uint16) {
	mask := uint64(len(x.table) - 1)
	i := x.hashOf(slot) & mask
	for x.table[i] != 0 {
		i = (i + 1) & mask
	}
	x.table[i] = slot + 1
}

// remove takes a slot out, whose hash must still be there, and moves up what had to
// step aside for it, so that no tombstones pile up.
func (x *index) remove(slot uint16) {
	mask := uint64(len(x.table) - 1)
	i := x.hashOf(slot) & mask
	for x.table[i] != slot+1 {
		if x.table[i] == 0 {
			return
		}
		i = (i + 1) & mask
	}
	for j := (i + 1) & mask; x.table[j] != 0; j = (j + 1) & mask {
		home := x.hashOf(x.table[j]-1) & mask
		if (j-home)&mask >= (j-i)&mask {
			x.table[i] = x.table[j]
			i = j
		}
	}
	x.table[i] = 0
}
