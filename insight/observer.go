package insight

import (
	"math"
	"math/bits"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

var _ metrics.Observer = (*observer)(nil)

// observer listens to the keys of one namespace. What every lookup reads is in front;
// what only sampled ones write is behind the lock, which nobody waits for: who finds
// it taken leaves a note.
type observer struct {
	threshold atomic.Uint64 // hashes up to this are in the sample of keys
	hotLimit  atomic.Uint64 // draws up to this are counted for the hot keys
	keys      workingSet
	_         [64]byte

	inbox inbox
	mu    sync.Mutex
	watch *watch // made at the first event
	clock clock
	base  metrics.Stats // the namespace's totals when this began

	opts      Options
	namespace *metrics.Namespace
}

// watch is all that is kept of a namespace.
type watch struct {
	analysis  analysis
	hot       *hotKeys
	sinceTurn int
}

func newObserver(opts Options, namespace *metrics.Namespace) *observer {
	o := &observer{opts: opts, namespace: namespace}
	o.begin()
	return o
}

// begin forgets everything.
func (o *observer) begin() {
	base := o.namespace.Totals()
	o.mu.Lock()
	defer o.mu.Unlock()
	o.drain(inboxSlots)
	o.base, o.clock, o.watch = base, clock{began: time.Now()}, nil
	o.keys.forget()
	o.threshold.Store(math.MaxUint64)
	o.hotLimit.Store(math.MaxUint64)
}

// ObserveLookup is on the way of every lookup. Most are told from the sampled ones by
// two compares, after a look at the register that counts distinct keys.
func (o *observer) ObserveLookup(key uint64, outcome metrics.Outcome, draw uint64) (wantName bool) {
	if h := o.keys.current.Load(); h != nil {
		h.add(key)
	}
	limit := o.hotLimit.Load()
	if key > o.threshold.Load() && mix(key^draw) > limit {
		return false
	}
	return o.sampled(key, outcome, mix(key^draw) <= limit, limit)
}

// sampled takes in a lookup that is followed, or counted for the hot keys, or both.
func (o *observer) sampled(key uint64, outcome metrics.Outcome, hot bool, limit uint64) (wantName bool) {
	e := event{hash: key, kind: hit, key: key <= o.threshold.Load(), hot: hot, shift: uint8(bits.LeadingZeros64(limit))}
	switch outcome {
	case metrics.Hit:
	case metrics.Miss:
		e.kind = miss
	default:
		return false // an error says nothing of what the cache holds
	}
	return o.tell(e)
}

// mix makes of numbers that follow one another such that do not.
func mix(x uint64) uint64 {
	x *= 0x9e3779b97f4a7c15
	x ^= x >> 32
	return x * 0xd6e8feb86659fd93
}

func (o *observer) ObserveSet(key uint64, ttl time.Duration) { o.timed(key, set, ttl) }
func (o *observer) ObserveTTL(key uint64, ttl time.Duration) { o.timed(key, renewal, ttl) }

func (o *observer) timed(key uint64, what kind, ttl time.Duration) {
	if key <= o.threshold.Load() {
		ms := min(max(ttl, 0).Milliseconds(), math.MaxUint32)
		if ttl > 0 {
			ms = max(ms, 1)
		}
		o.tell(event{hash: key, kind: what, ttl: uint32(ms), key: true})
	}
}

func (o *observer) ObserveDelete(key uint64)     { o.gone(key, deletion) }
func (o *observer) ObserveEviction(key uint64)   { o.gone(key, eviction) }
func (o *observer) ObserveExpiration(key uint64) { o.gone(key, expiration) }

func (o *observer) gone(key uint64, how kind) {
	if key <= o.threshold.Load() {
		o.tell(event{hash: key, kind: how, key: true})
	}
}

func (o *observer) ObserveName(key uint64, name string) {
	if o.mu.TryLock() {
		if o.watch != nil {
			o.watch.hot.name(key, name)
		}
		o.mu.Unlock()
	}
}

// tell takes an event in, or leaves it for whoever is at it.
func (o *observer) tell(e event) (wantName bool) {
	if !o.mu.TryLock() {
		o.inbox.put(e)
		return false
	}
	defer o.mu.Unlock()
	if o.inbox.waiting.Load() > 0 {
		o.drain(drainAtOnce)
	}
	return o.take(e)
}

// drainAtOnce bounds what one caller does for others.
const drainAtOnce = 32

func (o *observer) drain(most int) {
	for range most {
		e, ok := o.inbox.take()
		if !ok {
			return
		}
		o.take(e)
	}
}

// take takes in one event. The caller holds the lock.
func (o *observer) take(e event) (wantName bool) {
	w := o.watch
	if w == nil {
		w = &watch{analysis: newAnalysis(o.opts.Samples), hot: newHotKeys(o.opts.ShowKeys)}
		o.watch = w
	}
	if e.hot {
		wantName = w.hot.add(e.hash, e.kind == hit, e.shift)
		change(&o.hotLimit, w.hot.limit())
	}
	// The clock costs more than the rest: it is read for sampled keys, and now and then
	// for the others.
	if w.sinceTurn--; !e.key && w.sinceTurn > 0 {
		return wantName
	}
	w.sinceTurn = 16
	now := o.now()
	if e.key {
		w.analysis.take(e, now)
		change(&o.threshold, w.analysis.sample.threshold)
	}
	return wantName
}

// change spares other processors a write that changes nothing.
func change(word *atomic.Uint64, to uint64) {
	if word.Load() != to {
		word.Store(to)
	}
}

// now returns the time, for which everything kept is made ready.
func (o *observer) now() uint32 {
	now, setBack := o.clock.now()
	if setBack > 0 && o.watch != nil {
		o.watch.analysis.sample.setBack(setBack)
		o.keys.setBack(setBack)
	}
	o.keys.turn(now)
	return now
}
