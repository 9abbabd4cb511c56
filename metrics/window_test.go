package metrics_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// handClock is a clock that only moves when told to.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func newHandClock() *handClock { return &handClock{now: time.Unix(1_700_000_000, 0)} }

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func TestWindowsTellRecentFromStart(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	users.RecordHits(1_000_000) // before the Windows: in no window
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))

	// 20 minutes at 10 requests a second: all hits, but for the last 2 minutes, which miss.
	for second := range 20 * 60 {
		if second < 18*60 {
			users.RecordHits(10)
		} else {
			users.RecordMisses(10)
		}
		clock.Advance(time.Second)
		require.True(t, w.Sample())
	}
	r := w.Recent(users)
	for _, tt := range []struct {
		name         string
		window       metrics.Window
		span         time.Duration
		slack        time.Duration
		hits, misses uint64
	}{
		{"short", r.Short, time.Minute, 0, 0, 600},
		{"middle", r.Middle, 5 * time.Minute, 5 * time.Second, 1800, 1200},
		{"long", r.Long, 15 * time.Minute, 15 * time.Second, 7800, 1200},
		{"since start", r.SinceStart, 20 * time.Minute, 0, 10800, 1200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.InDelta(t, tt.span, tt.window.Span(), float64(tt.slack))
			require.Equal(t, tt.misses, tt.window.Stats.Misses)
			require.InDelta(t, tt.hits, tt.window.Stats.Hits, 10*tt.slack.Seconds())
			require.InDelta(t, 10, tt.window.RequestRate(), 1e-9, "counts and span belong together")
			rate, ok := tt.window.HitRate()
			require.True(t, ok)
			require.Equal(t, tt.window.Stats.HitRate(), rate)
			require.Equal(t, clock.Now(), tt.window.End)
		})
	}
}

func TestWindowsWithTheRealClockInABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tracker := metrics.NewTracker()
		users := tracker.Namespace("user")
		w := metrics.NewWindows(tracker)
		viewer := time.NewTicker(time.Second)
		defer viewer.Stop()
		for range 90 {
			users.RecordHits(3)
			users.RecordMiss()
			<-viewer.C
			w.Sample()
		}
		short := w.Over(users, metrics.ShortWindow)
		require.Equal(t, time.Minute, short.Span())
		require.InDelta(t, 4, short.RequestRate(), 1e-9)
		rate, ok := short.HitRate()
		require.True(t, ok)
		require.Equal(t, 0.75, rate)
		require.Equal(t, 90*time.Second, w.Recent(users).Long.Span(), "as much as there is")
	})
}

// A page that is read now and then, with nobody sampling between.
func TestWindowsAreHonestAboutGaps(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))

	r := w.Recent(users)
	require.True(t, r.Short.Empty(), "nothing to compare with yet")
	require.True(t, r.SinceStart.Empty())
	require.Zero(t, r.Short.RequestRate())
	_, ok := r.Short.HitRate()
	require.False(t, ok)

	clock.Advance(time.Microsecond)
	users.RecordHit()
	require.True(t, w.Recent(users).Short.Empty(), "a microsecond is no window")
	require.EqualValues(t, 1, w.Recent(users).SinceStart.Stats.Hits)

	clock.Advance(time.Hour)
	users.RecordHits(3600)
	r = w.Recent(users)
	require.True(t, r.Short.Empty(), "an hour is not sold as a minute")
	require.True(t, r.Long.Empty())
	require.EqualValues(t, 3601, r.SinceStart.Stats.Hits)

	clock.Advance(30 * time.Second)
	users.RecordHits(30)
	r = w.Recent(users) // the last read took a sample
	require.Equal(t, 30*time.Second, r.Short.Span())
	require.EqualValues(t, 30, r.Short.Stats.Hits)
	require.Equal(t, 30*time.Second, r.Long.Span())

	clock.Advance(-time.Minute)
	require.False(t, w.Sample(), "a clock that went back waits")
	require.True(t, w.Recent(users).Short.Span() >= 0)
}

func TestWindowsGoThroughResets(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now), metrics.WithSampledLatency())
	for _, reset := range []func(){func() {}, func() { tracker.Reset("user") }, tracker.ResetAll, func() {}} {
		users.RecordHits(5)
		users.RecordLatency(metrics.Hit, time.Millisecond)
		reset()
		clock.Advance(time.Second)
		w.Sample()
	}
	short := w.Over(users, time.Minute)
	require.EqualValues(t, 20, short.Stats.Hits)
	require.EqualValues(t, 4, short.Latency(metrics.Hit).Count)
}

func TestWindowsSeeNamespacesMadeLater(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	tracker.RecordHit("first")
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))
	clock.Advance(10 * time.Second)
	tracker.Namespace("a later one").RecordHits(7)
	tracker.Tier("first", "L1").RecordHits(2)
	later := w.Over(tracker.Namespace("a later one"), time.Minute)
	require.EqualValues(t, 7, later.Stats.Hits, "it had nothing when the window began")
	require.EqualValues(t, 2, w.Over(tracker.Tier("first", "L1"), time.Minute).Stats.Hits)
	require.Zero(t, w.Over(tracker.Namespace("first"), time.Minute).Stats.Hits)
}

func TestWindowsLatency(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now), metrics.WithSampledLatency())
	plain := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))
	for range 120 { // two minutes of fast hits, in the last of which misses are slow
		users.RecordLatency(metrics.Hit, time.Millisecond)
		if clock.Now().Sub(time.Unix(1_700_000_000, 0)) >= time.Minute {
			users.RecordLatency(metrics.Miss, time.Second)
		}
		clock.Advance(time.Second)
		w.Sample()
		plain.Sample()
	}
	r := w.Recent(users)
	require.EqualValues(t, 60, r.Short.Latency(metrics.Hit).Count)
	require.EqualValues(t, 60, r.Short.Latency(metrics.Miss).Count)
	require.EqualValues(t, 120, r.Long.Latency(metrics.Hit).Count)
	p99, ok := r.Short.Latency(metrics.Miss).Quantile(0.99)
	require.True(t, ok)
	require.InEpsilon(t, time.Second, p99, 0.032)
	require.Zero(t, r.Short.Latency(metrics.Outcome(99)).Count)
	require.Zero(t, plain.Over(users, time.Minute).Latency(metrics.Hit).Count, "kept only where asked for")
}

func TestWindowsPoints(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))
	for i := range 30 {
		users.RecordHits(i)
		clock.Advance(time.Second)
		w.Sample()
	}
	points := slices.Collect(w.Points(users, 10*time.Second))
	require.Len(t, points, 10)
	for i, p := range points {
		require.Equal(t, time.Second, p.Span())
		require.EqualValues(t, 20+i, p.Stats.Hits)
		if i > 0 {
			require.Equal(t, points[i-1].End, p.Start)
		}
	}
	for range w.Points(users, time.Minute) {
		break // leaving early is fine
	}
	require.Empty(t, slices.Collect(w.Points(nil, time.Minute)))
}

// The ring is bounded however often and however long it is fed, and what it keeps
// tells the whole story: the points add up to the window.
func TestWindowsAreBounded(t *testing.T) {
	for _, every := range []time.Duration{500 * time.Millisecond, time.Second, 1300 * time.Millisecond, 7 * time.Second, time.Minute} {
		t.Run(every.String(), func(t *testing.T) {
			clock := newHandClock()
			tracker := metrics.NewTracker()
			users := tracker.Namespace("user")
			w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))
			for range int(40 * time.Minute / every) {
				users.RecordHit()
				clock.Advance(every)
				require.True(t, w.Sample())
				require.False(t, w.Sample(), "not twice at one moment")
			}
			points, hits := 0, uint64(0)
			var spans time.Duration
			for p := range w.Points(users, time.Hour) {
				points++
				hits += p.Stats.Hits
				spans += p.Span()
			}
			require.LessOrEqual(t, points, 230)
			require.GreaterOrEqual(t, spans, 15*time.Minute)
			require.Less(t, spans, 15*time.Minute+2*max(every, 15*time.Second))
			require.EqualValues(t, spans/every, hits)
			for _, span := range []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute} {
				got := w.Over(users, span)
				require.InDelta(t, span, got.Span(), float64(max(every, 15*time.Second))/2, "%s", span)
				require.InDelta(t, 1/every.Seconds(), got.RequestRate(), 1e-9)
			}
		})
	}
}

func TestWindowsOfNothing(t *testing.T) {
	var none *metrics.Windows
	var zero metrics.Windows
	for name, w := range map[string]*metrics.Windows{"nil": none, "zero": &zero, "nil tracker": metrics.NewWindows(nil, nil, metrics.WithClock(nil))} {
		t.Run(name, func(t *testing.T) {
			n := metrics.NewTracker().Namespace("user")
			require.False(t, w.Sample())
			require.Equal(t, metrics.Recent{}, w.Recent(n))
			require.True(t, w.Over(n, time.Minute).Empty())
			require.Empty(t, slices.Collect(w.Points(n, time.Minute)))
		})
	}
	w := metrics.NewWindows(metrics.NewTracker())
	require.Equal(t, metrics.Recent{}, w.Recent(nil))
	require.Zero(t, metrics.Window{}.Rate(5))
}

// A size function may read windows, and the sampler is then not stuck with itself.
func TestWindowsReadBySizeFunction(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))
	users.AddSize(func() (int, int, bool) { w.Recent(users); return 5, 10, true })
	clock.Advance(time.Second)
	require.True(t, w.Sample())
	require.EqualValues(t, 5, w.Over(users, time.Minute).Stats.Entries)
}

func TestWindowsConcurrently(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now), metrics.WithSampledLatency())
	const workers, rounds = 4, 300
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() {
			n := tracker.Namespace(fmt.Sprint("n", worker))
			for range rounds {
				n.RecordHit()
				n.RecordLatency(metrics.Hit, time.Millisecond)
				clock.Advance(100 * time.Millisecond)
				r := w.Recent(n)
				if r.Long.Stats.Hits > rounds || r.Short.Stats.Hits > r.SinceStart.Stats.Hits {
					t.Errorf("windows of %s: %+v", n.Name(), r)
				}
				for p := range w.Points(n, time.Minute) {
					if p.Span() <= 0 {
						t.Errorf("point of %s", p.Span())
					}
				}
			}
		})
	}
	wg.Wait()
	for worker := range workers {
		require.EqualValues(t, rounds, w.Recent(tracker.Namespace(fmt.Sprint("n", worker))).SinceStart.Stats.Hits)
	}
}

// TestWindowsBeginNearWhereTheyShould: samples get rarer with age, but a window of any
// span begins within half their distance.
func TestWindowsBeginNearWhereTheyShould(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	users.RecordHit()
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now))
	for range 1200 {
		clock.Advance(time.Second)
		users.RecordHit()
		require.True(t, w.Sample())
	}
	for span := time.Second; span <= metrics.LongWindow; span += time.Second {
		slack := 7500 * time.Millisecond
		switch {
		case span <= metrics.ShortWindow:
			slack = 0
		case span <= metrics.MiddleWindow:
			slack = 2500 * time.Millisecond
		}
		got := w.Over(users, span)
		require.InDelta(t, span, got.Span(), float64(slack), "a window of %v", span)
		require.EqualValues(t, got.Span()/time.Second, got.Stats.Hits)
	}
}

// A latency is recorded after its lookup: a sample can fall in between.
func TestLatencyAfterTheSampleOfItsLookup(t *testing.T) {
	clock := newHandClock()
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	w := metrics.NewWindows(tracker, metrics.WithClock(clock.Now), metrics.WithSampledLatency())
	step := func() { clock.Advance(time.Second); require.True(t, w.Sample()) }
	users.RecordHit()
	step()
	for outcome := metrics.Hit; outcome <= metrics.Error; outcome++ {
		users.RecordLatency(outcome, time.Millisecond)
	}
	step()
	step()
	for span, want := range map[time.Duration]uint64{time.Second: 0, 2 * time.Second: 1, 3 * time.Second: 1} {
		for outcome := metrics.Hit; outcome <= metrics.Error; outcome++ {
			require.Equal(t, want, w.Over(users, span).Latency(outcome).Count, "%v over %v", outcome, span)
		}
	}
}
