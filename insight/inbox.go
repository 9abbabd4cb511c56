package insight

import "sync/atomic"

// kind is what an event tells of.
type kind uint8

const (
	hit kind = iota
	miss
	set
	renewal
	deletion
	eviction
	expiration
)

// event is what one caller hands over.
type event struct {
	hash  uint64
	ttl   uint32
	kind  kind
	shift uint8 // for the hot keys: the lookup stands for 1<<shift
	hot   bool  // it is for the hot keys
	key   bool  // it is for the sample of keys
}

// inbox takes events of callers that find the analysis busy, so that none has to wait:
// a bounded queue for many writers, and readers that hold the observer's lock (after
// Vyukov's bounded queue). A full one drops, and counts what it dropped.
type inbox struct {
	slots   [inboxSlots]inboxSlot
	head    atomic.Uint64 // next to write
	tail    uint64        // next to read
	waiting atomic.Int64
	dropped atomic.Uint64
}

const inboxSlots = 256

type inboxSlot struct {
	turn  atomic.Uint64 // 2*lap to be written, 2*lap+1 to be read
	event event
}

func (b *inbox) put(e event) {
	for {
		at := b.head.Load()
		s := &b.slots[at%inboxSlots]
		lap := at / inboxSlots * 2
		switch turn := s.turn.Load(); {
		case turn == lap:
			if b.head.CompareAndSwap(at, at+1) {
				s.event = e
				s.turn.Store(lap + 1)
				b.waiting.Add(1)
				return
			}
		case turn < lap:
			b.dropped.Add(1)
			return
		}
	}
}

// take returns the oldest event, and false when none is ready.
func (b *inbox) take() (e event, ok bool) {
	s := &b.slots[b.tail%inboxSlots]
	lap := b.tail / inboxSlots * 2
	if s.turn.Load() != lap+1 {
		return event{}, false
	}
	e = s.event
	s.turn.Store(lap + 2)
	b.tail++
	b.waiting.Add(-1)
	return e, true
}
