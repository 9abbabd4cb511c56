package metrics

import (
	"slices"
	"sync"
)

// SizeFunc reports how many entries a cache holds now and how many it can hold.
// A negative number means that the cache cannot tell. It answers ok = false once
// the cache is gone, and is then forgotten. Only readers call it, one at a time;
// meanwhile other readers, and one that it calls itself, see what it answered last.
// A panic in it is taken for "cannot tell".
type SizeFunc func() (entries, capacity int, ok bool)

// sizeSource is a SizeFunc with its last answer.
type sizeSource struct {
	call    SizeFunc
	calling sync.Mutex

	mu                sync.Mutex // guards the answer
	entries, capacity int
	gone              bool
}

func (s *sizeSource) read() (entries, capacity int, ok bool) {
	if s.calling.TryLock() {
		defer s.calling.Unlock()
		entries, capacity, ok := s.ask()
		s.mu.Lock()
		s.entries, s.capacity, s.gone = entries, capacity, !ok
		s.mu.Unlock()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.entries, s.capacity, !s.gone
}

func (s *sizeSource) ask() (entries, capacity int, ok bool) {
	defer func() {
		if recover() != nil {
			entries, capacity, ok = -1, -1, true
		}
	}()
	return s.call()
}

// AddSize makes a cache's size part of the namespace's figures. Several caches of
// one namespace add up. The function should not keep its cache alive: a
// weak.Pointer lets a dropped cache be collected.
func (n *Namespace) AddSize(size SizeFunc) {
	if n == nil || size == nil {
		return
	}
	n.mu.Lock()
	n.sizes = append(n.sizes, &sizeSource{call: size, entries: -1, capacity: -1})
	full := len(n.sizes) == cap(n.sizes)
	n.mu.Unlock()
	// A program that makes a cache for each request and never reads figures must
	// not pile up functions: look for dead ones before the list has to grow.
	if full {
		n.readSizes(new(Stats))
	}
}

// readSizes adds the sizes of all live caches to s and forgets the dead ones.
func (n *Namespace) readSizes(s *Stats) {
	n.mu.Lock()
	sizes := slices.Clone(n.sizes)
	n.mu.Unlock()
	var dead []*sizeSource
	for _, size := range sizes {
		entries, capacity, ok := size.read()
		if !ok {
			dead = append(dead, size)
			continue
		}
		if entries >= 0 {
			s.Entries += uint64(entries)
			s.Reported |= Entries
		}
		if capacity >= 0 {
			s.Capacity += uint64(capacity)
			s.Reported |= Capacity
		}
	}
	if dead == nil {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.sizes = slices.DeleteFunc(n.sizes, func(size *sizeSource) bool { return slices.Contains(dead, size) })
}
