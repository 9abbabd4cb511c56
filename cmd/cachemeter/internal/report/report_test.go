package report_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/report"
	"github.com/cachemeter/cachemeter/metrics"
)

func sample() *metrics.Tracker {
	tracker := metrics.NewTracker()
	users := tracker.Namespace("user")
	users.RecordHits(3)
	users.RecordMiss()
	users.RecordError()
	users.RecordLoadSuccess(30 * time.Millisecond)
	users.RecordLoadFailure(10 * time.Millisecond)
	tracker.Tier("user", "L1").RecordHits(2)
	tracker.Tier("user", "L2").RecordHit()
	tracker.Tier("user", "L2").RecordMiss()
	return tracker
}

func TestFiguresJSON(t *testing.T) {
	tracker := sample()
	tracker.Tier("orphan", "L2").RecordHit()
	tracker.Namespace("gone")
	tracker.Reset("plain")
	got, err := json.Marshal(report.Of(tracker))
	require.NoError(t, err)
	require.JSONEq(t, `{
		"gone":  {"hits":0,"misses":0,"errors":0,"total_requests":0,"hit_rate":0},
		"plain": {"hits":0,"misses":0,"errors":0,"total_requests":0,"hit_rate":0},
		"orphan": {"hits":0,"misses":0,"errors":0,"total_requests":0,"hit_rate":0, "tiers": {
			"L2": {"hits":1,"misses":0,"errors":0,"total_requests":1,"hit_rate":1}}},
		"user": {"hits":3,"misses":1,"errors":1,"total_requests":4,"hit_rate":0.75,
			"loads":1,"load_failures":1,"load_seconds":0.04, "tiers": {
			"L1": {"hits":2,"misses":0,"errors":0,"total_requests":2,"hit_rate":1},
			"L2": {"hits":1,"misses":1,"errors":0,"total_requests":2,"hit_rate":0.5}}}
	}`, string(got))

	tracker.ResetAll()
	require.Empty(t, report.Of(tracker))
}

// Names are user data, in JSON as on a terminal.
func TestHostileNames(t *testing.T) {
	for _, name := range []string{"", "a\"b", "line\nend", "\x1b[31mred", "\xff", "<script>", strings.Repeat("x", 10_000)} {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			tracker := metrics.NewTracker()
			tracker.RecordHit(name)
			tracker.Tier(name, name+"!").RecordHit()
			got, err := json.Marshal(report.Of(tracker))
			require.NoError(t, err)
			require.True(t, json.Valid(got))
			rows := report.All(tracker)
			for _, text := range []string{report.Totals(rows), report.Live(rows), report.Line(0, rows)} {
				require.NotContains(t, text, "\x1b")
				require.NotContains(t, text, "\xff")
				require.NotContains(t, text, "line\nend")
			}
		})
	}
}

func TestSampler(t *testing.T) {
	tracker := sample()
	start := time.Unix(0, 0)
	sampler := report.NewSampler(tracker, start)
	users := tracker.Namespace("user")
	users.RecordHits(10)
	users.RecordLatency(metrics.Hit, time.Millisecond)
	tracker.RecordMiss("late")

	rows := sampler.Sample(start.Add(2 * time.Second))
	require.Len(t, rows, 4)
	require.Equal(t, "late", rows[0].Namespace)
	require.EqualValues(t, 1, rows[0].Recent.Misses)
	user := rows[1]
	require.Equal(t, "user", user.Namespace)
	require.EqualValues(t, 10, user.Recent.Hits)
	require.Zero(t, user.Recent.Misses)
	require.EqualValues(t, 13, user.Total.Hits)
	require.InDelta(t, 5, user.PerSecond(user.Recent.Hits), 0)
	require.EqualValues(t, 1, user.Latency.Count)
	require.Equal(t, []string{"L1", "L2"}, []string{rows[2].Tier, rows[3].Tier})

	rows = sampler.Sample(start.Add(2 * time.Second))
	require.Zero(t, rows[1].Recent.Hits)
	require.Zero(t, rows[1].Latency.Count)
	require.Zero(t, rows[1].PerSecond(10), "no time, no rate")
	tracker.ResetAll()
	require.Empty(t, sampler.Sample(start.Add(3*time.Second)))
}

func ExampleLive() {
	tracker := metrics.NewTracker()
	start := time.Unix(0, 0)
	sampler := report.NewSampler(tracker, start)
	users := tracker.Namespace("user")
	users.RecordHits(30)
	users.RecordMisses(10)
	users.RecordLatency(metrics.Hit, 50*time.Microsecond)
	tracker.Tier("user", "L1").RecordHits(30)
	tracker.Namespace("idle")
	fmt.Print(report.Live(sampler.Sample(start.Add(2 * time.Second))))
	// Output:
	//   namespace  tier  req/s  hit rate  misses  errors     p50     p99
	//   idle                 0         -       0       0       -       -
	//   user                20   75.00 %      10       0  50.2µs  50.2µs
	//              L1       15  100.00 %       0       0       -       -
}

func ExampleTotals() {
	fmt.Print(report.Totals(report.All(sample())))
	// Output:
	//   namespace  tier  requests  hits  misses  errors  hit rate  loads  failed  mean load
	//   user                    4     3       1       1   75.00 %      1       1       20ms
	//              L1           2     2       0       0  100.00 %      -       -          -
	//              L2           2     1       1       0   50.00 %      -       -          -
}

func ExampleLine() {
	tracker := metrics.NewTracker()
	start := time.Unix(0, 0)
	sampler := report.NewSampler(tracker, start)
	tracker.Namespace("feed")
	users := tracker.Namespace("user")
	users.RecordHits(3)
	users.RecordMiss()
	users.RecordError()
	fmt.Println(report.Line(time.Second, sampler.Sample(start.Add(time.Second))))
	// Output:    1s  feed 0/s -  user 4/s 75.00 % errors 1
}
