package metrics

import (
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
)

// seed is drawn once a process, so that nobody can choose names that collide.
var seed = maphash.MakeSeed()

func hashOf(name, tier string) uint64 {
	h := maphash.String(seed, name)
	if tier != "" {
		h ^= maphash.String(seed, tier) * 0x9e3779b97f4a7c15
	}
	return h
}

// directory finds namespaces by name and tier. Finding takes no lock and allocates
// nothing: the table is open-addressed, grows by copying, and only ever gains
// entries. The zero value is empty and ready.
type directory struct {
	table atomic.Pointer[table]

	mu      sync.Mutex   // held while adding
	members []*Namespace // in order of arrival
}

// table has a power of two of slots, at most half of them taken, so that every
// probe ends at an empty one.
type table struct {
	slots []atomic.Pointer[Namespace]
}

func (t *table) find(name, tier string, hash uint64) *Namespace {
	if t == nil {
		return nil
	}
	mask := uint64(len(t.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		n := t.slots[i].Load()
		if n == nil || n.hash == hash && n.name == name && n.tier == tier {
			return n
		}
	}
}

func (t *table) put(n *Namespace) {
	mask := uint64(len(t.slots) - 1)
	i := n.hash & mask
	for t.slots[i].Load() != nil {
		i = (i + 1) & mask
	}
	t.slots[i].Store(n)
}

func (d *directory) find(name, tier string) (*Namespace, uint64) {
	hash := hashOf(name, tier)
	return d.table.Load().find(name, tier, hash), hash
}

// add makes the namespace. The caller holds mu and has not found it.
func (d *directory) add(name, tier string, hash uint64) *Namespace {
	// A name is often cut out of a key: a clone keeps the key's memory from living on.
	n := newNamespace(strings.Clone(name), strings.Clone(tier), hash)
	d.members = append(d.members, n)
	old := d.table.Load()
	if old != nil && 2*len(d.members) <= len(old.slots) {
		old.put(n)
		return n
	}
	size := 16
	for size < 4*len(d.members) {
		size *= 2
	}
	grown := &table{slots: make([]atomic.Pointer[Namespace], size)}
	for _, known := range d.members {
		grown.put(known)
	}
	d.table.Store(grown)
	return n
}

// all returns the namespaces in order of arrival; the slice is never written again.
func (d *directory) all() []*Namespace {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.members[:len(d.members):len(d.members)]
}
