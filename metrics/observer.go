package metrics

import (
	"slices"
	"sync/atomic"
	"time"
)

// Observer is told what happens to the single keys of one namespace. A key comes as
// a 64-bit hash under a seed that is drawn once a process, so nobody outside can
// choose keys that collide; the key itself comes only where the observer asks.
//
// Wrappers call it on the way of every lookup, from many goroutines: it must be safe
// for that, fast, and must not block, panic or allocate.
type Observer interface {
	// ObserveLookup tells of one lookup, which the namespace counted already. draw is
	// another number in each lookup of the same key, by which to sample lookups at
	// the price of a multiplication. The answer tells whether the observer wants the
	// key itself, by ObserveName.
	ObserveLookup(key uint64, outcome Outcome, draw uint64) (wantName bool)
	// ObserveSet tells of a value written. A ttl of 0 is none, or the cache's own.
	ObserveSet(key uint64, ttl time.Duration)
	// ObserveTTL tells that an entry lives this long from now on, and for ever with 0.
	ObserveTTL(key uint64, ttl time.Duration)
	// ObserveDelete tells of an entry deleted on request.
	ObserveDelete(key uint64)
	// ObserveEviction tells of an entry that the cache's policy removed to make room.
	ObserveEviction(key uint64)
	// ObserveExpiration tells of an entry that was removed because its time was over.
	ObserveExpiration(key uint64)
	// ObserveName gives the key that ObserveLookup asked for, as text.
	ObserveName(key uint64, name string)
}

// Observer returns who listens to the namespace's keys, nil when nobody does. It is
// one atomic load, so that a wrapper can ask before it hashes a key.
func (n *Namespace) Observer() Observer {
	if n == nil {
		return nil
	}
	l := n.listening.Load()
	if l == nil {
		return nil
	}
	return l.observer
}

// listening is an observer at a namespace, with the call that put it there.
type listening struct {
	observer Observer
	by       *listener
}

// listener is one call of [Tracker.Observe].
type listener struct {
	observe func(*Namespace) Observer
	stopped atomic.Bool
}

// listenTo makes the listener's observer, where it has one, the namespace's.
func (l *listener) listenTo(n *Namespace) bool {
	o := l.observe(n)
	if o == nil {
		return false
	}
	now := &listening{observer: o, by: l}
	n.listening.Store(now)
	if l.stopped.Load() {
		n.listening.CompareAndSwap(now, nil)
	}
	return true
}

// Observe calls observe for every namespace and tier, now and when one is added, and
// from then on tells what it returned of that namespace's keys. It can return nil.
// A namespace has one observer, the latest that was given. stop ends all that this
// call began; it can be called more than once.
//
// observe must be safe for concurrent use, and may be asked twice about a namespace
// that is added meanwhile. A namespace's first events can come before it is observed.
func (t *Tracker) Observe(observe func(*Namespace) Observer) (stop func()) {
	if t == nil || observe == nil {
		return func() {}
	}
	l := &listener{observe: observe}
	t.mu.Lock()
	t.listeners = append(slices.Clone(t.listeners), l)
	known := slices.Clone(t.members)
	t.mu.Unlock()
	for _, n := range known {
		l.listenTo(n)
	}
	return func() { t.stop(l) }
}

func (t *Tracker) stop(l *listener) {
	l.stopped.Store(true)
	t.mu.Lock()
	t.listeners = slices.DeleteFunc(slices.Clone(t.listeners), func(o *listener) bool { return o == l })
	known := slices.Clone(t.members)
	t.mu.Unlock()
	for _, n := range known {
		if now := n.listening.Load(); now != nil && now.by == l {
			n.listening.CompareAndSwap(now, nil)
		}
	}
}
