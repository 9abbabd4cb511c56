package insight

import (
	"sync/atomic"
	"time"
)

// windows are the spans the working set is told for. Each is made of a few slices of
// time, the youngest of them still filling, and slides by one of those.
var windows = [...]struct {
	span   time.Duration
	slices int
}{
	{5 * time.Minute, 5},
	{time.Hour, 6},
	{24 * time.Hour, 6},
}

// workingSet counts the distinct keys of the recent past. Adding to what current points
// to is safe for concurrent use; all else needs the observer's lock.
type workingSet struct {
	current atomic.Pointer[hyperLogLog] // the slice of the shortest window that fills
	levels  [len(windows)]level
}

// level is the slices of one window. filling gathers those of the next shorter one.
type level struct {
	began   uint32 // when the slice that fills did, in ms
	filling *packed
	sealed  []*slice // the oldest first
}

type slice struct {
	began uint32
	keys  packed
}

func sliceLength(i int) uint32 {
	return uint32((windows[i].span / time.Duration(windows[i].slices)).Milliseconds())
}

func (w *workingSet) forget() {
	w.current.Store(nil)
	w.levels = [len(windows)]level{}
}

// turn seals the slices whose time is over. What came late, for want of a sampled
// lookup that would have turned in time, is taken for the end of the span.
func (w *workingSet) turn(now uint32) {
	if w.current.Load() == nil {
		w.current.Store(new(hyperLogLog))
		for i := range w.levels {
			w.levels[i].began = now
		}
		return
	}
	length := sliceLength(0)
	late := now - w.levels[0].began
	if late < length {
		return
	}
	end := now - late%length
	w.closeLonger(end - length)
	var keys ranks
	w.current.Load().drain(&keys)
	w.levels[0].push(&keys, end-length, windows[0].slices-1)
	w.levels[0].began = end
	w.levels[1].fill(&keys)
	w.closeLonger(end)
}

// closeLonger seals the slices of the longer windows that ended by then.
func (w *workingSet) closeLonger(then uint32) {
	for i := 1; i < len(w.levels); i++ {
		l, length := &w.levels[i], sliceLength(i)
		over := then - l.began
		if over < length {
			return
		}
		if l.filling != nil {
			var keys ranks
			l.filling.mergeInto(&keys)
			l.push(&keys, l.began, windows[i].slices-1)
			if i+1 < len(w.levels) {
				w.levels[i+1].fill(&keys)
			}
			l.filling = nil
		}
		l.began = then - over%length
	}
}

func (l *level) fill(keys *ranks) {
	if l.filling == nil {
		l.filling = new(packed)
	} else {
		l.filling.mergeInto(keys)
	}
	l.filling.store(keys)
}

func (l *level) push(keys *ranks, began uint32, keep int) {
	s := new(slice)
	if len(l.sealed) == keep {
		s = l.sealed[0]
		l.sealed = append(l.sealed[:0], l.sealed[1:]...)
	}
	s.began = began
	s.keys.store(keys)
	l.sealed = append(l.sealed, s)
}

// WindowKeys is how many different keys were looked up in a recent span of time.
type WindowKeys struct {
	Window  time.Duration // five minutes, an hour or a day
	Covered time.Duration // what is really covered: up to one slice less, and no more than was observed
	Keys    uint64        // within 2 % in 99 of 100 cases
}

// read estimates every window as of now.
func (w *workingSet) read(now uint32) []WindowKeys {
	var read []WindowKeys
	var filling ranks
	if h := w.current.Load(); h != nil {
		h.read(&filling)
	}
	for i := range w.levels {
		l := &w.levels[i]
		if l.filling != nil {
			l.filling.mergeInto(&filling)
		}
		window, from := filling, l.began
		span := uint32(windows[i].span.Milliseconds())
		for j := len(l.sealed) - 1; j >= 0 && now-l.sealed[j].began <= span; j-- {
			l.sealed[j].keys.mergeInto(&window)
			from = l.sealed[j].began
		}
		read = append(read, WindowKeys{
			Window:  windows[i].span,
			Covered: time.Duration(now-from) * time.Millisecond,
			Keys:    uint64(window.estimate() + 0.5),
		})
	}
	return read
}
