package metrics

import (
	"iter"
	"sync"
	"time"
)

// How close together samples are kept, by their age. What is older than LongWindow
// goes, save one sample that the window begins at.
const (
	minSpacing    = 500 * time.Millisecond // half a second of leeway for tickers of one second
	middleSpacing = 5 * time.Second
	longSpacing   = 15 * time.Second
)

func spacingAt(age time.Duration) time.Duration {
	switch {
	case age <= ShortWindow:
		return 0
	case age <= MiddleWindow:
		return middleSpacing
	default:
		return longSpacing
	}
}

// Windows remembers samples of a tracker's figures and computes from them what
// happened lately: rates and hit rate over the last 1, 5 and 15 minutes and since
// the start. Recording knows nothing of it and costs the same.
//
// It starts no goroutine. Every read takes a sample when the last one is half a
// second old, and so does [Windows.Sample]: whoever wants windows to be as long as
// their name calls it at least every few seconds, and a live page once a second.
//
// Memory is bounded: samples are kept every second for the last minute, every 5
// seconds up to 5 minutes and every 15 seconds up to 15 minutes, at most 230 of them
// and about 150 at one a second. A sample takes 8 bytes a namespace, and 350 more for
// each one that has moved since the sample before.
//
// Figures are counted through resets, which leave windows alone. All methods are safe
// for concurrent use. A nil *Windows, the zero value and one of a nil tracker answer
// with empty windows.
type Windows struct {
	tracker *Tracker
	now     func() time.Time
	latency bool

	sampling sync.Mutex // held while taking a sample; size functions run under it

	mu        sync.Mutex // guards what follows; nothing foreign runs under it
	positions map[*Namespace]int
	start     sample
	ring      []sample // rising in time
}

// sample holds the readings of one moment, by position. Namespaces that were made
// later are beyond its end.
type sample struct {
	at       time.Time
	readings []*reading
}

func (s *sample) of(position int) *reading {
	if position < 0 || position >= len(s.readings) {
		return nothing
	}
	return s.readings[position]
}

// WindowsOption changes how [NewWindows] makes a Windows.
type WindowsOption func(*Windows)

// WithClock makes the Windows ask now for the time, instead of [time.Now].
// A nil function is ignored.
func WithClock(now func() time.Time) WindowsOption {
	return func(w *Windows) {
		if now != nil {
			w.now = now
		}
	}
}

// WithSampledLatency keeps latency by outcome in the samples, so that [Window.Latency]
// can answer. Each sample of a namespace that has moved then takes, for each outcome
// that is measured, 8 bytes a bucket from the fastest lookup to the slowest: 1.3 kB where
// they are a factor of 1,000 apart, 4.3 kB at most.
func WithSampledLatency() WindowsOption {
	return func(w *Windows) { w.latency = true }
}

// NewWindows returns a Windows of the tracker, and takes its first sample: what
// [Recent.SinceStart] begins at.
func NewWindows(tracker *Tracker, opts ...WindowsOption) *Windows {
	w := &Windows{tracker: tracker, now: time.Now, positions: make(map[*Namespace]int)}
	for _, opt := range opts {
		if opt != nil {
			opt(w)
		}
	}
	w.Sample()
	return w
}

// Sample remembers the figures of this moment, unless the last sample is less than
// half a second old or another goroutine is taking one. It tells whether it did.
func (w *Windows) Sample() bool {
	if w == nil || w.tracker == nil || !w.due() || !w.sampling.TryLock() {
		return false
	}
	defer w.sampling.Unlock()
	if !w.due() {
		return false
	}
	at := w.now()
	// Size functions are foreign code: read everything before taking the lock.
	known := w.tracker.known()
	fresh := make([]reading, len(known))
	for i, n := range known {
		fresh[i] = w.read(n)
	}

	w.mu.Lock()
	defer w.mu.Unlock()
	last := &sample{}
	if len(w.ring) > 0 {
		last = &w.ring[len(w.ring)-1]
	}
	s := sample{at: at, readings: make([]*reading, len(known))}
	for i, n := range known {
		position, met := w.positions[n]
		if !met {
			position = len(w.positions)
			w.positions[n] = position
		}
		if old := last.of(position); old.sameAs(&fresh[i]) {
			s.readings[position] = old
		} else {
			moved := fresh[i]
			s.readings[position] = &moved
		}
	}
	if w.start.at.IsZero() {
		w.start = s
	}
	w.ring = append(thin(w.ring, at), s)
	return true
}

// due tells whether the last sample is old enough for another one. A clock that went
// back waits until it has caught up.
func (w *Windows) due() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.ring) == 0 || w.now().Sub(w.ring[len(w.ring)-1].at) >= minSpacing
}

// thin drops, in place, the samples that are too old or too close together for their age.
func thin(ring []sample, now time.Time) []sample {
	kept := 0
	for i := range ring {
		s := ring[i]
		age := now.Sub(s.at)
		if i+1 < len(ring) && now.Sub(ring[i+1].at) >= LongWindow {
			continue
		}
		if kept > 0 && s.at.Sub(ring[kept-1].at) < spacingAt(age) {
			continue
		}
		ring[kept] = s
		kept++
	}
	clear(ring[kept:])
	return ring[:kept]
}

func (w *Windows) read(n *Namespace) reading {
	r := reading{stats: n.Totals()}
	if w.latency {
		for o := range r.latency {
			r.latency[o] = n.TotalLatency(Outcome(o))
		}
	}
	return r
}

// Recent returns a namespace's figures over the usual windows up to now.
func (w *Windows) Recent(n *Namespace) Recent {
	now, ok := w.current(n)
	if !ok {
		return Recent{}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return Recent{
		Short:      w.window(n, now, ShortWindow),
		Middle:     w.window(n, now, MiddleWindow),
		Long:       w.window(n, now, LongWindow),
		SinceStart: w.begin(n, &w.start, now),
	}
}

// Over returns a namespace's figures over about the last span, cut to [LongWindow].
// It begins at the sample that is nearest to span ago, and is empty when none lies
// between half a second and twice the span: figures of an hour are not sold as those
// of a minute.
func (w *Windows) Over(n *Namespace, span time.Duration) Window {
	now, ok := w.current(n)
	if !ok {
		return Window{}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.window(n, now, span)
}

// Points yields a namespace's figures between each two neighbouring samples of the
// last span, oldest first: what a chart draws. It reads the samples there are and
// takes one first if it is due; breaking off and recording meanwhile are fine.
func (w *Windows) Points(n *Namespace, span time.Duration) iter.Seq[Window] {
	w.Sample()
	type point struct {
		at time.Time
		*reading
	}
	var points []point
	if w != nil && w.tracker != nil && n != nil {
		since := w.now().Add(-span)
		w.mu.Lock()
		position := w.position(n)
		points = make([]point, 0, len(w.ring))
		for i := range w.ring {
			if s := &w.ring[i]; !s.at.Before(since) {
				points = append(points, point{s.at, s.of(position)})
			}
		}
		w.mu.Unlock()
	}
	return func(yield func(Window) bool) {
		for i := 1; i < len(points); i++ {
			a, b := points[i-1], points[i]
			if !yield(b.since(a.reading, a.at, b.at)) {
				return
			}
		}
	}
}

// now is a namespace's figures at the moment of asking.
type currentReading struct {
	at time.Time
	reading
}

func (w *Windows) current(n *Namespace) (now currentReading, ok bool) {
	if w == nil || w.tracker == nil || n == nil {
		return now, false
	}
	w.Sample()
	return currentReading{w.now(), w.read(n)}, true
}

// window is called with mu held. A sample that was taken just now is no beginning:
// rates over microseconds are noise.
func (w *Windows) window(n *Namespace, now currentReading, span time.Duration) Window {
	span = min(span, LongWindow)
	var from *sample
	var off time.Duration
	for i := range w.ring {
		age := now.at.Sub(w.ring[i].at)
		if age < minSpacing {
			break
		}
		if d := (age - span).Abs(); age <= 2*span && (from == nil || d <= off) {
			from, off = &w.ring[i], d
		}
	}
	if from == nil {
		return Window{}
	}
	return w.begin(n, from, now)
}

func (w *Windows) begin(n *Namespace, s *sample, now currentReading) Window {
	if !now.at.After(s.at) {
		return Window{}
	}
	return now.since(s.of(w.position(n)), s.at, now.at)
}

func (w *Windows) position(n *Namespace) int {
	if p, met := w.positions[n]; met {
		return p
	}
	return -1
}
