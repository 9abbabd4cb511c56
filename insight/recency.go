package insight

// recency is the order in which sampled keys were last used. It counts how many were
// used after a given one, which is that key's LRU stack distance (Mattson, Gecsei,
// Slutz, Traiger: Evaluation techniques for storage hierarchies, 1970), by a tree over
// places in time (Olken: Efficient methods for calculating the success function, 1981).
// Places run out and are then given anew, in order.
type recency struct {
	owner []uint16 // by place: slot + 1, 0 when free
	next  uint32   // the next place to give
	all   fenwick  // the places taken
	past  fenwick  // those whose time is over in the largest caches; unused without TTLs

	// moved is told a slot's new place, and answers whether it is past its time.
	moved func(slot uint16, place uint32) (past bool)
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
	r.all.add(place)
	return place
}

func (r *recency) remove(place uint32, past bool) {
	r.owner[place] = 0
	r.all.remove(place)
	if past {
		r.past.remove(place)
	}
}

func (r *recency) lapse(place uint32) {
	if len(r.past.tree) == 0 {
		r.past.reset(len(r.owner), 0)
	}
	r.past.add(place)
}

// after returns how many have a later place, in caches that are about as large as that.
// Those past their time in the largest caches are still in small ones, where they were
// loaded later; in between, they are taken to be gone in proportion to the square of
// the size, which brute-force simulations agree with best.
func (r *recency) after(place uint32) float64 {
	n := float64(r.all.after(place))
	if r.past.total == 0 {
		return n
	}
	full := max(float64(r.all.total-r.past.total), 1)
	part := min(n/full, 1)
	return n - float64(r.past.after(place))*part*part
}

func (r *recency) renumber(places int) {
	old := r.owner
	if places != len(old) {
		r.owner = make([]uint16, places)
	}
	r.all.reset(places, r.all.total)
	if len(r.past.tree) > 0 {
		r.past.reset(places, 0)
	}
	r.next = 1
	for from, taken := range old {
		if taken == 0 {
			continue
		}
		// In place this writes behind what it reads.
		old[from] = 0
		r.owner[r.next] = taken
		if r.moved(taken-1, r.next) {
			r.past.add(r.next)
		}
		r.next++
	}
}
