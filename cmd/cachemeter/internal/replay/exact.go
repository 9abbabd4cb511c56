package replay

import "context"

// Exact is a cache whose lookups are also followed key by key: it knows what an LRU of
// every size would have hit, exactly, at the price of memory for every key. It counts
// by a tree over places in time (Olken, 1981).
type Exact struct {
	Cache

	last  map[string]int // the place of each key's last lookup
	tree  []int32        // Fenwick tree of the places that are a key's last
	owner []string       // by place
	next  int
	from  []uint64 // by size: lookups that hit from it on
	total uint64
}

// NewExact follows the lookups of cache.
func NewExact(cache Cache) *Exact {
	e := &Exact{Cache: cache, last: make(map[string]int)}
	e.renumber()
	return e
}

// Get follows the key and looks it up.
func (e *Exact) Get(ctx context.Context, key string) (bool, error) {
	e.follow(key)
	return e.Cache.Get(ctx, key)
}

func (e *Exact) follow(key string) {
	e.total++
	if e.next == len(e.tree) {
		e.renumber()
	}
	if place, seen := e.last[key]; seen {
		size := len(e.last) - e.upTo(place) + 1
		for len(e.from) <= size {
			e.from = append(e.from, 0)
		}
		e.from[size]++
		e.add(place, -1)
		e.owner[place] = ""
	}
	e.last[key], e.owner[e.next] = e.next, key
	e.add(e.next, 1)
	e.next++
}

// renumber gives the keys new places, in their order, and as many to spare.
func (e *Exact) renumber() {
	owner := e.owner
	e.tree = make([]int32, 2*len(e.last)+1024)
	e.owner = make([]string, len(e.tree))
	e.next = 1
	for place, key := range owner {
		if at, known := e.last[key]; known && at == place {
			e.last[key], e.owner[e.next] = e.next, key
			e.add(e.next, 1)
			e.next++
		}
	}
}

func (e *Exact) add(place int, delta int32) {
	for ; place < len(e.tree); place += place & -place {
		e.tree[place] += delta
	}
}

func (e *Exact) upTo(place int) (n int) {
	for ; place > 0; place &= place - 1 {
		n += int(e.tree[place])
	}
	return n
}

// Keys returns how many different keys were looked up.
func (e *Exact) Keys() int { return len(e.last) }

// HitRates returns the hit rate of each size from 0 entries to one for every key.
func (e *Exact) HitRates() []float64 {
	rates := make([]float64, len(e.last)+1)
	hits := uint64(0)
	for size := range rates {
		if size < len(e.from) {
			hits += e.from[size]
		}
		rates[size] = float64(hits) / float64(max(e.total, 1))
	}
	return rates
}
