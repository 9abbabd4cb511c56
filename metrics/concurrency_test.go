package metrics_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

const (
	writers         = 8
	eventsPerWriter = 1_000_000
)

var five = [5]string{"user", "provider", "accounts", "", "a:b"}

// record makes the i-th event of a writer: half by name, half by handle, of every
// outcome and namespace in turn.
func record(tracker *metrics.Tracker, handles *[5]*metrics.Namespace, i int) (namespace int, outcome metrics.Outcome) {
	namespace, outcome = i%5, metrics.Outcome(i/5%3)
	if i/15%2 == 0 {
		handles[namespace].RecordOutcome(outcome, 1)
		return
	}
	switch outcome {
	case metrics.Hit:
		tracker.RecordHit(five[namespace])
	case metrics.Miss:
		tracker.RecordMiss(five[namespace])
	default:
		tracker.RecordError(five[namespace])
	}
	return
}

func handlesOf(tracker *metrics.Tracker) *[5]*metrics.Namespace {
	var h [5]*metrics.Namespace
	for i, name := range five {
		h[i] = tracker.Namespace(name)
	}
	return &h
}

func TestConcurrentWritersAreExact(t *testing.T) {
	tracker := metrics.NewTracker()
	handles := handlesOf(tracker)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range eventsPerWriter {
				record(tracker, handles, i+w)
			}
		})
	}
	wg.Wait()

	var want [5][3]uint64
	for w := range writers {
		for i := range eventsPerWriter {
			want[(i+w)%5][(i+w)/5%3]++
		}
	}
	for i, name := range five {
		s := tracker.Stats(name)
		require.Equal(t, want[i], [3]uint64{s.Hits, s.Misses, s.Errors}, name)
	}
}

// TestConcurrentResetLosesNothing: writers run in two phases with a reader beside
// them. Resets run beside the first phase; what is recorded in the second, after
// the last reset returned, must all be there, and totals must hold every event.
func TestConcurrentResetLosesNothing(t *testing.T) {
	tracker := metrics.NewTracker()
	handles := handlesOf(tracker)
	var firstPhase, all sync.WaitGroup
	resetsOver := make(chan struct{})
	var before, after [5][3]atomic.Uint64

	firstPhase.Add(writers)
	for w := range writers {
		all.Go(func() {
			for i := range eventsPerWriter / 2 {
				n, o := record(tracker, handles, i+w)
				before[n][o].Add(1)
			}
			firstPhase.Done()
			<-resetsOver
			for i := range eventsPerWriter / 2 {
				n, o := record(tracker, handles, i+w)
				after[n][o].Add(1)
			}
		})
	}
	writing := make(chan struct{})
	go func() { all.Wait(); close(writing) }()

	var readers sync.WaitGroup
	readers.Go(func() {
		last := map[string]metrics.Stats{}
		for {
			select {
			case <-writing:
				return
			default:
			}
			tracker.AllStats()
			for _, n := range tracker.Namespaces() {
				s := n.Totals()
				prev := last[n.Name()]
				if s.Hits < prev.Hits || s.Misses < prev.Misses || s.Errors < prev.Errors {
					t.Errorf("totals of %q went down: %+v after %+v", n.Name(), s, prev)
					return
				}
				last[n.Name()] = s
			}
		}
	})
	readers.Go(func() {
		done := make(chan struct{})
		go func() { firstPhase.Wait(); close(done) }()
		for i := 0; ; i++ {
			tracker.Reset(five[i%5])
			if i%7 == 0 {
				tracker.ResetAll()
			}
			select {
			case <-done:
				// All of the first phase is recorded: this reset must hide it all,
				// and nothing of what comes after.
				tracker.ResetAll()
				close(resetsOver)
				return
			default:
			}
		}
	})
	readers.Wait()

	for i, name := range five {
		s := tracker.Stats(name)
		require.Equal(t, [3]uint64{after[i][0].Load(), after[i][1].Load(), after[i][2].Load()},
			[3]uint64{s.Hits, s.Misses, s.Errors}, name)
		total := handles[i].Totals()
		for o, got := range []uint64{total.Hits, total.Misses, total.Errors} {
			require.Equal(t, before[i][o].Load()+after[i][o].Load(), got, "%q %v", name, metrics.Outcome(o))
		}
	}
}

func TestConcurrentNamesMeetTheLimitOnce(t *testing.T) {
	const limit, names = 100, 400
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(limit))
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range names {
				tracker.RecordHit(fmt.Sprint("n", i))
			}
		})
	}
	wg.Wait()
	all := tracker.AllStats()
	require.Len(t, all, limit+1)
	sum := uint64(0)
	for _, s := range all {
		sum += s.Hits
	}
	require.EqualValues(t, writers*names, sum)
	require.EqualValues(t, writers*(names-limit), all[metrics.Overflow].Hits)
}

func TestDefaultIsOne(t *testing.T) {
	var first atomic.Pointer[metrics.Tracker]
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			tr := metrics.Default()
			if !first.CompareAndSwap(nil, tr) && first.Load() != tr {
				t.Error("Default returned two trackers")
			}
		})
	}
	wg.Wait()
	require.NotNil(t, first.Load())
}

// An error with a class is never seen without it, however readers and writers interleave.
func TestClassedErrorsAreNeverOthers(t *testing.T) {
	n := metrics.NewTracker().Namespace("remote")
	stop := make(chan struct{})
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					n.RecordFailures(metrics.TimeoutError, 1)
				}
			}
		})
	}
	for range 50_000 {
		if s := n.Stats(); s.ErrorsByClass[metrics.OtherError] != 0 {
			t.Errorf("%d of %d errors have lost their class", s.ErrorsByClass[metrics.OtherError], s.Errors)
			break
		}
	}
	close(stop)
	writers.Wait()
}
