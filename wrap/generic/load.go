package generic

import (
	"context"
	"errors"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// attempt is what a lookup that the cache did not answer knows before it loads.
type attempt[V any] struct {
	old     V    // the value that was found past its time
	stale   bool // old may be served where the origin fails
	counted bool // the lookup has its outcome: the cache failed
}

func (l *Loader[K, V]) coalesced(a attempt[V]) {
	if !a.counted {
		l.namespace.RecordCoalesced(1)
	}
}

// await returns the result of the key's load, which it leads or waits for.
func (l *Loader[K, V]) await(ctx context.Context, key K, start uint64, a attempt[V]) (V, error) {
	for {
		fl, leads, fresh := l.flights.join(key, start)
		if leads {
			return l.lead(ctx, key, fl, fresh, a)
		}
		select {
		case <-fl.done:
			if !fl.left {
				return l.share(fl, a)
			}
		case <-ctx.Done():
		}
		if err := ctx.Err(); err != nil {
			l.coalesced(a)
			var none V
			return none, err
		}
	}
}

// share returns another's result.
func (l *Loader[K, V]) share(fl *flight[V], a attempt[V]) (V, error) {
	l.coalesced(a)
	if fl.panic != nil {
		panic(fl.panic)
	}
	if fl.err != nil && !fl.entry.Absent && a.stale {
		return a.old, nil
	}
	return fl.entry.Value, fl.err
}

// lead loads for itself and for those who wait for fl.
func (l *Loader[K, V]) lead(ctx context.Context, key K, fl *flight[V], fresh bool, a attempt[V]) (V, error) {
	known := a.counted
	defer func() {
		if !known {
			l.namespace.RecordError() // the load did not return
		}
	}()
	if !fresh && l.lookAgain(ctx, key, fl) {
		known = true
		l.coalesced(a)
		l.flights.land(key, fl, false)
		close(fl.done)
		return fl.entry.Value, fl.err
	}
	l.fly(ctx, key, fl)
	serveStale := fl.err != nil && !fl.entry.Absent && a.stale
	if !known {
		known = true
		if serveStale {
			l.namespace.RecordHit()
			l.namespace.RecordStaleHits(1)
		} else {
			l.namespace.RecordMiss()
		}
		if l.feed.Active() {
			l.feed.Lookup(key, metrics.OutcomeOf(serveStale))
		}
	}
	l.settle(ctx, key, fl)
	if serveStale {
		return a.old, nil
	}
	return fl.entry.Value, fl.err
}

// lookAgain asks the cache a second time, for a load has ended since the first: that
// load's result is this lookup's. A cache that fails now has answered once, and the
// value is loaded.
func (l *Loader[K, V]) lookAgain(ctx context.Context, key K, fl *flight[V]) bool {
	returned := false
	defer func() {
		if !returned {
			l.abandon(key, fl)
		}
	}()
	found, ok, err := l.find(ctx, key)
	returned = true
	if err != nil || !ok || found.over(time.Now()) {
		return false
	}
	fl.entry = found
	if found.Absent {
		fl.err = l.options.absent
	}
	return true
}

func (l *Loader[K, V]) find(ctx context.Context, key K) (found Entry[V], ok bool, err error) {
	if l.entries != nil {
		return l.entries.Get(ctx, key)
	}
	found.Value, ok, err = l.plain.Get(ctx, key)
	return found, ok, err
}

// abandon ends a flight whose leader is leaving without a result.
func (l *Loader[K, V]) abandon(key K, fl *flight[V]) {
	fl.left = true
	l.flights.land(key, fl, false)
	close(fl.done)
}

// fly runs the load and writes down what came of it. A panic ends the flight and goes on.
func (l *Loader[K, V]) fly(ctx context.Context, key K, fl *flight[V]) {
	begun := time.Now()
	returned := false
	defer func() {
		if returned {
			return
		}
		l.namespace.RecordLoadFailure(time.Since(begun))
		fl.panic = recover()
		if fl.panic == nil { // runtime.Goexit
			l.abandon(key, fl)
			return
		}
		l.flights.land(key, fl, false)
		close(fl.done)
		panic(fl.panic)
	}()
	value, err := l.load(ctx, key)
	took := time.Since(begun)
	switch {
	case err == nil:
		fl.entry = Entry[V]{Value: value, Expires: expiry(begun.Add(took), l.options.ttl)}
	case says(l.isAbsent, err):
		fl.entry = Entry[V]{Value: value, Absent: true, Expires: expiry(begun.Add(took), l.options.negativeTTL)}
		fl.err = err
	default:
		fl.entry.Value, fl.err = value, err
		fl.left = ctx.Err() != nil
	}
	returned = true
	if err == nil || fl.entry.Absent {
		l.namespace.RecordLoadSuccess(took)
	} else {
		l.namespace.RecordLoadFailure(took)
	}
}

func (l *Loader[K, V]) isAbsent(err error) bool { return errors.Is(err, l.options.absent) }

func expiry(now time.Time, ttl time.Duration) time.Time {
	if ttl <= 0 {
		return time.Time{}
	}
	return now.Add(ttl)
}

// settle hands the result to those who wait, keeps it, and ends the flight. Who comes
// while it is being stored still gets it from the flight.
func (l *Loader[K, V]) settle(ctx context.Context, key K, fl *flight[V]) {
	ttl := l.options.ttl
	if ttl > 0 {
		ttl += l.options.staleFor
	}
	keep := fl.err == nil
	if fl.entry.Absent {
		ttl = l.options.negativeTTL
		keep = ttl > 0
	}
	if !keep || fl.dropped.Load() {
		l.flights.land(key, fl, false)
		close(fl.done)
		return
	}
	close(fl.done)
	kept := false
	defer func() { l.flights.land(key, fl, kept) }()
	kept = l.keep(ctx, key, fl.entry, ttl)
}

func (l *Loader[K, V]) keep(ctx context.Context, key K, entry Entry[V], ttl time.Duration) bool {
	if entry.Absent {
		var none V
		entry.Value = none
	}
	w := write{namespace: l.namespace, count: 1}
	defer w.end()
	var err error
	if l.entries != nil {
		err = l.entries.Set(ctx, key, entry, ttl)
	} else {
		err = l.plain.Set(ctx, key, entry.Value, ttl)
	}
	if !w.returned(err) {
		return false
	}
	l.namespace.RecordSets(1)
	if l.feed.Active() {
		l.feed.Set(key, ttl)
	}
	return true
}

// refresh loads the key in the background, unless a load of it is under way.
func (l *Loader[K, V]) refresh(ctx context.Context, key K) {
	fl := l.flights.idle(key)
	if fl == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.options.refreshTimeout)
	go func() {
		defer cancel()
		// Nobody called for this load: its panic must not end the program. It goes to
		// those who have come to wait for it.
		defer func() {
			if recover() != nil && fl.panic != nil {
				l.namespace.RecordError()
			}
		}()
		l.fly(ctx, key, fl)
		l.settle(ctx, key, fl)
	}()
}
