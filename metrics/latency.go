package metrics

import (
	"slices"
	"sync/atomic"
	"time"
	"unsafe"
)

// latencies are the durations of one namespace's lookups by outcome, in stripes like its
// counters: one until goroutines have met there, and each made when first needed.
type latencies [1 << latencyShift]atomic.Pointer[latencyStripe]

// There are fewer of these stripes than of the counters': they are larger, and an
// observation comes with two readings of the clock, so that two seldom meet.
const latencyShift = 3

type latencyStripe struct {
	outcomes [outcomes]histogram
	_        [128]byte // whatever the allocator puts next is another's
}

// octave is the buckets of one power of two, made when first needed: the latencies
// of one cache fall into a handful of them.
type octave [subBuckets]atomic.Uint64

// histogram is recorded to; [Histogram] is read from.
type histogram struct {
	sum     atomic.Uint64
	octaves [octaves + 1]atomic.Pointer[octave]
}

// RecordLatency adds one observation of how long a lookup of the given outcome
// took. It does not count the lookup: the outcome is recorded apart. A negative d
// counts as none; an unknown outcome is ignored.
func (n *Namespace) RecordLatency(outcome Outcome, d time.Duration) {
	if n == nil || outcome >= outcomes {
		return
	}
	if n.latencyStripe().outcomes[outcome].observe(uint64(max(d, 0))) {
		atomic.StoreUint32(&n.counters.met, 1)
	}
}

// latencyStripe returns the stripe of this goroutine, picked as [counters.pick] does.
func (n *Namespace) latencyStripe() *latencyStripe {
	l := n.latency.Load()
	if l == nil {
		n.latency.CompareAndSwap(nil, new(latencies))
		l = n.latency.Load()
	}
	i := uint64(0)
	if atomic.LoadUint32(&n.counters.count) > 1 {
		var onStack byte
		i = uint64(uintptr(unsafe.Pointer(&onStack))>>stackShift) * golden >> (64 - latencyShift)
	}
	s := l[i].Load()
	if s == nil {
		l[i].CompareAndSwap(nil, new(latencyStripe))
		s = l[i].Load()
	}
	return s
}

// observe adds one duration, and tells when it met another goroutine at it.
func (h *histogram) observe(nanos uint64) (met bool) {
	i := bucketOf(nanos)
	o := h.octaves[i>>subBits].Load()
	if o == nil {
		h.octaves[i>>subBits].CompareAndSwap(nil, new(octave))
		o = h.octaves[i>>subBits].Load()
	}
	bucket := &o[i&(subBuckets-1)]
	if v := bucket.Add(1); v%lookEvery == 0 && !bucket.CompareAndSwap(v, v) {
		met = true
	}
	h.sum.Add(nanos)
	return met
}

// Latency returns how long lookups of the given outcome took, since the last reset.
// It is empty where nobody measured.
func (n *Namespace) Latency(outcome Outcome) Histogram {
	if n == nil || outcome >= outcomes {
		return Histogram{}
	}
	base := n.listing.Load().latency[outcome]
	h := n.TotalLatency(outcome)
	if base != nil {
		h = h.Sub(*base)
	}
	return h
}

// TotalLatency is [Namespace.Latency] since the tracker was made: no reset lowers it.
func (n *Namespace) TotalLatency(outcome Outcome) Histogram {
	if n == nil || outcome >= outcomes {
		return Histogram{}
	}
	l := n.latency.Load()
	if l == nil {
		return Histogram{}
	}
	var counts [allBuckets]uint64
	var s Histogram
	for i := range l {
		if stripe := l[i].Load(); stripe != nil {
			stripe.outcomes[outcome].addTo(&s, &counts)
		}
	}
	s.pack(&counts)
	return s
}

func (h *histogram) addTo(s *Histogram, counts *[allBuckets]uint64) {
	s.Sum += time.Duration(h.sum.Load())
	for i := range h.octaves {
		o := h.octaves[i].Load()
		if o == nil {
			continue
		}
		for j := range o {
			c := o[j].Load()
			counts[i<<subBits+j] += c
			s.Count += c
		}
	}
}

// pack keeps the part of counts that has something in it.
func (h *Histogram) pack(counts *[allBuckets]uint64) {
	if h.Count == 0 {
		*h = Histogram{}
		return
	}
	first, end := 0, allBuckets
	for counts[first] == 0 {
		first++
	}
	for counts[end-1] == 0 {
		end--
	}
	h.first, h.counts = first, slices.Clone(counts[first:end])
}
