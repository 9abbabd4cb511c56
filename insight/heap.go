package insight

// heap is a binary heap of slots that knows where each lies, so that one can be
// moved or taken out from the middle. before tells which of two comes out first.
type heap struct {
	before func(a, b uint16) bool
	order  []uint16
	place  []uint16 // by slot: its place in order + 1, 0 when it is not there
}

func (h *heap) grow(slots int) {
	h.order = append(make([]uint16, 0, slots), h.order...)
	h.place = append(make([]uint16, 0, slots), h.place...)[:slots]
}

func (h *heap) top() (slot uint16, ok bool) {
	if len(h.order) == 0 {
		return 0, false
	}
	return h.order[0], true
}

// put adds a slot, or moves it where its changed rank belongs.
func (h *heap) put(slot uint16) {
	if h.place[slot] == 0 {
		h.order = append(h.order, slot)
		h.place[slot] = uint16(len(h.order))
	}
	at := int(h.place[slot]) - 1
	if !h.up(at) {
		h.down(at)
	}
}

func (h *heap) remove(slot uint16) {
	if h.place[slot] == 0 {
		return
	}
	at, last := int(h.place[slot])-1, len(h.order)-1
	h.swap(at, last)
	h.order = h.order[:last]
	h.place[slot] = 0
	if at < last && !h.up(at) {
		h.down(at)
	}
}

func (h *heap) up(at int) (moved bool) {
	for at > 0 {
		parent := (at - 1) / 2
		if !h.before(h.order[at], h.order[parent]) {
			break
		}
		h.swap(at, parent)
		at, moved = parent, true
	}
	return moved
}

func (h *heap) down(at int) {
	for {
		child := 2*at + 1
		if child >= len(h.order) {
			return
		}
		if right := child + 1; right < len(h.order) && h.before(h.order[right], h.order[child]) {
			child = right
		}
		if !h.before(h.order[child], h.order[at]) {
			return
		}
		h.swap(at, child)
		at = child
	}
}

func (h *heap) swap(a, b int) {
	h.order[a], h.order[b] = h.order[b], h.order[a]
	h.place[h.order[a]], h.place[h.order[b]] = uint16(a+1), uint16(b+1)
}
