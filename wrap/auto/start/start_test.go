package start

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func sample() *metrics.Tracker {
	t := metrics.NewTracker()
	t.Namespace("user").RecordHits(3)
	t.Namespace("user").RecordMiss()
	t.Namespace("")
	t.Namespace("two\nlines \x1b[31m").RecordError()
	t.Tier("user", "L2").RecordMiss()
	t.RecordHit("gone")
	return t
}

func TestTable(t *testing.T) {
	var b strings.Builder
	require.NoError(t, table(&b, sample()))
	require.Equal(t, ""+
		"cachemeter             hits  misses  errors  hit rate\n"+
		`""                     0     0       0       no lookups`+"\n"+
		"gone                   1     0       0       100.0 %\n"+
		`"two\nlines \x1b[31m"  0     0       1       no lookups`+"\n"+
		"user                   3     1       0       75.0 %\n"+
		"user (L2)              0     1       0       0.0 %\n", b.String())
}

func TestDumpIsJSON(t *testing.T) {
	tracker := sample()
	path := filepath.Join(t.TempDir(), "figures.json")
	require.NoError(t, dump(path, tracker))
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	want, err := json.Marshal(tracker.AllStats())
	require.NoError(t, err)
	require.JSONEq(t, string(want), string(b))
	require.Error(t, dump(filepath.Join(t.TempDir(), "nowhere", "figures.json"), tracker))
}

func TestServe(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	require.ErrorContains(t, serve(taken.Addr().String(), sample()), "address already in use")

	taken.Close()
	address := taken.Addr().String()
	require.NoError(t, serve(address, sample()))
	for path, says := range map[string]string{"/": "<html", "/debug/cachemeter/stats.json": `"user"`} {
		r, err := http.Get("http://" + address + path)
		require.NoError(t, err)
		b, err := io.ReadAll(r.Body)
		r.Body.Close()
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, r.StatusCode)
		require.Contains(t, string(b), says, path)
	}
}
