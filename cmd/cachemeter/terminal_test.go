package main_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/creack/pty"
	"github.com/stretchr/testify/require"
)

// onTerminal runs the built command on a terminal of 30 lines and 100 columns, and
// returns all that it wrote there.
func onTerminal(t testing.TB, args ...string) string {
	t.Helper()
	cmd := command(t, args...)
	cmd.Env = append(os.Environ(), "TERM=xterm")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 30, Cols: 100})
	if errors.Is(err, pty.ErrUnsupported) {
		t.Skip("no pseudo terminals here")
	}
	require.NoError(t, err)
	defer terminal.Close()
	out, err := io.ReadAll(terminal)
	if !errors.Is(err, syscall.EIO) { // how Linux says that the other end is closed
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Wait(), string(out))
	return strings.ReplaceAll(string(out), "\r\n", "\n")
}

// On a terminal the table is repainted in place, and the final one stays.
func TestDemoOnTerminal(t *testing.T) {
	t.Parallel()
	out := onTerminal(t, "demo", "-for", "2500ms")
	live, final, found := strings.Cut(out, " operations in ")
	require.True(t, found, out)
	frames := strings.Split(live, "\x1b[16A\x1b[J") // a head and five namespaces of three lines each
	require.GreaterOrEqual(t, len(frames), 2, "a frame a second, and what is left when they are gone: %q", live)
	for _, frame := range frames[:len(frames)-1] {
		require.Regexp(t, `namespace +tier +req/s +hit rate +misses +errors +p50 +p99\n`, frame)
		require.Regexp(t, `\n  user +\d+ +\d+\.\d\d % +\d+ +\d+ +[\d.]+[µm]s +[\d.]+[µm]s\n +L1 +\d+ .*\n +L2 +\d+ `, frame)
	}
	require.Contains(t, final, "hit rate  loads")
	require.NotContains(t, final, "\x1b")
}

func TestReplayOnTerminal(t *testing.T) {
	t.Parallel()
	out := onTerminal(t, "replay", "-cache", "redis", trace(t, "web07"))
	live, final, found := strings.Cut(out, "76118 keys of web07.txt.gz through a Redis in ")
	require.True(t, found, out)
	require.Regexp(t, `\[=*> *\] +\d+ % \d+ keys, \d+/s, hit rate \d+\.\d\d %\n\x1b\[1A\x1b\[J`, live)
	require.Contains(t, final, "\nreplay: 55634 hits, 20484 misses, 0 errors, hit rate 73.09 %\n")
}
