package insight

// recency is the order in which sampled keys were last used. It counts how many were
// used after a given one, which is that key's LRU stack distance (Mattson, Gecsei,
// Slutz, Traiger: Evaluation techniques for storage hierarchies, 1970), in a Fenwick
// tree over places in time (Olken: Efficient methods for calculating the success
// function, 1981). Places run out and are then given anew, in order.
type recency struct {
	tree  []uint16 // Fenwick tree of the places taken, from 1
	owner []uint16 // by place: slot + 1, 0 when free
	next  uint32   // the next place to give
	live  int
	moved func(slot uint16, place uint32)
}

// grow makes room for a power of two of slots, with as many places to spare.
func (r *recency) grow(slots int) { r.renumber(2*slots + 1) }

// push gives slot the latest place.
func (r *recency) push(slot uint16) (place uint32) {
	if int(r.next) == len(r.owner) {
		r.renumber(len(r.owner))
	}
	place = r.next
	r.next++
	r.owner[place] = slot + 1
	r.add(place, 1)
	r.live++
	return place
}

func (r *recency) remove(place uint32) {
	r.owner[place] = 0
	r.add(place, ^uint16(0))
	r.live--
}

// after returns how many have a later place.
func (r *recency) after(place uint32) int {
	upTo := uint16(0)
	for i := place; i > 0; i &= i - 1 {
		upTo += r.tree[i]
	}
	return r.live - int(upTo)
}

func (r *recency) add(place uint32, delta uint16) {
	for i := int(place); i < len(r.tree); i += i & -i {
		r.tree[i] += delta
	}
}

func (r *recency) renumber(places int) {
	old := r.owner
	if places != len(old) {
		r.owner, r.tree = make([]uint16, places), make([]uint16, places)
	} else {
		clear(r.tree)
	}
	r.next = 1
	for from, taken := range old {
		if taken == 0 {
			continue
		}
		// In place this writes behind what it reads.
		old[from] = 0
		r.owner[r.next] = taken
		r.moved(taken-1, r.next)
		r.next++
	}
	for i := 1; i < places; i++ {
		if i < int(r.next) {
			r.tree[i]++
		}
		if up := i + i&-i; up < places {
			r.tree[up] += r.tree[i]
		}
	}
}
