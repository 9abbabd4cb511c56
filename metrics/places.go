package metrics

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const (
	defaultMaxNamespaces = 1000

	// maxOverflowTiers bounds the tiers that the overflow is kept apart by.
	maxOverflowTiers = 16
)

// places are the namespaces and tiers that a tracker has room for, and who finds them.
type places struct {
	whole directory                        // the namespaces themselves, the tier ""
	tiers atomic.Pointer[[]*tierDirectory] // the others, few
	full  atomic.Bool

	_  [128]byte // what is above is read by every recording; what is below is written
	mu sync.Mutex

	members   []*Namespace // in order of arrival; entries are never overwritten
	overflows int          // how many of them are overflows, which take no place of the others
	listeners []*listener  // never written in place
}

// tierDirectory finds the namespaces of one tier.
type tierDirectory struct {
	directory
	tier string
	size int // guarded by places.mu
}

// known returns every namespace and tier that has a place, in order of arrival.
func (t *Tracker) known() []*Namespace {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.members[:len(t.members):len(t.members)]
}

// place finds the figures that a name is counted in, making them if there is room.
func (t *Tracker) place(name string) *Namespace {
	if t == nil {
		return nil
	}
	if n := t.whole.find(name); n != nil {
		return n
	}
	return t.placeNew(name, "")
}

// placeTier is place for the figures of a tier.
func (t *Tracker) placeTier(name, tier string) *Namespace {
	if t == nil {
		return nil
	}
	if n := t.find(name, tier); n != nil {
		return n
	}
	return t.placeNew(name, tier)
}

func (t *Tracker) find(name, tier string) *Namespace {
	if tier == "" {
		return t.whole.find(name)
	}
	if d := t.tierDirectory(tier); d != nil {
		return d.find(name)
	}
	return nil
}

func (t *Tracker) tierDirectory(tier string) *tierDirectory {
	if all := t.tiers.Load(); all != nil {
		for _, d := range *all {
			if d.tier == tier {
				return d
			}
		}
	}
	return nil
}

// placeNew makes the figures of a name that has none, or returns those of the overflow.
func (t *Tracker) placeNew(name, tier string) *Namespace {
	// Once full, a flood of new names does not even queue for the lock.
	if t.full.Load() || name == Overflow {
		if n := t.find(Overflow, tier); n != nil {
			return n
		}
	}
	n, listeners := t.findOrAdd(name, tier)
	for _, l := range slices.Backward(listeners) {
		if l.listenTo(n) {
			break
		}
	}
	return n
}

// findOrAdd also returns who is to be told of a namespace that it added, the oldest first.
func (t *Tracker) findOrAdd(name, tier string) (*Namespace, []*listener) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := t.find(name, tier); n != nil {
		return n, nil
	}
	if name != Overflow && len(t.members)-t.overflows < t.limit() {
		return t.add(name, tier), t.listeners
	}
	t.full.Store(t.full.Load() || name != Overflow)
	if tier != "" && t.overflows >= maxOverflowTiers {
		tier = ""
	}
	if n := t.find(Overflow, tier); n != nil {
		return n, nil
	}
	t.overflows++
	return t.add(Overflow, tier), t.listeners
}

// add gives a name its place. The caller holds mu and did not find it.
func (t *Tracker) add(name, tier string) *Namespace {
	// A name is often cut out of a key: a clone keeps the key's memory from living on.
	n := newNamespace(strings.Clone(name), strings.Clone(tier))
	t.members = append(t.members, n)
	if len(t.members) == 1 {
		t.settleAfterGC()
	}
	if tier == "" {
		t.whole.put(n, len(t.members))
		return n
	}
	d := t.tierDirectory(tier)
	if d == nil {
		d = &tierDirectory{tier: n.tier}
		var all []*tierDirectory
		if known := t.tiers.Load(); known != nil {
			all = append(all, *known...)
		}
		all = append(all, d)
		t.tiers.Store(&all)
	}
	d.size++
	d.put(n, d.size)
	return n
}

func (t *Tracker) limit() int {
	if t.max > 0 {
		return t.max
	}
	return defaultMaxNamespaces
}
