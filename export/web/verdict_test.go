package web

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// scene is a namespace that lives through seconds, watched or not.
type scene struct {
	*metrics.Namespace
	o *observer
}

func newScene() scene {
	tracker := metrics.NewTracker()
	n := tracker.Namespace("user")
	return scene{n, newObserver(tracker, options{windows: metrics.NewWindows(tracker, metrics.WithSampledLatency())})}
}

// live lets seconds pass, each with what happens in it.
func (s scene) live(seconds int, watched bool, each func()) {
	for range seconds {
		each()
		time.Sleep(time.Second)
		if watched {
			s.o.windows.Sample()
			s.look()
		}
	}
}

func (s scene) look() observation { return s.o.observe(subject{name: "user", whole: s.Namespace}) }

func TestVerdicts(t *testing.T) {
	well := func(s scene) { s.RecordHits(90); s.RecordMisses(10) }
	for _, c := range []struct {
		name    string
		then    func(s scene)
		level   level
		reason  reason
		message string
	}{
		{"as before", well, levelOK, "", "works as usual"},
		{"a little worse", func(s scene) { s.RecordHits(85); s.RecordMisses(15) }, levelOK, "", "works as usual"},
		{"nothing happens", func(scene) {}, levelIdle, "", "no requests"},
		{"half as many hits", func(s scene) { s.RecordHits(60); s.RecordMisses(40) }, levelDegraded, reasonHitRate, "hit rate 60 %, usually 90 %"},
		{"hardly a hit", func(s scene) { s.RecordHits(2); s.RecordMisses(98) }, levelFailing, reasonHitRate, "hit rate 2.0 %, usually 90 %"},
		{"too few to tell", func(s scene) { s.RecordMiss() }, levelOK, "", "works as usual"},
		{"some errors", func(s scene) { well(s); s.RecordFailures(metrics.TimeoutError, 3) }, levelDegraded, reasonErrors, "2.9 % of operations fail, mostly timeout"},
		{"errors alone", func(s scene) { s.RecordErrors(50) }, levelFailing, reasonErrors, "100 % of operations fail"},
		{"one error in a thousand", func(s scene) { s.RecordHits(900); s.RecordMisses(100); s.RecordError() }, levelOK, "", "works as usual"},
		{"loads fail", func(s scene) { well(s); s.RecordLoadSuccess(1); s.RecordLoadFailure(1) }, levelFailing, reasonLoads, "50 % of loads from the origin fail"},
		{"some loads fail", func(s scene) {
			well(s)
			for range 9 {
				s.RecordLoadSuccess(1)
			}
			s.RecordLoadFailure(1)
		}, levelDegraded, reasonLoads, "10 % of loads from the origin fail"},
		{"hits are slow", func(s scene) {
			well(s)
			for range 10 {
				s.RecordLatency(metrics.Hit, 20*time.Millisecond)
			}
		}, levelDegraded, reasonSlow, "a hit takes 20.4ms, usually 999µs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene()
				require.Equal(t, levelNoData, s.look().level)
				s.live(300, true, func() {
					well(s)
					for range 10 {
						s.RecordLatency(metrics.Hit, time.Millisecond)
					}
				})
				require.Equal(t, levelOK, s.look().level)
				s.live(11, true, func() { c.then(s) })
				x := s.look()
				require.Equal(t, c.level, x.level, x.message)
				require.Equal(t, c.reason, x.reason)
				require.Equal(t, c.message, x.message)
			})
		})
	}
}

func TestACacheThatNeverHits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene()
		s.live(5, true, func() { s.RecordMisses(10) })
		require.Equal(t, levelOK, s.look().level, "it may be warming up")
		s.live(20, true, func() { s.RecordMisses(10) })
		x := s.look()
		require.Equal(t, levelFailing, x.level)
		require.Equal(t, reasonNoHits, x.reason)
	})
}

// TestSinceWhen breaks a cache at a known moment, in the ways a cache breaks.
func TestSinceWhen(t *testing.T) {
	well := func(s scene) func() { return func() { s.RecordHits(90); s.RecordMisses(10); s.RecordLoadSuccess(1) } }
	ways := map[string]func(s scene) func(){
		"errors":   func(s scene) func() { return func() { s.RecordErrors(100) } },
		"hit rate": func(s scene) func() { return func() { s.RecordMisses(100) } },
		"loads":    func(s scene) func() { return func() { s.RecordHits(90); s.RecordLoadFailure(1) } },
	}
	for name, breaks := range ways {
		t.Run(name+", watched", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene()
				s.live(600, true, well(s))
				broke := time.Now()
				s.live(45, true, breaks(s))
				x := s.look()
				require.True(t, x.bad())
				require.InDelta(t, 0, x.since.Sub(broke).Seconds(), 2, "%v", x.since.Sub(broke))
				require.False(t, x.earlier)
			})
		})
		t.Run(name+", sampled but not watched", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene()
				sampled := func(each func()) func() { return func() { each(); s.o.windows.Sample() } }
				s.live(600, false, sampled(well(s)))
				broke := time.Now()
				s.live(300, false, sampled(breaks(s)))
				x := s.look()
				require.True(t, x.bad(), x.message)
				require.InDelta(t, 0, x.since.Sub(broke).Seconds(), 16, "%v: samples of that age are 15 s apart", x.since.Sub(broke))
				require.False(t, x.earlier)
			})
		})
		t.Run(name+", nobody looked", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene()
				s.live(600, false, well(s))
				s.live(300, false, breaks(s))
				s.look()
				s.live(4, true, breaks(s))
				x := s.look()
				require.True(t, x.bad(), x.message)
				require.True(t, x.earlier, "it cannot know when it began")
			})
		})
	}
}

func TestTroubleThatPausesHasOneBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene()
		well := func() { s.RecordHits(100) }
		s.live(120, true, well)
		broke := time.Now()
		s.live(20, true, func() { s.RecordErrors(100) })
		s.live(20, true, well)
		s.live(20, true, func() { s.RecordErrors(100) })
		require.InDelta(t, 0, s.look().since.Sub(broke).Seconds(), 2)
		s.live(60, true, well)
		require.Equal(t, levelOK, s.look().level)
		require.True(t, s.look().since.IsZero(), "it is over")
	})
}

func TestCost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene()
		s.live(600, true, func() { s.RecordHits(90); s.RecordMisses(10) })
		s.live(70, true, func() {
			s.RecordHits(40)
			s.RecordMisses(60)
			s.RecordErrors(25)
			s.RecordLatency(metrics.Hit, 2*time.Millisecond)
			s.RecordLatency(metrics.Miss, 2*time.Millisecond)
			s.RecordLatency(metrics.Error, 100*time.Millisecond)
			s.RecordLoadSuccess(48 * time.Millisecond)
		})
		c := s.look().cost
		require.True(t, c.missKnown)
		require.InDelta(t, 0.050, c.miss, 1e-9)
		require.InDelta(t, 60*0.050+25*0.100, c.waiting, 1e-6)
		require.InDelta(t, 0.2, c.errorShare, 1e-9)
		require.InDelta(t, 40*0.048, c.saved, 1e-6)
		require.InDelta(t, 50, c.extraMisses, 1)
		require.InDelta(t, 2.5, c.extraWaiting, 0.05)
	})
}

func TestCostIsUnknownWhereNobodyMeasures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene()
		s.live(30, true, func() { s.RecordHits(40); s.RecordMisses(60) })
		c := s.look().cost
		require.False(t, c.missKnown)
		require.False(t, c.savedKnown)
	})
}

func TestWordsForNumbers(t *testing.T) {
	for x, want := range map[float64]string{0: "0 %", 1: "100 %", 0.0004: "under 0.1 %", 0.0123: "1.2 %", 0.0999: "10 %", 0.5: "50 %", 0.9996: "100.0 %", 0.997: "99.7 %"} {
		require.Equal(t, want, percent(x), "%v", x)
	}
	for d, want := range map[time.Duration]string{0: "0s", 999: "999ns", 1234567: "1.23ms", 12345678: "12.3ms", time.Hour: "1h0m0s"} {
		require.Equal(t, want, short(d).String())
	}
}
