package benchmarks

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
)

var groups = []group{
	record, byName, byManyNames, latency, getLRU, getExpirable, getOtter,
	hookSingle, hookPipeline, miniredisSingle, miniredisPipeline, redisSingle, redisPipeline,
	readAll,
}

// TestSubjectsCountWhatTheyClaim runs every subject at every number of goroutines: a
// figure is worth nothing if the work was not done.
func TestSubjectsCountWhatTheyClaim(t *testing.T) {
	for _, g := range groups {
		total := 2000
		if g.slow {
			total = 20
		}
		for _, s := range g.subjects {
			t.Run(g.name+"/"+s.name, func(t *testing.T) {
				for _, n := range g.goroutines {
					r := s.prepare(t)
					times := g.each(total, n)
					require.GreaterOrEqual(t, n*times, total)
					together(n, times, r.worker, func() {})
					if r.counted != nil {
						require.EqualValues(t, n*times, r.counted(), "%d goroutines", n)
					} else {
						require.False(t, s.ours, "ours counts")
					}
				}
			})
		}
	}
}

// TestOursAllocatesNothing holds for what we add to a call; a client that talks to a
// server allocates by itself.
func TestOursAllocatesNothing(t *testing.T) {
	ours := 0
	for _, g := range []group{record, byName, byManyNames, latency, getLRU, getExpirable, getOtter, hookSingle, hookPipeline} {
		for _, s := range g.subjects {
			if !s.ours {
				continue
			}
			ours++
			work := s.prepare(t).worker()
			// The count is the whole process's: clients of other tests may still be at work.
			least := math.Inf(1)
			for tries := 0; tries < 5 && least > 0; tries++ {
				least = min(least, testing.AllocsPerRun(20, func() { work(g.each(1000, 1)) }))
			}
			require.Zero(t, least, "%s/%s", g.name, s.name)
		}
	}
	require.NotZero(t, ours)
}
