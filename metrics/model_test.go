package metrics_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// model is the contract written the slow, plain way.
type model map[string]*[3]uint64

func (m model) at(name string) *[3]uint64 {
	if m[name] == nil {
		m[name] = new([3]uint64)
	}
	return m[name]
}

// FuzzTracker runs a random program, two bytes an operation, against the tracker
// and the model. Names are few so that they meet.
func FuzzTracker(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 1, 0, 1, 6, 0})
	f.Add([]byte{5, 2, 4, 0, 8, 2, 0, 2, 4, 0, 7, 2})
	names := []string{"", "user", "a:b", "\x00nul", "_other", "\xff\xfe", "user "}
	f.Fuzz(func(t *testing.T, program []byte) {
		tracker := metrics.NewTracker()
		want := model{}
		held := map[string]*metrics.Namespace{}
		for ; len(program) >= 2; program = program[2:] {
			name := names[int(program[1])%len(names)]
			switch program[0] % 9 {
			case 0:
				tracker.RecordHit(name)
				want.at(name)[0]++
			case 1:
				tracker.RecordMiss(name)
				want.at(name)[1]++
			case 2:
				tracker.RecordError(name)
				want.at(name)[2]++
			case 3:
				tracker.Reset(name)
				*want.at(name) = [3]uint64{}
			case 4:
				tracker.ResetAll()
				want = model{}
			case 5:
				held[name] = tracker.Namespace(name)
				want.at(name)
			case 6:
				s := tracker.Stats(name)
				if w := want[name]; w != nil {
					require.Equal(t, *w, [3]uint64{s.Hits, s.Misses, s.Errors})
				} else {
					require.Zero(t, s.TotalRequests()+s.Errors)
				}
			case 7:
				if h := held[name]; h != nil {
					h.RecordHits(3)
					want.at(name)[0] += 3
				}
			case 8:
				if h := held[name]; h != nil {
					h.RecordFailures(metrics.TimeoutError, 2)
					want.at(name)[2] += 2
				}
			}
		}
		got := model{}
		for name, s := range tracker.AllStats() {
			*got.at(name) = [3]uint64{s.Hits, s.Misses, s.Errors}
			require.GreaterOrEqual(t, s.Errors, s.ErrorsByClass[metrics.TimeoutError])
		}
		require.Equal(t, want, got)
		for _, n := range tracker.Namespaces() {
			total, now := n.Totals(), n.Stats()
			require.GreaterOrEqual(t, total.Hits, now.Hits)
			require.GreaterOrEqual(t, total.Misses, now.Misses)
			require.GreaterOrEqual(t, total.Errors, now.Errors)
		}
	})
}
