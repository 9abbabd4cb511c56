package insight

// allSizes is the bucket beyond every size.
const allSizes = uint16(sizeBuckets)

// loadTimes is when caches of different sizes loaded one key: a small one, having
// lost it, loads it anew while a large one still has the older copy, whose time is
// over sooner. So with TTLs the answer to "would it hit" depends on the size in both
// directions. Piece i is about the sizes of buckets from end[i-1] to below end[i].
type loadTimes struct {
	due   uint32 // when to look whether the time is over
	ends  [pieces - 1]uint16
	at    [pieces]uint32
	count uint8
	past  bool // its time is over in the largest caches
}

const pieces = 4

func (l *loadTimes) end(i int) uint16 {
	if i == int(l.count)-1 {
		return allSizes
	}
	return l.ends[i]
}

// set says that every size loaded the key now.
func (l *loadTimes) set(now uint32) {
	l.count, l.at[0], l.past = 1, now, false
}

// reload moves what was loaded at the lookup to the time its value came.
func (l *loadTimes) reload(from, to uint32) {
	for i := range l.count {
		if l.at[i] == from {
			l.at[i] = to
		}
	}
}

// largest returns when the largest sizes loaded the key.
func (l *loadTimes) largest() uint32 { return l.at[l.count-1] }

// latest returns when a size of the bucket or above last loaded the key.
func (l *loadTimes) latest(bucket uint16) uint32 {
	at := l.largest()
	for i := int(l.count) - 2; i >= 0 && l.ends[i] > bucket; i-- {
		at = max(at, l.at[i])
	}
	return at
}

// lookup tells r at which sizes a lookup hits, when those up to bucket have lost the
// key and the others until its time is over; all that miss load it now.
func (l *loadTimes) lookup(bucket uint16, now, ttl uint32, weight float64, r *reuse) {
	var after partition
	if bucket > 0 {
		after.append(bucket, now)
	}
	from := bucket
	for i := range int(l.count) {
		to := l.end(i)
		if to <= from {
			continue
		}
		if now-l.at[i] >= ttl {
			after.append(to, now)
		} else {
			r.hit(from, to, weight)
			after.append(to, l.at[i])
		}
		from = to
	}
	after.shrink()
	l.count = uint8(after.count)
	copy(l.ends[:], after.ends[:after.count-1])
	copy(l.at[:], after.at[:after.count])
}

// partition is loadTimes with room for a piece more.
type partition struct {
	ends  [pieces + 1]uint16
	at    [pieces + 1]uint32
	count int
}

func (p *partition) append(end uint16, at uint32) {
	if p.count > 0 && p.at[p.count-1] == at {
		p.ends[p.count-1] = end
		return
	}
	p.ends[p.count], p.at[p.count] = end, at
	p.count++
}

// shrink joins the two neighbours that differ least in time, if there is one too many.
func (p *partition) shrink() {
	if p.count <= pieces {
		return
	}
	best, least := 0, ^uint32(0)
	for i := range p.count - 1 {
		if d := max(p.at[i], p.at[i+1]) - min(p.at[i], p.at[i+1]); d < least {
			best, least = i, d
		}
	}
	p.count--
	copy(p.ends[best:], p.ends[best+1:p.count+1])
	copy(p.at[best:], p.at[best+1:p.count+1])
}
