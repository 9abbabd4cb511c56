package insight

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestCurveWithTTLsAndDeletes holds the curve against brute-force simulations of eight
// sizes each. The real cache, whose outcomes the analysis is told, is one of them.
func TestCurveWithTTLsAndDeletes(t *testing.T) {
	const keys = 20_000
	mixed := func(key uint64) uint32 { return []uint32{0, 2_000, 20_000, 100_000}[hashed(key, 99)%4] }
	same := func(ttl uint32) func(uint64) uint32 { return func(uint64) uint32 { return ttl } }
	for _, tc := range []struct {
		name                      string
		ttl                       func(key uint64) uint32
		writes, deletes, renewals float64
	}{
		{"no TTL", same(0), 0, 0, 0},
		{"one TTL for all", same(30_000), 0, 0, 0},
		{"short TTL", same(5_000), 0, 0, 0},
		{"TTL by key", mixed, 0, 0, 0},
		{"rewritten before its time", same(30_000), 0.05, 0, 0},
		{"deletes", same(0), 0, 0.05, 0},
		{"everything", mixed, 0.05, 0.05, 0},
		{"given another time now and then", same(5_000), 0, 0, 0.05},
		{"given another time often", same(5_000), 0, 0, 0.2},
	} {
		for _, skew := range []float64{0.7, 1.0} {
			t.Run(fmt.Sprintf("%s, Zipf %v", tc.name, skew), func(t *testing.T) {
				t.Parallel()
				random := rand.New(rand.NewPCG(1, 2))
				lookups := 0
				var requests []request
				for i, key := range zipfKeys(lookupsOfTTLTest, keys, skew, 5) {
					r := request{key: key, at: uint64(i / 2), ttl: tc.ttl(key)}
					switch x := random.Float64(); {
					case x < tc.writes:
						r.what = set
					case x < tc.writes+tc.deletes:
						r.what = deletion
					case x < tc.writes+tc.deletes+tc.renewals:
						r.what = renewal
					default:
						lookups++
					}
					requests = append(requests, r)
				}
				var caches []*expiringLRU
				for _, size := range []int{500, 1000, 2000, 4000, 8000, 12_000, 16_000, keys} {
					caches = append(caches, newExpiringLRU(size))
				}
				a := newAnalysis(8192)
				for _, r := range requests {
					for n, c := range caches {
						held := c.entries[r.key] != nil
						hits := c.serve(r)
						if n == 2 && (r.what != renewal || held) {
							a.observe(r, hits)
						}
					}
				}
				curve := a.curve(float64(lookups))
				for _, c := range caches {
					want := float64(c.hits) / float64(lookups)
					got, ok := curve.At(uint64(c.size))
					require.True(t, ok)
					t.Logf("size %5d: %.4f, by simulation %.4f", c.size, got, want)
					require.InDelta(t, want, got, 0.02, "size %d", c.size)
				}
				require.Less(t, a.reuse.unknown, 0.01*float64(lookups))
			})
		}
	}
}

// observe tells of a request as a wrapper does.
func (a *analysis) observe(r request, hits bool) {
	e := event{hash: hashed(r.key, 11), kind: r.what, ttl: r.ttl}
	if r.what == hit && !hits {
		e.kind = miss
	}
	a.take(e, uint32(r.at))
	if e.kind == miss {
		e.kind = set
		a.take(e, uint32(r.at))
	}
}

// TestTimesGivenLaterAreThoseGivenAtOnce writes every value without a time and gives it
// one after, as HSET and EXPIRE do.
func TestTimesGivenLaterAreThoseGivenAtOnce(t *testing.T) {
	atOnce, later := newAnalysis(512), newAnalysis(512)
	for i, key := range zipfKeys(200_000, 2_000, 0.9, 5) {
		now, hash := uint32(i), hashed(key, 11)
		for a, apart := range map[*analysis]bool{&atOnce: false, &later: true} {
			slot, known := a.sample.index.find(hash)
			held := known && a.sample.entries[slot].state == present && now-a.sample.entries[slot].written < 3_000
			if held {
				a.take(event{hash: hash, kind: hit}, now)
				continue
			}
			a.take(event{hash: hash, kind: miss}, now)
			if apart {
				a.take(event{hash: hash, kind: set}, now)
				a.take(event{hash: hash, kind: renewal, ttl: 3_000}, now)
			} else {
				a.take(event{hash: hash, kind: set, ttl: 3_000}, now)
			}
		}
	}
	require.Equal(t, atOnce.curve(200_000), later.curve(200_000))
	require.Equal(t, atOnce.fates, later.fates)
	require.NotZero(t, later.fates.misses[Expired])
}

func (a *analysis) curve(lookups float64) Curve {
	c := Curve{Samples: a.judged, Rate: 1 / a.sample.weight, Keys: uint64(math.Round(float64(a.lookedUp()) * a.sample.weight))}
	c.draw(&a.reuse, lookups)
	return c
}
