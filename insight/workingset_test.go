package insight

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestHyperLogLogWithinTwoPercent(t *testing.T) {
	for _, keys := range []int{0, 1, 10, 1000, 20_000, 100_000, 1_000_000, distinctKeys} {
		for seed := range uint64(5) {
			var h hyperLogLog
			var r, again ranks
			for key := range uint64(keys) {
				h.add(hashed(key, seed))
			}
			h.read(&r)
			require.InEpsilon(t, 1+float64(keys), 1+r.estimate(), 0.02, "%d keys, seed %d", keys, seed)
			var p packed
			p.store(&r)
			p.mergeInto(&again)
			require.InEpsilon(t, 1+r.estimate(), 1+again.estimate(), 0.001, "at rest")
			var drained, empty ranks
			h.drain(&drained)
			require.Equal(t, r, drained)
			h.read(&empty)
			require.Zero(t, empty.estimate())
		}
	}
}

// TestWorkingSetOfEachWindow gives every minute keys of its own, and some of the
// minute before, for two days, and counts those of what the answer says it covers.
func TestWorkingSetOfEachWindow(t *testing.T) {
	const perMinute = 300
	minute := uint32(time.Minute.Milliseconds())
	var w workingSet
	checked := map[time.Duration]int{}
	for m := range uint32(2 * 24 * 60) {
		w.turn(m * minute)
		for i := range uint64(perMinute) {
			w.current.Load().add(hashed(uint64(m)*perMinute+i-min(uint64(m)*perMinute, perMinute/3), 3))
		}
		if m%61 != 7 {
			continue
		}
		now := m*minute + minute/2
		for _, window := range w.read(now) {
			minutes := int((window.Covered + time.Minute/2) / time.Minute)
			want := perMinute * minutes
			if uint32(minutes) > m {
				want -= perMinute / 3 // the first minute has none before it
			}
			require.InEpsilon(t, want, window.Keys, 0.03, "%v, which covers %v, at minute %d", window.Window, window.Covered, m)
			require.LessOrEqual(t, window.Covered, window.Window)
			if time.Duration(m)*time.Minute >= window.Window {
				require.GreaterOrEqual(t, window.Covered, window.Window*2/3, "%v", window.Window)
				checked[window.Window]++
			}
		}
	}
	require.Len(t, checked, 3)
}

// TestWorkingSetAfterSilence: what was looked up hours ago is in the day alone.
func TestWorkingSetAfterSilence(t *testing.T) {
	var w workingSet
	w.turn(0)
	for key := range uint64(1000) {
		w.current.Load().add(hashed(key, 1))
	}
	w.turn(uint32(time.Minute.Milliseconds()) + 1)
	hours := uint32(3 * time.Hour.Milliseconds())
	w.turn(hours)
	windows := w.read(hours)
	require.Zero(t, windows[0].Keys)
	require.Zero(t, windows[1].Keys)
	require.InEpsilon(t, 1000, windows[2].Keys, 0.02)
}
