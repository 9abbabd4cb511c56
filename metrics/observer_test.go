package metrics_test

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/internal/journal"
	"github.com/cachemeter/cachemeter/metrics"
)

func TestFeedHandsOverWhatHappens(t *testing.T) {
	tracker := metrics.NewTracker()
	feed := metrics.NewKeyFeed[string](tracker.Namespace("user"))
	feed.Lookup("before", metrics.Hit)
	require.False(t, feed.Active())
	j, stop := journal.Of(tracker)
	require.True(t, feed.Active())
	feed.Lookup("a", metrics.Miss)
	feed.Set("a", time.Minute)
	feed.TTL("a", time.Second)
	feed.Lookup("b", metrics.Error)
	feed.Lookup("a", metrics.OutcomeOf(true))
	feed.Delete("a")
	feed.Eviction("b")
	feed.Expiration("b")
	stop()
	stop()
	feed.Lookup("after", metrics.Hit)
	require.Equal(t, []string{
		"miss a", "set for 1m0s a", "ttl of 1s a", "error b", "hit a", "delete a", "eviction b", "expiration b",
	}, j.Take())
}

func TestNamesOfKeysOfEveryKind(t *testing.T) {
	type id string
	tracker := metrics.NewTracker()
	j, _ := journal.Of(tracker)
	namespace := tracker.Namespace("user")
	words, ids, numbers, wide, small, pairs := metrics.NewKeyFeed[string](namespace), metrics.NewKeyFeed[id](namespace),
		metrics.NewKeyFeed[int](namespace), metrics.NewKeyFeed[int64](namespace), metrics.NewKeyFeed[uint8](namespace), metrics.NewKeyFeed[[2]int](namespace)
	words.Lookup("a", metrics.Hit)
	ids.Lookup("b", metrics.Hit)
	numbers.Lookup(-7, metrics.Hit)
	wide.Lookup(1<<40, metrics.Hit)
	small.Lookup(200, metrics.Hit)
	pairs.Lookup([2]int{1, 2}, metrics.Hit)
	require.Equal(t, []string{"hit a", "hit b", "hit -7", "hit 1099511627776", "hit 200", "hit [1 2]"}, j.Take())
}

// Caches of one namespace tell of the same key as the same, whatever they call its type.
func TestNamedTypesHashAlike(t *testing.T) {
	type (
		name   string
		number int64
	)
	tracker := metrics.NewTracker()
	var seen []uint64
	tracker.Observe(func(*metrics.Namespace) metrics.Observer { return hashes{seen: &seen} })
	namespace := tracker.Namespace("user")
	strings, names := metrics.NewKeyFeed[string](namespace), metrics.NewKeyFeed[name](namespace)
	wide, numbers, unsigned := metrics.NewKeyFeed[int64](namespace), metrics.NewKeyFeed[number](namespace), metrics.NewKeyFeed[uint64](namespace)
	for _, key := range []string{"", "a", "user:1"} {
		seen = nil
		strings.Lookup(key, metrics.Hit)
		names.Lookup(name(key), metrics.Hit)
		require.Equal(t, []uint64{seen[0], seen[0]}, seen, key)
	}
	for _, key := range []int64{0, 1, 1 << 40} {
		seen = nil
		wide.Lookup(key, metrics.Hit)
		numbers.Lookup(number(key), metrics.Hit)
		unsigned.Lookup(uint64(key), metrics.Hit)
		require.Equal(t, []uint64{seen[0], seen[0], seen[0]}, seen, key)
	}
}

type hashes struct {
	metrics.Observer
	seen *[]uint64
}

func (h hashes) ObserveLookup(key uint64, _ metrics.Outcome, _ uint64) bool {
	*h.seen = append(*h.seen, key)
	return false
}

// A cache that is no map can hold a key that cannot be hashed: it is served, and
// not told of.
func TestFeedNeverPanics(t *testing.T) {
	type box struct{ inside any }
	tracker := metrics.NewTracker()
	j, _ := journal.Of(tracker)
	anything := metrics.NewKeyFeed[any](tracker.Namespace("user"))
	boxes := metrics.NewKeyFeed[[1]box](tracker.Namespace("user"))
	anything.Lookup([]int{1}, metrics.Hit)
	anything.Set([]int{1}, 0)
	anything.Delete(map[string]int{})
	boxes.Eviction([1]box{{inside: func() {}}})
	anything.Lookup("fine", metrics.Hit)
	boxes.Lookup([1]box{{inside: 1}}, metrics.Miss)
	require.Equal(t, []string{"hit fine", "miss [{1}]"}, j.Take())

	var nobody metrics.KeyFeed[string]
	nobody.Lookup("a", metrics.Hit)
	nobody.Set("a", 0)
	require.False(t, nobody.Active())
	require.Nil(t, (*metrics.Namespace)(nil).Observer())
	(*metrics.Tracker)(nil).Observe(j.On)()
	tracker.Observe(nil)()
}

func TestObserveReachesOldAndNewNamespaces(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(4))
	tell := func(n *metrics.Namespace) {
		feed := metrics.NewKeyFeed[int](n)
		feed.Lookup(1, metrics.Hit)
	}
	old := tracker.Namespace("old")
	all, stopAll := journal.Of(tracker)
	stopUser := tracker.Observe(func(n *metrics.Namespace) metrics.Observer {
		if n.Name() != "user" {
			return nil
		}
		return all
	})
	tell(old)
	tell(tracker.Namespace("user"))
	tell(tracker.Tier("user", "L1"))
	tell(tracker.Namespace("new"))
	tell(tracker.Namespace("beyond the limit"))
	require.Equal(t, metrics.Overflow, tracker.Namespace("beyond the limit").Name())
	require.Len(t, all.Take(), 5)

	stopUser()
	tell(tracker.Tier("old", "added after one stopped"))
	require.Len(t, all.Take(), 1)
	require.Nil(t, tracker.Namespace("user").Observer(), "the one that was replaced does not come back")
	tell(old)
	require.Len(t, all.Take(), 1)
	stopAll()
	tell(old)
	require.Empty(t, all.Take())
	require.Nil(t, tracker.Namespace(metrics.Overflow).Observer())
}

func TestObserveBesideWritersAndStops(t *testing.T) {
	tracker := metrics.NewTracker()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 200 {
				feed := metrics.NewKeyFeed[int](tracker.Namespace(fmt.Sprint(g, i)))
				feed.Lookup(i, metrics.Hit)
			}
		})
		wg.Go(func() {
			for range 50 {
				_, stop := journal.Of(tracker)
				stop()
			}
		})
	}
	wg.Wait()
	for _, n := range tracker.Namespaces() {
		require.Nil(t, n.Observer(), n.Name())
	}
}

// TestEachCountedLookupDrawsAnew, on stacks of every depth: the counters of a namespace
// are several once goroutines have met, and which one counts depends on the stack.
func TestEachCountedLookupDrawsAnew(t *testing.T) {
	for _, stripes := range []int{1, 32} {
		tracker := metrics.NewTracker()
		j, _ := journal.Of(tracker)
		namespace := tracker.Namespace("user")
		if stripes > 1 {
			metrics.MakeStripes(namespace, stripes)
		}
		feed := metrics.NewKeyFeed[string](namespace)
		var deeper func(depth int)
		deeper = func(depth int) {
			var frame [40]byte
			before := len(j.Draws())
			for i := range 4 {
				outcome := metrics.Outcome(i % 2)
				namespace.RecordOutcome(outcome, 1)
				feed.Lookup("a", outcome)
			}
			draws := j.Draws()[before:]
			require.Len(t, draws, 4)
			require.Len(t, slices.Compact(slices.Sorted(slices.Values(draws))), 4, "at depth %d: %v", depth, draws)
			if depth < 200 {
				deeper(depth + 1)
			}
			frame[0]++
		}
		deeper(0)
	}
}

// silent listens and does nothing, so that what remains is the feed's own cost.
type silent struct{}

func (silent) ObserveLookup(uint64, metrics.Outcome, uint64) bool { return false }
func (silent) ObserveSet(uint64, time.Duration)                   {}
func (silent) ObserveTTL(uint64, time.Duration)                   {}
func (silent) ObserveDelete(uint64)                               {}
func (silent) ObserveEviction(uint64)                             {}
func (silent) ObserveExpiration(uint64)                           {}
func (silent) ObserveName(uint64, string)                         {}

func TestFeedDoesNotAllocate(t *testing.T) {
	type pair struct {
		name string
		id   int
		at   *int
	}
	tracker := metrics.NewTracker()
	tracker.Observe(func(*metrics.Namespace) metrics.Observer { return silent{} })
	namespace := tracker.Namespace("user")
	words, pairs, anything := metrics.NewKeyFeed[string](namespace), metrics.NewKeyFeed[pair](namespace), metrics.NewKeyFeed[any](namespace)
	key, boxed := pair{"a", 1, new(int)}, any("a")
	require.Zero(t, testing.AllocsPerRun(100, func() {
		words.Lookup("a", metrics.Hit)
		words.Set("a", time.Second)
		words.Delete("a")
		pairs.Lookup(key, metrics.Miss)
		pairs.Eviction(key)
		anything.Lookup(boxed, metrics.Hit)
	}))
}

// TestFeedInlines: what a cache pays that nobody listens to is the load in the
// caller's own code, not a call. On 32 bits it may be a call.
func TestFeedInlines(t *testing.T) {
	build := exec.Command("go", "build", "-o", os.DevNull, "-gcflags=-m", "./testdata/inlines")
	build.Env = append(os.Environ(), "GOARCH=amd64")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, call := range []string{"metrics.(*KeyFeed[go.shape.string]).Active", "metrics.(*Namespace).Observer"} {
		require.True(t, strings.Contains(string(out), "inlining call to "+call), call)
	}
}

func BenchmarkFeed(b *testing.B) {
	for _, attached := range []bool{false, true} {
		b.Run(fmt.Sprintf("attached=%v", attached), func(b *testing.B) {
			tracker := metrics.NewTracker()
			if attached {
				tracker.Observe(func(*metrics.Namespace) metrics.Observer { return silent{} })
			}
			feed := metrics.NewKeyFeed[uint64](tracker.Namespace("user"))
			b.ReportAllocs()
			key := uint64(0)
			for b.Loop() {
				key++
				if feed.Active() {
					feed.Lookup(key, metrics.Hit)
				}
			}
		})
	}
}
