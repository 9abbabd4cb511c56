package metrics_test

import (
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// figures is what the contract shows of one namespace, as its JSON says it.
type figures struct {
	Hits          uint64  `json:"hits"`
	Misses        uint64  `json:"misses"`
	Errors        uint64  `json:"errors"`
	TotalRequests uint64  `json:"total_requests"`
	HitRate       float64 `json:"hit_rate"`
}

func figuresOf(t *testing.T, s metrics.Stats) figures {
	t.Helper()
	b, err := json.Marshal(s)
	require.NoError(t, err)
	var f figures
	require.NoError(t, json.Unmarshal(b, &f))
	return f
}

type parity struct {
	Scenarios []struct {
		Name string
		Ops  []struct {
			Op        string
			Namespace string
			Want      json.RawMessage
		}
	}
	Rounding struct {
		Cases []struct {
			Hits    int
			Misses  int
			HitRate float64 `json:"want_hit_rate"`
		}
	}
}

func loadParity(t *testing.T) parity {
	t.Helper()
	b, err := os.ReadFile("../testdata/parity.json")
	require.NoError(t, err)
	var p parity
	require.NoError(t, json.Unmarshal(b, &p))
	require.NotEmpty(t, p.Scenarios)
	require.NotEmpty(t, p.Rounding.Cases)
	return p
}

// TestParity replays the contract's scenarios, once recording by name and once by
// handles that are kept over every reset.
func TestParity(t *testing.T) {
	for _, sc := range loadParity(t).Scenarios {
		for _, byHandle := range []bool{false, true} {
			t.Run(sc.Name+"/by handle "+strconv.FormatBool(byHandle), func(t *testing.T) {
				tracker := metrics.NewTracker()
				handles := map[string]*metrics.Namespace{}
				handle := func(name string) *metrics.Namespace {
					if handles[name] == nil {
						handles[name] = tracker.Namespace(name)
					}
					return handles[name]
				}
				for i, op := range sc.Ops {
					switch op.Op {
					case "hit":
						if byHandle {
							handle(op.Namespace).RecordHit()
						} else {
							tracker.RecordHit(op.Namespace)
						}
					case "miss":
						if byHandle {
							handle(op.Namespace).RecordMiss()
						} else {
							tracker.RecordMiss(op.Namespace)
						}
					case "error":
						if byHandle {
							handle(op.Namespace).RecordError()
						} else {
							tracker.RecordError(op.Namespace)
						}
					case "reset":
						tracker.Reset(op.Namespace)
					case "reset_all":
						tracker.ResetAll()
					case "stats":
						var want figures
						require.NoError(t, json.Unmarshal(op.Want, &want))
						require.Equal(t, want, figuresOf(t, tracker.Stats(op.Namespace)), "op %d: stats of %q", i, op.Namespace)
					case "all":
						want := map[string]figures{}
						require.NoError(t, json.Unmarshal(op.Want, &want))
						got := map[string]figures{}
						for name, s := range tracker.AllStats() {
							got[name] = figuresOf(t, s)
						}
						require.Equal(t, want, got, "op %d: all", i)
					default:
						t.Fatalf("op %d: unknown operation %q", i, op.Op)
					}
				}
			})
		}
	}
}

func TestParityRounding(t *testing.T) {
	for _, c := range loadParity(t).Rounding.Cases {
		s := metrics.Stats{Hits: uint64(c.Hits), Misses: uint64(c.Misses)}
		require.Equal(t, c.HitRate, figuresOf(t, s).HitRate, "%d hits, %d misses", c.Hits, c.Misses)
	}
}
