package insight

// MissCause says why a lookup missed, as far as the sample can tell.
type MissCause uint8

// The causes of misses.
const (
	NeverSeen MissCause = iota // its first lookup since somebody listens
	Evicted                    // the cache gave it up while it was still valid
	Expired                    // its time was over
	Deleted                    // it was deleted on request
	Unfilled                   // looked up before, and not written since

	missCauses = 5
)

// String returns the cause as an export names it.
func (c MissCause) String() string {
	switch c {
	case NeverSeen:
		return "never_seen"
	case Evicted:
		return "evicted"
	case Expired:
		return "expired"
	case Deleted:
		return "deleted"
	case Unfilled:
		return "unfilled"
	default:
		return "unknown"
	}
}

// fates follows the sampled entries through the real cache.
type fates struct {
	misses    [missCauses]float64
	sampled   uint64  // misses, by number
	atHit     ages    // since the entry was written
	atEvict   ages    // the same, when the cache evicts it
	absence   ages    // from an eviction to the next miss of the key
	ended     float64 // values that were written and then evicted, expired, deleted or replaced
	ends      uint64  // the same, by number
	endUnread float64 // those of them that no lookup ever hit
}

// settle notes an expiration that nobody told of.
func (f *fates) settle(e *entry, now uint32, weight float64) {
	if e.state == present && e.dated && e.ttl > 0 && now-e.written >= e.ttl {
		f.end(e, weight)
		e.state, e.left = expired, later(e.written, e.ttl)
	}
}

func (f *fates) hit(e *entry, now uint32, weight float64) {
	if e.state != present {
		e.state, e.dated = present, false
	}
	e.read = true
	if e.dated {
		f.atHit.add(now-e.written, weight)
	}
}

func (f *fates) miss(e *entry, now uint32, weight float64) {
	switch e.state {
	case deleted:
		f.missed(Deleted, weight)
	case expired:
		f.missed(Expired, weight)
	case unfilled:
		f.missed(Unfilled, weight)
	case evicted:
		if e.dated && e.ttl > 0 && now-e.written >= e.ttl {
			f.missed(Expired, weight)
			return
		}
		f.missed(Evicted, weight)
		f.absence.add(now-e.left, weight)
	case present:
		// It left without notice, and not because of its time.
		f.end(e, weight)
		f.missed(Evicted, weight)
	}
}

func (f *fates) missed(cause MissCause, weight float64) {
	f.misses[cause] += weight
	f.sampled++
}

func (f *fates) write(e *entry, now uint32, weight float64) {
	f.end(e, weight)
	e.state, e.written, e.dated, e.read = present, now, true, false
}

func (f *fates) evict(e *entry, now uint32, weight float64) {
	if e.state == present && e.dated {
		f.atEvict.add(now-e.written, weight)
	}
	f.leave(e, evicted, now, weight)
}

// forgetFills unlearns the writes that were assumed before the first was told of.
func (f *fates) forgetFills(entries []entry) {
	for i := range entries {
		entries[i].dated = false
	}
}

func (f *fates) leave(e *entry, to state, now uint32, weight float64) {
	f.end(e, weight)
	e.state, e.left = to, now
}

// end counts the end of a value that was seen to be written.
func (f *fates) end(e *entry, weight float64) {
	if e.state != present || !e.dated {
		return
	}
	f.ended += weight
	f.ends++
	if !e.read {
		f.endUnread += weight
	}
}
