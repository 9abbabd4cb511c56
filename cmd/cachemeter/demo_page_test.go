package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var pageURL = regexp.MustCompile(`the page is at (http://127\.0\.0\.1:\d+/debug/cachemeter/)\n`)

func fetch(t testing.TB, url string) string {
	t.Helper()
	answer, err := http.Get(url)
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, http.StatusOK, answer.StatusCode, url)
	b, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return string(b)
}

// The demo says where its page is, and the page has the demo's caches and their past.
func TestDemoServesThePage(t *testing.T) {
	t.Parallel()
	cmd := command(t, "demo")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewReader(out)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	found := pageURL.FindStringSubmatch(first)
	require.NotNil(t, found, first)
	go io.Copy(io.Discard, lines)

	require.Contains(t, fetch(t, found[1]), "<title>cachemeter</title>")
	require.Contains(t, fetch(t, strings.TrimSuffix(found[1], "debug/cachemeter/")), "<title>cachemeter</title>", "the root leads there")
	require.Eventually(t, func() bool {
		var d struct {
			Namespaces []struct {
				Name    string
				Tiers   []struct{ Tier string }
				History struct{ At []int64 }
			}
		}
		require.NoError(t, json.Unmarshal([]byte(fetch(t, found[1]+"stats.json?history=1m")), &d))
		// Nobody was watching, and there is a past all the same.
		return len(d.Namespaces) == 5 && len(d.Namespaces[0].Tiers) == 2 && len(d.Namespaces[0].History.At) >= 3
	}, 20*time.Second, 1500*time.Millisecond)
	require.NoError(t, cmd.Process.Signal(os.Interrupt))
	require.NoError(t, cmd.Wait())
}

func TestDemoPageAndJSON(t *testing.T) {
	t.Parallel()
	got := execute(t, "", "demo", "-for", "1s", "-json", "-http", "127.0.0.1:0")
	require.Zero(t, got.status, got.stderr)
	require.Regexp(t, pageURL, got.stderr, "asked for, it is said beside the JSON")
	require.NotZero(t, decode(t, got.stdout).Operations)

	got = execute(t, "", "demo", "-for", "1s", "-http", "")
	require.Zero(t, got.status, got.stderr)
	require.NotContains(t, got.stdout, "page")

	got = execute(t, "", "demo", "-for", "1s", "-http", "256.0.0.1:0")
	require.Equal(t, 1, got.status)
	require.Contains(t, got.stderr, "cachemeter demo: cannot serve the page: listen tcp")
}
