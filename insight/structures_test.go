package insight

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestHeapAgainstSorting puts, moves and removes at random, and asks for the least.
func TestHeapAgainstSorting(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	ranks := make([]int, 64)
	h := &heap{before: func(a, b uint16) bool { return ranks[a] < ranks[b] }}
	h.grow(len(ranks))
	in := map[uint16]bool{}
	for range 20_000 {
		slot := uint16(random.IntN(len(ranks)))
		if random.IntN(3) == 0 {
			h.remove(slot)
			delete(in, slot)
		} else {
			ranks[slot] = random.IntN(1000)
			h.put(slot)
			in[slot] = true
		}
		top, ok := h.top()
		require.Equal(t, len(in) > 0, ok)
		for slot := range in {
			require.LessOrEqual(t, ranks[top], ranks[slot])
		}
		require.True(t, !ok || in[top])
	}
}

// TestIndexAgainstMap uses few hashes, so that slots collide all the time.
func TestIndexAgainstMap(t *testing.T) {
	random := rand.New(rand.NewPCG(2, 2))
	const slots = 64
	hashes := make([]uint64, slots)
	x := &index{hashOf: func(slot uint16) uint64 { return hashes[slot] }}
	_, found := x.find(1)
	require.False(t, found)
	x.grow(slots, 0)
	model := map[uint64]uint16{}
	free := make([]uint16, slots)
	for i := range free {
		free[i] = uint16(i)
	}
	for range 50_000 {
		hash := random.Uint64N(200) * 0x40000000000003
		slot, known := model[hash]
		switch {
		case known && random.IntN(2) == 0:
			x.remove(slot)
			delete(model, hash)
			free = append(free, slot)
		case !known && len(free) > 0:
			slot = free[len(free)-1]
			free = free[:len(free)-1]
			hashes[slot] = hash
			x.put(slot)
			model[hash] = slot
		}
		probe := random.Uint64N(200) * 0x40000000000003
		got, found := x.find(probe)
		want, known := model[probe]
		require.Equal(t, known, found)
		if known {
			require.Equal(t, want, got)
		}
	}
}

// TestRecencyAgainstList counts by walking a list, through many renumberings.
func TestRecencyAgainstList(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	const slots = 32
	places := make([]uint32, slots)
	lapsed := make([]bool, slots)
	r := &recency{moved: func(slot uint16, place uint32) bool {
		places[slot] = place
		return lapsed[slot]
	}}
	r.grow(slots / 2)
	r.grow(slots)
	var order []uint16 // the latest last
	for range 50_000 {
		slot := uint16(random.IntN(slots))
		at := slices.Index(order, slot)
		switch {
		case at >= 0 && !lapsed[slot] && random.IntN(8) == 0:
			r.lapse(places[slot])
			lapsed[slot] = true
		default:
			if at >= 0 {
				r.remove(places[slot], lapsed[slot])
				order = slices.Delete(order, at, at+1)
			}
			lapsed[slot] = false
			if random.IntN(4) > 0 {
				places[slot] = r.push(slot)
				order = append(order, slot)
			}
		}
		past := 0
		for i, slot := range slices.Backward(order) {
			require.Equal(t, len(order)-1-i, r.all.after(places[slot]))
			if r.past.total > 0 {
				require.Equal(t, past, r.past.after(places[slot]))
			}
			if lapsed[slot] {
				past++
			}
		}
		require.Equal(t, len(order), r.all.total)
		require.Equal(t, past, r.past.total)
	}
}

func TestBucketsHoldWhatTheySay(t *testing.T) {
	for _, tc := range []struct {
		name   string
		bucket func(uint64) int
		bounds func(int) (uint64, uint64)
		most   uint64
		width  float64
	}{
		{"sizes", func(v uint64) int { return int(sizeBucket(v)) }, sizeBounds, largestSize, 1.0 / 64},
		{"ages", func(v uint64) int { return ageBucket(uint32(v)) }, ageBounds, 1<<32 - 1, 1.0 / 8},
	} {
		before := -1
		for v := uint64(0); v <= tc.most; v += 1 + v/977 {
			b := tc.bucket(v)
			low, next := tc.bounds(b)
			require.True(t, low <= v && v < next, "%s: %d is in [%d, %d)", tc.name, v, low, next)
			require.GreaterOrEqual(t, b, before)
			if low >= 128 {
				require.LessOrEqual(t, float64(next-low), tc.width*float64(low), tc.name)
			}
			before = b
		}
		require.Less(t, tc.bucket(tc.most), map[string]int{"sizes": sizeBuckets, "ages": len(ages{}.weight)}[tc.name])
	}
}

// TestLoadTimesAgainstEverySize keeps what a cache of every size would know, while
// pieces are not joined: with two sizes a lookup can tell apart there are never too many.
func TestLoadTimesAgainstEverySize(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 4))
	borders := []uint16{0, 100, 200, 300}
	for range 50 {
		var l loadTimes
		var loaded, hits [sizeBuckets]float64
		var r reuse
		l.set(0)
		now := uint32(0)
		for range 30 {
			now += uint32(random.IntN(10))
			bucket, ttl := borders[random.IntN(len(borders))], uint32(12)
			for b := range loaded {
				if uint16(b) < bucket || now-uint32(loaded[b]) >= ttl {
					loaded[b] = float64(now)
				} else {
					hits[b]++
				}
			}
			l.lookup(bucket, now, ttl, 1, &r)
			sum := 0.0
			for b := range hits {
				sum += r.begins[b]
				if hits[b] != sum {
					require.Equal(t, hits[b], sum, "bucket %d", b)
				}
			}
			require.Equal(t, loaded[sizeBuckets-1], float64(l.largest()))
			require.Equal(t, slices.MaxFunc(loaded[150:], cmp.Compare), float64(l.latest(150)))
		}
	}
}
