package main_test

import (
	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// requireShow checks that a demo's figures show what a demo is to show.
func requireShow(t testing.TB, d document) {
	t.Helper()
	require.GreaterOrEqual(t, len(d.Namespaces), 3)
	failures := uint64(0)
	for name, n := range d.Namespaces {
		require.NotZero(t, n.Hits, name)
		require.NotZero(t, n.Misses, name)
		require.Len(t, n.Tiers, 2, name)
		for _, c := range []counts{n.counts, n.Tiers["L1"], n.Tiers["L2"]} {
			require.Equal(t, c.Requests, c.Hits+c.Misses, name)
		}
		failures += n.Errors
	}
	require.NotZero(t, failures)
}

func TestDemoJSON(t *testing.T) {
	t.Parallel()
	got := execute(t, "", "demo", "-for", "5s", "-json")
	require.Zero(t, got.status, got.stderr)
	require.Empty(t, got.stderr)
	requireShow(t, decode(t, got.stdout))
}

// The whole document is the same, times included.
func TestDemoRepeats(t *testing.T) {
	t.Parallel()
	args := []string{"demo", "-ops", "3000", "-seed", "42", "-json"}
	first := execute(t, "", args...)
	require.Zero(t, first.status, first.stderr)
	require.Empty(t, first.stderr)
	d := decode(t, first.stdout)
	require.Equal(t, 3000, d.Operations)
	requireShow(t, d)
	require.Equal(t, first.stdout, execute(t, "", args...).stdout)

	args[4] = "43"
	require.NotEqual(t, first.stdout, execute(t, "", args...).stdout)
}

// Without a terminal there is a line a second, and a table at the end.
func TestDemoLines(t *testing.T) {
	t.Parallel()
	got := execute(t, "", "demo", "-for", "2500ms")
	require.Zero(t, got.status, got.stderr)
	require.Empty(t, got.stderr)
	require.Regexp(t, `^an LRU \(L1\) before an embedded redis \(L2\) before a slow origin; .*\n   1s  feed \d+/s .*  user \d+/s \d+\.\d\d %.*\n`, got.stdout)
	require.Regexp(t, `\n\d+ operations in \d+\.\d s\n +namespace +tier +requests +hits +misses +errors +hit rate `, got.stdout)
	require.NotContains(t, got.stdout, "\x1b", "nothing for a terminal")
}

// Ctrl-C is the ordinary end of a demo without -for.
func TestDemoInterrupted(t *testing.T) {
	t.Parallel()
	address, _ := realRedis(t)
	cmd := command(t, "demo", "-json", "-redis", address)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	require.NoError(t, cmd.Start())
	client := connect(t, address)
	require.Eventually(t, func() bool { return client.DBSize(t.Context()).Val() > 100 }, 20*time.Second, 10*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	got := finish(t, cmd, &stdout, &stderr)
	require.Zero(t, got.status)
	require.Empty(t, got.stderr)
	require.NotZero(t, decode(t, got.stdout).Operations)
}

// A real server keeps what it had, and loses the demo's keys by itself.
func TestDemoRealRedis(t *testing.T) {
	t.Parallel()
	address, _ := realRedis(t)
	client := connect(t, address)
	require.NoError(t, client.Set(t.Context(), "user:1", "mine", 0).Err())
	got := execute(t, "", "demo", "-redis", address, "-ops", "3000", "-json")
	require.Zero(t, got.status, got.stderr)
	d := decode(t, got.stdout)
	require.Equal(t, 3000, d.Operations)
	require.Equal(t, "mine", client.Get(t.Context(), "user:1").Val())
	keys, err := client.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	require.Greater(t, len(keys), 100)
	for _, key := range keys {
		if key != "user:1" {
			require.Contains(t, key, ":cachemeter-demo:")
			require.NotEqual(t, time.Duration(-1), client.TTL(t.Context(), key).Val(), "%s never expires", key)
		}
	}
}
