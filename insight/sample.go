package insight

import "math"

// state is what is known of an entry in the real cache.
type state uint8

const (
	present  state = iota
	unfilled       // missed, and not written since
	evicted
	expired
	deleted
)

// entry is one sampled key. Times are milliseconds of the sample's clock.
type entry struct {
	hash    uint64
	place   uint32 // in the order of use; 0 when it is in a cache of no size
	touched uint32 // last used
	written uint32
	left    uint32 // when it left the real cache
	ttl     uint32 // of the last write; 0 for none
	lookups uint8  // 255 and more
	state   state
	dated   bool // written is known
	read    bool // hit since it was written
}

// sample is a fixed number of keys, chosen by their hashes alone, so that all lookups
// of a key are in or out together: SHARDS with a fixed-size sample (Waldspurger, Park,
// Garthwaite, Ahmad: Efficient MRC construction with SHARDS, FAST 2015). Keys whose
// hash is at most the threshold are in; when they get too many, the one with the
// highest hash goes out and the threshold falls below it.
//
// Keys that nobody touched for a day go out first, and leave the threshold alone: a
// program that runs for months would else have a sample of the dead.
type sample struct {
	max       int
	threshold uint64
	weight    float64 // how many keys one of the sample stands for
	entries   []entry
	loads     []loadTimes // by slot; nil until a TTL is seen
	index     index
	byHash    heap // the highest hash first
	byDue     heap // the earliest time first
	order     recency
}

const (
	smallestSample = 64
	forgetAfter    = 24 * 3600 * 1000 // ms
)

func newSample(max int) *sample {
	s := &sample{max: max, threshold: math.MaxUint64, weight: 1}
	s.index.hashOf = func(slot uint16) uint64 { return s.entries[slot].hash }
	s.byHash.before = func(a, b uint16) bool { return s.entries[a].hash > s.entries[b].hash }
	s.byDue.before = func(a, b uint16) bool { return s.loads[a].due < s.loads[b].due }
	s.order.moved = func(slot uint16, place uint32) (past bool) {
		s.entries[slot].place = place
		return s.past(slot)
	}
	s.resize(min(smallestSample, max))
	return s
}

func (s *sample) resize(slots int) {
	s.entries = append(make([]entry, 0, slots), s.entries...)
	s.index.grow(slots, len(s.entries))
	s.byHash.grow(slots)
	s.order.grow(slots)
	if s.loads != nil {
		s.makeLoads()
	}
}

// makeLoads begins to keep load times, at the first TTL: without one they say nothing.
func (s *sample) makeLoads() {
	known := s.loads
	s.loads = make([]loadTimes, cap(s.entries))
	s.byDue.grow(cap(s.entries))
	for i := copy(s.loads, known); i < len(s.entries); i++ {
		s.loads[i].set(s.entries[i].touched)
	}
}

// insert takes a key in, at the front of the order of use, and answers false when it
// is just beyond the sample.
func (s *sample) insert(hash uint64, now uint32) (slot uint16, ok bool) {
	if hash > s.threshold {
		return 0, false
	}
	switch {
	case len(s.entries) < cap(s.entries):
	case cap(s.entries) < s.max:
		s.resize(min(2*cap(s.entries), s.max))
	default:
		return s.replace(hash, now)
	}
	s.entries = s.entries[:len(s.entries)+1]
	slot = uint16(len(s.entries) - 1)
	s.place(slot, hash, now)
	return slot, true
}

// replace makes room for one key by giving up another.
func (s *sample) replace(hash uint64, now uint32) (slot uint16, ok bool) {
	if old, found := s.forgotten(now); found {
		s.drop(old)
		s.place(old, hash, now)
		return old, true
	}
	slot, _ = s.byHash.top()
	highest := max(hash, s.entries[slot].hash)
	s.threshold = highest - 1
	s.weight = math.MaxUint64 / float64(s.threshold)
	if highest == hash {
		return 0, false
	}
	s.drop(slot)
	s.place(slot, hash, now)
	return slot, true
}

// forgotten returns a key that nobody touched for long. It looks at a few, elsewhere
// each time.
func (s *sample) forgotten(now uint32) (slot uint16, found bool) {
	if now < forgetAfter {
		return 0, false
	}
	start := int(s.order.next) * 7
	for i := range 4 {
		slot := (start + i) % len(s.entries)
		if now-s.entries[slot].touched > forgetAfter {
			return uint16(slot), true
		}
	}
	return 0, false
}

func (s *sample) place(slot uint16, hash uint64, now uint32) {
	s.entries[slot] = entry{hash: hash, touched: now, place: s.order.push(slot)}
	s.index.put(slot)
	s.byHash.put(slot)
	s.loaded(slot, now)
}

func (s *sample) drop(slot uint16) {
	s.vacate(slot)
	s.byHash.remove(slot)
	s.index.remove(slot)
}

// vacate takes a key out of the caches of all sizes; the sample keeps it.
func (s *sample) vacate(slot uint16) {
	s.unplace(slot)
	if s.loads != nil {
		s.byDue.remove(slot)
	}
}

func (s *sample) unplace(slot uint16) {
	if e := &s.entries[slot]; e.place != 0 {
		s.order.remove(e.place, s.past(slot))
		e.place = 0
	}
}

func (s *sample) past(slot uint16) bool { return s.loads != nil && s.loads[slot].past }

// use moves a key to the front of the order of use.
func (s *sample) use(slot uint16, now uint32) {
	s.unplace(slot)
	if s.loads != nil {
		s.loads[slot].past = false
	}
	e := &s.entries[slot]
	e.place, e.touched = s.order.push(slot), now
}

// loaded says that caches of every size loaded the key now.
func (s *sample) loaded(slot uint16, now uint32) {
	if s.loads == nil {
		return
	}
	s.loads[slot].set(now)
	s.schedule(slot)
}

// schedule has the key looked at when its time is over in the largest caches. It was
// just used.
func (s *sample) schedule(slot uint16) {
	if ttl := s.entries[slot].ttl; ttl > 0 {
		s.loads[slot].due = later(s.loads[slot].largest(), ttl)
		s.byDue.put(slot)
	} else {
		s.byDue.remove(slot)
	}
}

// expire makes room where the time of keys is over. In the largest caches that is so
// first, or at the same time; a key is gone when it is so in all caches that are larger
// than its place in the order is deep.
func (s *sample) expire(now uint32) {
	if s.loads == nil {
		return
	}
	for {
		slot, ok := s.byDue.top()
		if !ok || s.loads[slot].due > now {
			return
		}
		e, l := &s.entries[slot], &s.loads[slot]
		l.due = later(l.latest(sizeBucket(s.distance(slot))), e.ttl)
		if l.due <= now {
			s.vacate(slot)
			continue
		}
		if !l.past {
			l.past = true
			s.order.lapse(e.place)
		}
		s.byDue.put(slot)
	}
}

// distance estimates how many other keys were used since this one was: each in the
// sample stands for weight keys, and on average half a gap follows the last of them.
func (s *sample) distance(slot uint16) uint64 {
	k := s.order.after(s.entries[slot].place)
	return uint64(k*s.weight + (s.weight-1)/2)
}

// later adds times and stays below what a clock of 32 bits can tell.
func later(at, span uint32) uint32 { return at + min(span, math.MaxUint32-at) }
