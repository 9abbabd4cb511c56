package metrics_test

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// journal writes down what it is told.
type journal struct {
	mu     sync.Mutex
	events []string
	names  map[uint64]string
	want   bool
	draws  []uint64
}

func (j *journal) add(what string, key uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.names == nil {
		j.names = make(map[uint64]string)
	}
	if _, known := j.names[key]; !known {
		j.names[key] = fmt.Sprintf("key %d", len(j.names))
	}
	j.events = append(j.events, what+" "+j.names[key])
}

func (j *journal) ObserveLookup(key uint64, outcome metrics.Outcome, draw uint64) bool {
	j.add(outcome.String(), key)
	j.draws = append(j.draws, draw)
	return j.want
}
func (j *journal) ObserveSet(key uint64, ttl time.Duration) { j.add("set for "+ttl.String(), key) }
func (j *journal) ObserveDelete(key uint64)                 { j.add("delete", key) }
func (j *journal) ObserveEviction(key uint64)               { j.add("eviction", key) }
func (j *journal) ObserveExpiration(key uint64)             { j.add("expiration", key) }
func (j *journal) ObserveName(key uint64, name string)      { j.add("name "+name, key) }
func (j *journal) on(*metrics.Namespace) metrics.Observer   { return j }
func (j *journal) onlyUser(n *metrics.Namespace) metrics.Observer {
	if n.Name() == "user" {
		return j
	}
	return nil
}

func TestFeedHandsOverWhatHappens(t *testing.T) {
	tracker := metrics.NewTracker()
	var j journal
	feed := metrics.NewKeyFeed[string](tracker.Namespace("user"))
	feed.Lookup("before", metrics.Hit)
	require.False(t, feed.Active())
	stop := tracker.Observe(j.on)
	require.True(t, feed.Active())
	feed.Lookup("a", metrics.Miss)
	feed.Set("a", time.Minute)
	feed.Lookup("b", metrics.Error)
	feed.Lookup("a", metrics.Hit)
	feed.Delete("a")
	feed.Eviction("b")
	feed.Expiration("b")
	stop()
	stop()
	feed.Lookup("after", metrics.Hit)
	require.Equal(t, []string{
		"miss key 0", "set for 1m0s key 0", "error key 1", "hit key 0",
		"delete key 0", "eviction key 1", "expiration key 1",
	}, j.events)
}

func TestFeedGivesNamesOnlyWhereWanted(t *testing.T) {
	type id string
	tracker := metrics.NewTracker()
	j := journal{want: true}
	tracker.Observe(j.on)
	namespace := tracker.Namespace("user")
	words, ids, numbers, small, pairs := metrics.NewKeyFeed[string](namespace), metrics.NewKeyFeed[id](namespace),
		metrics.NewKeyFeed[int](namespace), metrics.NewKeyFeed[uint8](namespace), metrics.NewKeyFeed[[2]int](namespace)
	words.Lookup("a", metrics.Hit)
	ids.Lookup("b", metrics.Hit)
	numbers.Lookup(-7, metrics.Hit)
	small.Lookup(200, metrics.Hit)
	pairs.Lookup([2]int{1, 2}, metrics.Hit)
	require.Equal(t, []string{
		"hit key 0", "name a key 0", "hit key 1", "name b key 1", "hit key 2", "name -7 key 2",
		"hit key 3", "name 200 key 3", "hit key 4", "name [1 2] key 4",
	}, j.events)
}

// A cache that is no map can hold a key that cannot be hashed: it is served, and
// not told of.
func TestFeedNeverPanics(t *testing.T) {
	type box struct{ inside any }
	tracker := metrics.NewTracker()
	var j journal
	tracker.Observe(j.on)
	anything := metrics.NewKeyFeed[any](tracker.Namespace("user"))
	boxes := metrics.NewKeyFeed[[1]box](tracker.Namespace("user"))
	anything.Lookup([]int{1}, metrics.Hit)
	anything.Set([]int{1}, 0)
	anything.Delete(map[string]int{})
	boxes.Eviction([1]box{{inside: func() {}}})
	anything.Lookup("fine", metrics.Hit)
	boxes.Lookup([1]box{{inside: 1}}, metrics.Miss)
	require.Equal(t, []string{"hit key 0", "miss key 1"}, j.events)

	var nobody metrics.KeyFeed[string]
	nobody.Lookup("a", metrics.Hit)
	nobody.Set("a", 0)
	require.False(t, nobody.Active())
	require.Nil(t, (*metrics.Namespace)(nil).Observer())
	(*metrics.Tracker)(nil).Observe(j.on)()
	tracker.Observe(nil)()
}

func TestObserveReachesOldAndNewNamespaces(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(4))
	tell := func(n *metrics.Namespace) {
		feed := metrics.NewKeyFeed[int](n)
		feed.Lookup(1, metrics.Hit)
	}
	old := tracker.Namespace("old")
	var all, user journal
	stopAll := tracker.Observe(all.on)
	stopUser := tracker.Observe(user.onlyUser)
	tell(old)
	tell(tracker.Namespace("user"))
	tell(tracker.Tier("user", "L1"))
	tell(tracker.Namespace("new"))
	tell(tracker.Namespace("beyond the limit"))
	require.Equal(t, metrics.Overflow, tracker.Namespace("beyond the limit").Name())
	require.Len(t, all.events, 3)
	require.Len(t, user.events, 2)

	stopUser()
	require.Nil(t, tracker.Namespace("user").Observer(), "the one that was replaced does not come back")
	tell(old)
	require.Len(t, all.events, 4)
	stopAll()
	tell(old)
	require.Len(t, all.events, 4)
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
				new := &journal{}
				tracker.Observe(new.on)()
			}
		})
	}
	wg.Wait()
	for _, n := range tracker.Namespaces() {
		require.Nil(t, n.Observer(), n.Name())
	}
}

func TestEachCountedLookupDrawsAnew(t *testing.T) {
	tracker := metrics.NewTracker()
	var j journal
	tracker.Observe(j.on)
	namespace := tracker.Namespace("user")
	feed := metrics.NewKeyFeed[string](namespace)
	seen := make(map[uint64]bool)
	for i := range 100 {
		outcome := metrics.Outcome(i % 2)
		namespace.RecordOutcome(outcome, 1)
		feed.Lookup("a", outcome)
		require.False(t, seen[j.draws[i]])
		seen[j.draws[i]] = true
	}
}

// silent listens and does nothing, so that what remains is the feed's own cost.
type silent struct{}

func (silent) ObserveLookup(uint64, metrics.Outcome, uint64) bool { return false }
func (silent) ObserveSet(uint64, time.Duration)                   {}
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
// caller's own code, not a call.
func TestFeedInlines(t *testing.T) {
	out, err := exec.Command("go", "build", "-o", os.DevNull, "-gcflags=-m", "./testdata/inlines").CombinedOutput()
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
