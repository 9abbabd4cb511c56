package metrics

import (
	"runtime"
	"weak"
)

// sentinel is garbage on purpose. It has a pointer so that it is not packed together
// with other small objects, which would hold up its cleanup.
type sentinel struct{ _ *sentinel }

// settleAfterGC makes stripes, after each garbage collection, where goroutines have met
// since the last. It is for programs that only record: readers settle as they come by.
// The work is done where the runtime runs cleanups, no goroutine is started, and it ends
// with the tracker.
func (t *Tracker) settleAfterGC() {
	runtime.AddCleanup(new(sentinel), func(w weak.Pointer[Tracker]) {
		t := w.Value()
		if t == nil {
			return
		}
		for _, n := range t.known() {
			n.counters.settle()
		}
		t.settleAfterGC()
	}, weak.Make(t))
}
