package expvarmeter_test

import (
	"bytes"
	"encoding/json"
	"expvar"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	expvarmeter "github.com/cachemeter/cachemeter/export/expvar"
	"github.com/cachemeter/cachemeter/metrics"
)

var update = flag.Bool("update", false, "write the golden file anew")

type namespaceJSON struct {
	Hits     uint64                   `json:"hits"`
	Misses   uint64                   `json:"misses"`
	Requests uint64                   `json:"total_requests"`
	HitRate  float64                  `json:"hit_rate"`
	Sets     *uint64                  `json:"sets"`
	Tiers    map[string]namespaceJSON `json:"tiers"`
}

func read(t *testing.T, v expvar.Var) map[string]namespaceJSON {
	t.Helper()
	out := make(map[string]namespaceJSON)
	require.NoError(t, json.Unmarshal([]byte(v.String()), &out), v.String())
	return out
}

func TestVar(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.Namespace("with a handle")
	tracker.Namespace("user").RecordHits(3)
	tracker.Namespace("user").RecordMisses(1)
	tracker.Namespace("user").Reports(metrics.Sets)
	tracker.Tier("user", "L1").RecordHits(2)
	tracker.Tier("user", "L2").RecordHits(1)
	tracker.Tier("only tiers", "L1").RecordMisses(5)
	got := read(t, expvarmeter.Var(tracker))
	require.Len(t, got, 3)
	require.Zero(t, got["with a handle"].Requests)
	require.EqualValues(t, 3, got["user"].Hits)
	require.Equal(t, 0.75, got["user"].HitRate)
	require.EqualValues(t, 0, *got["user"].Sets, "declared, so shown as zero")
	require.Nil(t, got["with a handle"].Sets, "cannot be reported, so absent")
	require.Len(t, got["user"].Tiers, 2)
	require.EqualValues(t, 2, got["user"].Tiers["L1"].Hits)
	require.EqualValues(t, 5, got["only tiers"].Tiers["L1"].Misses)
	require.Zero(t, got["only tiers"].Misses, "tiers are not part of the whole")
}

func TestVarIsMonotonicAcrossResets(t *testing.T) {
	tracker := metrics.NewTracker()
	v := expvarmeter.Var(tracker)
	tracker.RecordHit("user")
	tracker.Reset("user")
	require.EqualValues(t, 1, read(t, v)["user"].Hits)
	tracker.RecordHit("user")
	tracker.ResetAll()
	require.EqualValues(t, 2, read(t, v)["user"].Hits)
}

func TestVarOfNothing(t *testing.T) {
	require.Equal(t, "{}", expvarmeter.Var(nil).String())
	require.Equal(t, "{}", expvarmeter.Var(metrics.NewTracker()).String())
}

func TestVarHostileNames(t *testing.T) {
	tracker := metrics.NewTracker()
	names := []string{"", `"quotes"`, "new\nline", "nul\x00", "bad\xff", "bad\xfe", "\u2028</script>", strings.Repeat("x", 10_000)}
	for i, name := range names {
		tracker.Namespace(name).RecordHits(i + 1)
		tracker.Tier(name, name+"L1").RecordMisses(i + 1)
	}
	got := read(t, expvarmeter.Var(tracker))
	require.Len(t, got, len(names))
	for i, name := range names {
		require.EqualValues(t, i+1, got[metrics.Label(name)].Hits, "%q", name)
		require.EqualValues(t, i+1, got[metrics.Label(name)].Tiers[metrics.Label(name+"L1")].Misses, "%q", name)
	}
}

func TestVarUnderDebugVars(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	// Published variables stay: a second run of the test in one process sees its own.
	key := fmt.Sprintf("caches of this test %p", tracker)
	expvar.Publish(key, expvarmeter.Var(tracker))
	server := httptest.NewServer(expvar.Handler())
	defer server.Close()
	client := http.Client{Timeout: 10 * time.Second}
	response, err := client.Get(server.URL)
	require.NoError(t, err)
	defer response.Body.Close()
	var vars map[string]json.RawMessage
	require.NoError(t, json.NewDecoder(response.Body).Decode(&vars))
	var caches map[string]namespaceJSON
	require.NoError(t, json.Unmarshal(vars[key], &caches))
	require.EqualValues(t, 1, caches["user"].Hits)
}

// TestGolden holds the shape, with the golden expositions of the other exports.
func TestGolden(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.Namespace("idle")
	users := tracker.Namespace("user \"1\"\n\xff")
	users.RecordHits(2)
	users.RecordMiss()
	users.RecordSets(1)
	users.RecordLoadSuccess(1500 * time.Millisecond)
	users.RecordWriteErrors(metrics.TimeoutError, 1)
	users.AddSize(func() (int, int, bool) { return 1, 10, true })
	tracker.Tier(users.Name(), "L1").RecordHits(2)
	tracker.Tier(users.Name(), "L2").RecordMiss()
	var got bytes.Buffer
	require.NoError(t, json.Indent(&got, []byte(expvarmeter.Var(tracker).String()), "", "  "))
	got.WriteByte('\n')
	const path = "../../testdata/expositions/expvar.json"
	if *update {
		require.NoError(t, os.WriteFile(path, got.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got.String())
}
