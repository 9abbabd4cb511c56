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
	began, ended uint32
	keys         packed
}

func sliceLength(i int) uint32 {
	return uint32((windows[i].span / time.Duration(windows[i].slices)).Milliseconds())
}

func (w *workingSet) forget() {
	w.current.Store(nil)
	w.levels = [len(windows)]level{}
}

// turn seals the slices whose time is over.
func (w *workingSet) turn(now uint32) {
	if w.current.Load() == nil {
		w.current.Store(new(hyperLogLog))
		for i := range w.levels {
			w.levels[i].began = now
		}
		return
	}
	if now-w.levels[0].began < sliceLength(0) {
		return
	}
	var seal ranks
	w.current.Load().drain(&seal)
	for i := range w.levels {
		l := &w.levels[i]
		if i > 0 && l.filling != nil {
			l.filling.mergeInto(&seal)
		}
		length := sliceLength(i)
		if now-l.began < length {
			if l.filling == nil {
				l.filling = new(packed)
			}
			l.filling.store(&seal)
			return
		}
		// What came late, for want of a lookup that would have turned in time, belongs
		// to the end of the span.
		ended := now - (now-l.began)%length
		l.push(&seal, max(l.began, ended-length), ended, windows[i].slices-1)
		l.began, l.filling = ended, nil
	}
}

func (l *level) push(keys *ranks, began, ended uint32, keep int) {
	s := new(slice)
	if len(l.sealed) == keep {
		s = l.sealed[0]
		l.sealed = append(l.sealed[:0], l.sealed[1:]...)
	}
	s.began, s.ended = began, ended
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
