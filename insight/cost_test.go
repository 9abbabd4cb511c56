package insight_test

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// subject is a wrapped cache, with its keys and something that listens or not.
type subject[K comparable] struct {
	name  string
	cache cache[K]
	keys  []K
	spent []float64 // ns a Get, by round
}

type cache[K comparable] interface {
	Get(K) (int, bool)
	Add(K, int) bool
}

// deaf counts like [lrumeter.Cache], and has no way to hand a key to anybody.
type deaf[K comparable] struct {
	*lru.Cache[K, int]
	namespace *metrics.Namespace
}

func (c *deaf[K]) Get(key K) (value int, ok bool) {
	value, ok = c.Cache.Get(key)
	if ok {
		c.namespace.RecordHit()
	} else {
		c.namespace.RecordMiss()
	}
	return value, ok
}

// newDeaf makes a subject that can't be listened to.
func newDeaf[K comparable](name string, keys []K) *subject[K] {
	s := newSubject(name, keys, nil)
	wrapped := s.cache.(*lrumeter.Cache[K, int])
	s.cache = &deaf[K]{wrapped.Cache, wrapped.Namespace()}
	return s
}

// newSubject makes a cache of 4096 entries whose every Get hits.
func newSubject[K comparable](name string, keys []K, attach func(*metrics.Tracker, *metrics.Namespace)) *subject[K] {
	tracker := metrics.NewTracker()
	namespace := tracker.Namespace("user")
	cache, err := lrumeter.New[K, int](4096, namespace)
	if err != nil {
		panic(err)
	}
	for i, key := range keys {
		cache.Add(key, i)
	}
	if attach != nil {
		attach(tracker, namespace)
	}
	return &subject[K]{name: name, cache: cache, keys: keys}
}

func (s *subject[K]) get(times int) {
	for i := range times {
		s.cache.Get(s.keys[i%len(s.keys)])
	}
}

const getsOfRound = 20_000

// interleave lets the subjects take turns, so that what else the machine does hits all
// of them alike.
func interleave[K comparable](rounds, goroutines int, subjects ...*subject[K]) {
	for range rounds {
		for _, s := range subjects {
			var wg sync.WaitGroup
			start := time.Now()
			for range goroutines {
				wg.Go(func() { s.get(getsOfRound) })
			}
			wg.Wait()
			s.spent = append(s.spent, float64(time.Since(start))/getsOfRound/float64(goroutines))
		}
	}
}

// quiet is the time of the quietest of a hundred rounds.
func (s *subject[K]) quiet() float64 {
	slices.Sort(s.spent)
	return s.spent[len(s.spent)/100]
}

// warmed attaches and sends what two million keys do, after which one key in 250 is
// sampled, and one lookup in 64.
func warmed[K comparable](key func(int) K) func(*metrics.Tracker, *metrics.Namespace) *insight.Insight {
	return func(tracker *metrics.Tracker, namespace *metrics.Namespace) *insight.Insight {
		ins := insight.Attach(tracker, insight.Options{})
		feed := metrics.NewKeyFeed[K](namespace)
		for i := range 20_000_000 {
			namespace.RecordHit()
			feed.Lookup(key(i%2_000_000+4096), metrics.Hit)
		}
		return ins
	}
}

// idle listens and does nothing: what is left is hashing the key and handing it over.
func idle(tracker *metrics.Tracker, _ *metrics.Namespace) {
	tracker.Observe(func(*metrics.Namespace) metrics.Observer { return silent{} })
}

type silent struct{ metrics.Observer }

func (silent) ObserveLookup(uint64, metrics.Outcome, uint64) bool { return false }

// BenchmarkCost reports what insight adds to a Get of a wrapped golang-lru, all measured
// in one run, in turns. Two goroutines share one cache.
func BenchmarkCost(b *testing.B) {
	benchmarkCost(b, "int", func(i int) int { return i })
	benchmarkCost(b, "string", func(i int) string { return strconv.Itoa(1_000_000_000 + i) })
}

func benchmarkCost[K comparable](b *testing.B, kind string, key func(int) K) {
	keys := make([]K, 4096)
	for i := range keys {
		keys[i] = key(i)
	}
	var subjects []*subject[K]
	for _, goroutines := range []int{1, 2} {
		b.Run(fmt.Sprint(kind, "/", goroutines), func(b *testing.B) {
			if subjects == nil {
				subjects = []*subject[K]{
					newSubject("wrapped", keys, nil),
					newDeaf("deaf", keys),
					newSubject("handed_over", keys, idle),
					newSubject("unsampled", keys, func(tracker *metrics.Tracker, namespace *metrics.Namespace) {
						insight.SampleNoMore(warmed(key)(tracker, namespace))
					}),
					newSubject("attached", keys, func(tracker *metrics.Tracker, namespace *metrics.Namespace) {
						warmed(key)(tracker, namespace)
					}),
				}
			}
			for _, s := range subjects {
				s.spent = nil
			}
			for b.Loop() {
				interleave(100, goroutines, subjects...)
			}
			wrapped := subjects[0].quiet()
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(wrapped, "wrapped-ns/Get")
			b.ReportMetric(wrapped-subjects[1].quiet(), "not_attached-added-ns")
			for _, s := range subjects[2:] {
				b.ReportMetric(s.quiet()-wrapped, s.name+"-added-ns")
			}
		})
	}
}

// BenchmarkCostOverOLTP replays the trace through two wrapped caches, one with insight
// attached, which take turns every 2000 requests. After a whole pass to warm up, each
// such part counts by the quietest of its passes.
func BenchmarkCostOverOLTP(b *testing.B) {
	var keys []string
	for _, key := range insight.Trace(b, "oltp") {
		keys = append(keys, strconv.FormatUint(key, 10))
	}
	attach := func(tracker *metrics.Tracker, _ *metrics.Namespace) { insight.Attach(tracker, insight.Options{}) }
	subjects := []*subject[string]{newSubject[string]("wrapped", nil, nil), newSubject[string]("attached", nil, attach)}
	pass := func() {
		for i, part := range slices.Collect(slices.Chunk(keys, 2000)) {
			for _, s := range subjects {
				start := time.Now()
				for _, key := range part {
					if _, ok := s.cache.Get(key); !ok {
						s.cache.Add(key, 1)
					}
				}
				if took := float64(time.Since(start)); i == len(s.spent) {
					s.spent = append(s.spent, took)
				} else {
					s.spent[i] = min(s.spent[i], took)
				}
			}
		}
	}
	pass()
	for _, s := range subjects {
		for i := range s.spent {
			s.spent[i] = math.Inf(1)
		}
	}
	for b.Loop() {
		for range 10 {
			pass()
		}
	}
	mean := func(s *subject[string]) (ns float64) {
		for _, took := range s.spent {
			ns += took / float64(len(keys))
		}
		return ns
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(mean(subjects[0]), "wrapped-ns/request")
	b.ReportMetric(mean(subjects[1])-mean(subjects[0]), "attached-added-ns")
}

// BenchmarkScaling has one and two goroutines count lookups and hand them over, with no
// cache in between, whose lock would hide what they cost one another. It reports how
// many times as many lookups two goroutines get done in the same time.
func BenchmarkScaling(b *testing.B) {
	for _, attached := range []bool{false, true} {
		b.Run(fmt.Sprintf("attached=%v", attached), func(b *testing.B) {
			tracker := metrics.NewTracker()
			namespace := tracker.Namespace("user")
			if attached {
				warmed(func(i int) int { return i })(tracker, namespace)
			}
			const lookups = 100_000
			round := func(goroutines int) float64 {
				var wg sync.WaitGroup
				start := time.Now()
				for g := range goroutines {
					wg.Go(func() {
						feed := metrics.NewKeyFeed[int](namespace)
						for i := range lookups {
							namespace.RecordHit()
							if feed.Active() {
								feed.Lookup((i*7+g*lookups/2)%50_000, metrics.Hit)
							}
						}
					})
				}
				wg.Wait()
				return float64(time.Since(start)) / float64(lookups*goroutines)
			}
			round(2)
			namespace.Stats() // whoever reads after goroutines have met makes stripes
			quietest := [3]float64{1: math.Inf(1), 2: math.Inf(1)}
			for b.Loop() {
				for range 100 {
					for goroutines := 1; goroutines <= 2; goroutines++ {
						quietest[goroutines] = min(quietest[goroutines], round(goroutines))
					}
				}
			}
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(quietest[1], "1-ns/lookup")
			b.ReportMetric(quietest[2], "2-ns/lookup")
			b.ReportMetric(quietest[1]/quietest[2], "speedup")
		})
	}
}
