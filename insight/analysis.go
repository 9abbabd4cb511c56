package insight

import "github.com/cachemeter/cachemeter/metrics"

// analysis is what is kept of the sampled keys of one namespace: who they are, what
// caches of other sizes would have done with them, and how they fare in the real one.
// It is not safe for concurrent use.
type analysis struct {
	sample   *sample
	reuse    reuse
	fates    fates
	setsSeen bool   // the wrapper tells of writes, so a key without one is not there
	judged   uint64 // sampled lookups, by number
}

func newAnalysis(samples int) analysis { return analysis{sample: newSample(samples)} }

// take takes in one event of a key whose hash was below the threshold when it happened.
func (a *analysis) take(e event, now uint32) {
	if e.hash > a.sample.threshold {
		return
	}
	a.sample.expire(now)
	switch e.kind {
	case hit:
		a.lookup(e.hash, metrics.Hit, now)
	case miss:
		a.lookup(e.hash, metrics.Miss, now)
	case set:
		a.set(e.hash, e.ttl, now)
	case renewal:
		a.renew(e.hash, e.ttl, now)
	case deletion:
		a.delete(e.hash, now)
	case eviction:
		a.evict(e.hash, now)
	case expiration:
		a.expiration(e.hash, now)
	}
}

// lookup takes in a lookup of a sampled key.
func (a *analysis) lookup(hash uint64, outcome metrics.Outcome, now uint32) {
	s := a.sample
	slot, known := s.index.find(hash)
	if !known {
		a.first(hash, outcome, now)
		return
	}
	a.judged++
	e := &s.entries[slot]
	e.lookups += min(1, 255-e.lookups)
	a.fates.settle(e, now, s.weight)
	switch {
	case e.place == 0 && outcome == metrics.Hit:
		// It was gone at every size, and is there: somebody else wrote it.
		a.reuse.unknown += s.weight
		a.begin(slot, now)
	case e.place == 0, e.state == unfilled && outcome == metrics.Miss:
		a.reuse.lookups += s.weight
		a.reuse.known += s.weight
		if e.state != expired {
			a.reuse.gone += s.weight
		}
		a.begin(slot, now)
	default:
		a.again(slot, now)
	}
	if outcome == metrics.Hit {
		a.fates.hit(e, now, s.weight)
	} else {
		a.fates.miss(e, now, s.weight)
		a.missed(e, now)
	}
}

// first is the first lookup of a key. A hit says that it was written before anybody
// listened: at which other sizes it would hit is unknown.
func (a *analysis) first(hash uint64, outcome metrics.Outcome, now uint32) {
	s := a.sample
	slot, ok := s.insert(hash, now)
	if !ok {
		return
	}
	a.judged++
	e := &s.entries[slot]
	e.lookups = 1
	if outcome == metrics.Hit {
		a.reuse.unknown += s.weight
		e.state, e.read = present, true
		return
	}
	a.reuse.lookups += s.weight
	a.fates.missed(NeverSeen, s.weight)
	a.missed(e, now)
}

// begin puts a key into the caches of all sizes, which load it now.
func (a *analysis) begin(slot uint16, now uint32) {
	a.sample.use(slot, now)
	a.sample.loaded(slot, now)
}

// again is a lookup of a key that caches of some sizes hold.
func (a *analysis) again(slot uint16, now uint32) {
	s := a.sample
	e := &s.entries[slot]
	bucket := sizeBucket(s.distance(slot))
	a.reuse.lookups += s.weight
	a.reuse.known += s.weight
	if e.ttl == 0 || s.loads == nil {
		a.reuse.hit(bucket, allSizes, s.weight)
		s.use(slot, now)
		return
	}
	s.loads[slot].lookup(bucket, now, e.ttl, s.weight, &a.reuse)
	s.use(slot, now)
	s.schedule(slot)
}

// missed notes that the real cache does not hold the key. Where writes are not told
// of, the caller is taken to have filled it in.
func (a *analysis) missed(e *entry, now uint32) {
	if a.setsSeen {
		e.state, e.dated = unfilled, false
		return
	}
	e.state, e.written, e.dated, e.read = present, now, true, false
}

// set takes in a write. One that follows a miss fills the gap: caches that would have
// hit there would not have been written to. Any other reaches all sizes.
func (a *analysis) set(hash uint64, ttl, now uint32) {
	s := a.sample
	if !a.setsSeen {
		a.setsSeen = true
		a.fates.forgetFills(s.entries)
	}
	if ttl > 0 && s.loads == nil {
		s.makeLoads()
	}
	slot, known := s.index.find(hash)
	if !known {
		var ok bool
		if slot, ok = s.insert(hash, now); !ok {
			return
		}
		s.entries[slot].state = unfilled
	}
	e := &s.entries[slot]
	a.fates.settle(e, now, s.weight)
	fills := known && e.state == unfilled && e.place != 0
	a.fates.write(e, now, s.weight)
	e.ttl = ttl
	if !fills {
		a.begin(slot, now)
	} else if s.loads != nil {
		s.loads[slot].reload(e.touched, now)
		s.schedule(slot)
	}
}

// renew takes in that the real cache gave an entry another time, from now on. Times are
// kept from when an entry was loaded: at sizes that loaded it later than the real cache
// did, this one ends as much later.
func (a *analysis) renew(hash uint64, ttl, now uint32) {
	s := a.sample
	slot, e := a.find(hash, now)
	if e == nil || e.state != present {
		return
	}
	if ttl > 0 {
		if s.loads == nil {
			s.makeLoads()
		}
		loaded := s.loads[slot].largest()
		if e.dated {
			loaded = e.written
		}
		ttl = later(ttl, now-loaded)
	}
	e.ttl = ttl
	if s.loads != nil && e.place != 0 && !s.loads[slot].past {
		s.schedule(slot)
	}
}

func (a *analysis) delete(hash uint64, now uint32) {
	if slot, e := a.find(hash, now); e != nil {
		a.fates.leave(e, deleted, now, a.sample.weight)
		a.sample.vacate(slot)
	}
}

func (a *analysis) evict(hash uint64, now uint32) {
	if _, e := a.find(hash, now); e != nil {
		a.fates.evict(e, now, a.sample.weight)
	}
}

// expiration takes in that the real cache found an entry's time over. Where its TTL
// is known, caches of other sizes go by that.
func (a *analysis) expiration(hash uint64, now uint32) {
	slot, e := a.find(hash, now)
	if e == nil {
		return
	}
	a.fates.leave(e, expired, now, a.sample.weight)
	if e.ttl == 0 {
		a.sample.vacate(slot)
	}
}

// find returns a sampled key, settled, and nil for one that is not in the sample.
func (a *analysis) find(hash uint64, now uint32) (uint16, *entry) {
	slot, known := a.sample.index.find(hash)
	if !known {
		return 0, nil
	}
	e := &a.sample.entries[slot]
	a.fates.settle(e, now, a.sample.weight)
	return slot, e
}
