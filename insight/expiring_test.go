package insight

import (
	"container/list"
	"math"
)

// request is one event of a generated trace: a lookup, which on a miss is followed by
// a write, or a write or deletion of its own.
type request struct {
	key, at uint64
	ttl     uint32 // 0 for none
	what    kind
}

// expiringLRU is an LRU cache of one size in which entries vanish when their time is
// over, by brute force.
type expiringLRU struct {
	size    int
	entries map[uint64]*list.Element
	order   *list.List
	over    map[uint64][]uint64 // keys by when their time is over
	now     uint64
	hits    int
}

type expiringEntry struct{ key, over uint64 }

func newExpiringLRU(size int) *expiringLRU {
	return &expiringLRU{size: size, entries: map[uint64]*list.Element{}, order: list.New(), over: map[uint64][]uint64{}}
}

// serve tells whether a request hit.
func (c *expiringLRU) serve(r request) (hits bool) {
	for ; c.now <= r.at; c.now++ {
		for _, key := range c.over[c.now] {
			if e, ok := c.entries[key]; ok && e.Value.(expiringEntry).over == c.now {
				c.delete(key)
			}
		}
		delete(c.over, c.now)
	}
	switch r.what {
	case hit:
		if e, ok := c.entries[r.key]; ok {
			c.order.MoveToFront(e)
			c.hits++
			return true
		}
		c.set(r)
	case set:
		c.set(r)
	case renewal:
		c.renew(r)
	default:
		c.delete(r.key)
	}
	return false
}

func (c *expiringLRU) set(r request) {
	e := expiringEntry{r.key, math.MaxUint64}
	if r.ttl > 0 {
		e.over = r.at + uint64(r.ttl)
		c.over[e.over] = append(c.over[e.over], r.key)
	}
	c.delete(r.key)
	c.entries[r.key] = c.order.PushFront(e)
	if c.order.Len() > c.size {
		c.delete(c.order.Back().Value.(expiringEntry).key)
	}
}

// renew gives an entry another time, and leaves its place in the order of use.
func (c *expiringLRU) renew(r request) {
	if e, ok := c.entries[r.key]; ok {
		over := r.at + uint64(r.ttl)
		e.Value = expiringEntry{r.key, over}
		c.over[over] = append(c.over[over], r.key)
	}
}

func (c *expiringLRU) delete(key uint64) {
	if e, ok := c.entries[key]; ok {
		c.order.Remove(e)
		delete(c.entries, key)
	}
}
