package main_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// counts are what the JSON of a namespace or tier has at the least.
type counts struct {
	Hits     uint64 `json:"hits"`
	Misses   uint64 `json:"misses"`
	Errors   uint64 `json:"errors"`
	Requests uint64 `json:"total_requests"`
}

// document is what -json prints.
type document struct {
	Keys       uint64 `json:"keys"`
	Complete   bool   `json:"complete"`
	Operations int    `json:"operations"`
	Namespaces map[string]struct {
		counts
		Tiers map[string]counts `json:"tiers"`
	} `json:"namespaces"`
}

// decode reads a document that is all there is in text.
func decode(t testing.TB, text string) (d document) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	require.NoError(t, decoder.Decode(&d), text)
	_, err := decoder.Token()
	require.Equal(t, io.EOF, err, "JSON is alone on stdout")
	return d
}

// trace returns the path of a public trace that lies beside the project.
func trace(t testing.TB, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "..", "shared", "traces", name+".txt.gz")
	if _, err := os.Stat(path); err != nil {
		t.Skipf("no trace at %s: put it there to run this test", path)
	}
	return path
}

// What golang-lru hits on these traces. For oltp it is what the table of the ARC
// paper prints (Megiddo and Modha, FAST 2003).
func TestReplayLRU(t *testing.T) {
	for _, test := range []struct {
		trace          string
		size           int
		hits, requests uint64
	}{
		{"oltp", 1000, 300_122, 914_145},
		{"oltp", 2000, 388_235, 914_145},
		{"oltp", 5000, 490_443, 914_145},
		{"oltp", 10_000, 554_906, 914_145},
		{"oltp", 15_000, 590_851, 914_145},
		{"gli", 1000, 674, 6015},
		{"gli", 2000, 3453, 6015},
		{"web07", 1000, 38_368, 76_118},
		{"web07", 5000, 47_702, 76_118},
		// A loop that fits, and one that does not by a single entry.
		{"loop", 1011, 505_500 - 1011, 505_500},
		{"loop", 1010, 0, 505_500},
		{"web12", 20_000, 95_607 - 13_756, 95_607},
	} {
		t.Run(fmt.Sprintf("%s %d", test.trace, test.size), func(t *testing.T) {
			got := execute(t, "", "replay", "-cache", "lru", "-size", fmt.Sprint(test.size), "-json", trace(t, test.trace))
			require.Zero(t, got.status, got.stderr)
			require.Empty(t, got.stderr)
			d := decode(t, got.stdout)
			require.True(t, d.Complete)
			require.Equal(t, test.requests, d.Keys)
			require.Len(t, d.Namespaces, 1)
			require.Equal(t, counts{test.hits, test.requests - test.hits, 0, test.requests}, d.Namespaces["replay"].counts)
		})
	}
}

// A Redis with room for all misses each key once.
func TestReplayRedis(t *testing.T) {
	type replayed struct {
		trace              string
		requests, distinct uint64
		times              int
	}
	traces := []replayed{{"gli", 6015, 2529, 2}} // the server does not have to be empty
	if !testing.Short() {                        // a minute of round trips
		traces = append(traces, replayed{"oltp", 914_145, 186_880, 1})
	}
	for _, test := range traces {
		t.Run(test.trace, func(t *testing.T) {
			address, _ := realRedis(t)
			for range test.times {
				got := execute(t, "", "replay", "-cache", "redis", "-redis", address, "-json", trace(t, test.trace))
				require.Zero(t, got.status, got.stderr)
				require.Empty(t, got.stderr)
				d := decode(t, got.stdout)
				require.True(t, d.Complete)
				require.Equal(t, counts{test.requests - test.distinct, test.distinct, 0, test.requests}, d.Namespaces["replay"].counts)
			}
		})
	}
}

func TestReplayRedisEmbedded(t *testing.T) {
	got := execute(t, "1\n2\n1\n", "replay", "-cache", "redis", "-")
	require.Zero(t, got.status, got.stderr)
	require.Empty(t, got.stderr)
	require.Contains(t, got.stdout, "3 keys of standard input through a Redis in ")
	require.Contains(t, got.stdout, "\nreplay: 1 hits, 2 misses, 0 errors, hit rate 33.33 %\n")
}

// When the server goes away under way, what was counted is printed.
func TestReplayRedisDies(t *testing.T) {
	address, server := realRedis(t)
	_, keys, end := startReplay(t, address, "1\n2\n1\n", 2)
	require.NoError(t, server.Kill())
	for range 20 {
		io.WriteString(keys, "1\n") // fails once the command has given up
	}
	got := end()
	require.Equal(t, 1, got.status)
	require.Contains(t, got.stderr, "cachemeter replay: gave up after 10 failures in a row")
	d := decode(t, got.stdout)
	require.False(t, d.Complete)
	require.EqualValues(t, 2, d.Namespaces["replay"].Misses)
	require.EqualValues(t, 10, d.Namespaces["replay"].Errors)
}

// Ctrl-C prints what was counted, also while standard input is silent.
func TestReplayInterrupted(t *testing.T) {
	address, _ := realRedis(t) // which tells when the keys have been looked up
	cmd, _, end := startReplay(t, address, "1\n1\n2\n", 2)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	got := end()
	require.Equal(t, 1, got.status)
	require.Equal(t, "cachemeter replay: interrupted after 3 keys of standard input\n", got.stderr)
	d := decode(t, got.stdout)
	require.False(t, d.Complete)
	require.Equal(t, counts{1, 2, 0, 3}, d.Namespaces["replay"].counts)
}

// startReplay starts a replay of standard input through the server, gives it keys
// and waits until they lie there. More can be written to keys; end waits for the end.
func startReplay(t testing.TB, address, text string, distinct int64) (cmd *exec.Cmd, keys io.Writer, end func() outcome) {
	t.Helper()
	cmd = command(t, "replay", "-cache", "redis", "-redis", address, "-json", "-")
	keys, err := cmd.StdinPipe()
	require.NoError(t, err)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Start())
	_, err = io.WriteString(keys, text)
	require.NoError(t, err)
	client := connect(t, address)
	require.Eventually(t, func() bool { return client.DBSize(t.Context()).Val() == distinct }, 20*time.Second, 10*time.Millisecond)
	return cmd, keys, func() outcome { return finish(t, cmd, &stdout, &stderr) }
}
