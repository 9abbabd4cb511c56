package insight

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// hotCounters is how many keys a summary keeps apart: what is looked up in more than
// 1/hotCounters of all lookups is among them.
const (
	hotCounters = 1024
	longestName = 128 // bytes of a key that is shown
)

// counted is one key of a summary. Numbers are lookups, of which each sampled one
// stands for several.
type counted struct {
	hash   uint64
	count  uint64 // at most this many, but for the sampling
	over   uint64 // of which as many may be another key's
	hits   uint64 // since it is here
	spread uint64 // the variance of count by sampling
}

// hotKeys finds the most looked up keys by Space-Saving (Metwally, Agrawal, El Abbadi:
// Efficient computation of frequent and top-k elements in data streams, ICDT 2005)
// over a sample of the lookups. Every key's count is at most total/hotCounters too
// high, and its sampling error is known.
type hotKeys struct {
	slots []counted
	names []string // by slot, where keys are shown
	index index
	least heap
	total uint64

	shift uint8 // each sampled lookup stands for 1<<shift
	taken uint32
}

const (
	samplesPerShift = 1 << 15 // sampled lookups after which half as many do
	maxShift        = 6
)

func newHotKeys(show bool) *hotKeys {
	k := &hotKeys{}
	k.index.hashOf = func(slot uint16) uint64 { return k.slots[slot].hash }
	k.least.before = func(a, b uint16) bool { return k.slots[a].count < k.slots[b].count }
	k.resize(smallestSample)
	if show {
		k.names = make([]string, smallestSample)
	}
	return k
}

func (k *hotKeys) resize(slots int) {
	k.slots = append(make([]counted, 0, slots), k.slots...)
	k.index.grow(slots, len(k.slots))
	k.least.grow(slots)
	if k.names != nil {
		k.names = append(make([]string, 0, slots), k.names...)[:slots]
	}
}

// limit is the draw up to which lookups are to be sampled.
func (k *hotKeys) limit() uint64 { return math.MaxUint64 >> k.shift }

// add takes in a sampled lookup that stands for 1<<shift, and tells whether the name
// of the key is wanted.
func (k *hotKeys) add(hash uint64, hit bool, shift uint8) (wantName bool) {
	weight := uint64(1) << shift
	k.total += weight
	if k.taken++; k.taken == samplesPerShift {
		k.taken, k.shift = 0, min(k.shift+1, maxShift)
	}
	slot, known := k.index.find(hash)
	if !known {
		slot = k.enter(hash)
	}
	c := &k.slots[slot]
	c.count += weight
	c.spread += weight * (weight - 1)
	if hit {
		c.hits += weight
	}
	k.least.put(slot)
	return k.names != nil && k.names[slot] == "" && c.count-c.over >= 2*weight
}

// enter gives a key a slot of its own, or that of the key with the smallest count,
// which might as well have been this one's.
func (k *hotKeys) enter(hash uint64) uint16 {
	if len(k.slots) == cap(k.slots) && len(k.slots) < hotCounters {
		k.resize(2 * len(k.slots))
	}
	if len(k.slots) < cap(k.slots) {
		k.slots = append(k.slots, counted{hash: hash})
		slot := uint16(len(k.slots) - 1)
		k.index.put(slot)
		return slot
	}
	slot, _ := k.least.top()
	c := &k.slots[slot]
	k.index.remove(slot)
	*c = counted{hash: hash, count: c.count, over: c.count, spread: c.spread}
	k.index.put(slot)
	if k.names != nil {
		k.names[slot] = ""
	}
	return slot
}

func (k *hotKeys) name(hash uint64, name string) {
	if slot, known := k.index.find(hash); known && k.names != nil {
		if len(name) > longestName {
			name = strings.ToValidUTF8(name[:longestName], "") + "…"
		}
		k.names[slot] = strings.Clone(name)
	}
}

// HotKey is one of the most looked up keys of a namespace.
type HotKey struct {
	Hash uint64 // the same in every report of one process, and another in the next
	Name string // the key, where [Options].ShowKeys asks for it and it is known

	Share   float64 // of all lookups
	AtLeast float64 // the share is not below this
	AtMost  float64 // nor above this
	HitRate float64 // the key's own
}

// sure is how many standard deviations the bounds of a share are from it: 3.9 err in
// one case of 10,000.
const sure = 3.9

// top returns the n keys with the largest shares, in their order.
func (k *hotKeys) top(n int) []HotKey {
	order := make([]int, 0, len(k.slots))
	for slot := range k.slots {
		if c := &k.slots[slot]; c.count > c.over {
			order = append(order, slot)
		}
	}
	likely := func(slot int) uint64 { return k.slots[slot].count - k.slots[slot].over/2 }
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(likely(b), likely(a)), cmp.Compare(k.slots[a].hash, k.slots[b].hash))
	})
	var hot []HotKey
	total := float64(k.total)
	for _, slot := range order[:min(n, len(order))] {
		c := &k.slots[slot]
		off := sure * math.Sqrt(float64(c.spread))
		key := HotKey{
			Hash:    c.hash,
			Share:   float64(likely(slot)) / total,
			AtLeast: max(float64(c.count-c.over)-off, 0) / total,
			AtMost:  min((float64(c.count)+off)/total, 1),
			HitRate: float64(c.hits) / float64(c.count-c.over),
		}
		if k.names != nil {
			key.Name = k.names[slot]
		}
		hot = append(hot, key)
	}
	return hot
}
