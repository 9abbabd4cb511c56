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

// reset makes room for places below n, of which the first marks are marked.
func (f *fenwick) reset(n, marks int) {
	if len(f.tree) != n {
		f.tree = make([]uint16, n)
	}
	for i := range f.tree {
		span := i & -i
		f.tree[i] = uint16(min(max(marks-(i-span), 0), span))
	}
	f.total = marks
}
