package insight

// fenwick counts marks at places from 1, and how many there are up to one (Fenwick: A
// new data structure for cumulative frequency tables, 1994).
type fenwick struct {
	tree  []uint16
	total int
}

func (f *fenwick) add(place uint32) {
	f.total++
	for i := int(place); i < len(f.tree); i += i & -i {
		f.tree[i]++
	}
}

func (f *fenwick) remove(place uint32) {
	f.total--
	for i := int(place); i < len(f.tree); i += i & -i {
		f.tree[i]--
	}
}

// after returns how many marks are beyond a place.
func (f *fenwick) after(place uint32) int {
	upTo := uint16(0)
	for i := place; i > 0; i &= i - 1 {
		upTo += f.tree[i]
	}
	return f.total - int(upTo)
}

// clear takes all marks away and makes room for places below n.
func (f *fenwick) clear(n int) {
	if len(f.tree) == n {
		clear(f.tree)
	} else {
		f.tree = make([]uint16, n)
	}
	f.total = 0
}
