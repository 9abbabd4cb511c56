package main_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each mistake is one line on stderr that says what and where, and nothing but what
// was counted on stdout.
func TestBadInput(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	for _, key := range strings.Fields(strings.Repeat("1 2 3 4 5 6 7 ", 5000)) {
		w.Write([]byte(key + "\n"))
	}
	w.Close()
	keys := file("keys", "1\n2\n1\n")
	broken := file("broken.gz", zipped.String()[:zipped.Len()/2])
	nobody := freeAddress(t)

	for _, test := range []struct {
		name   string
		args   []string
		stdin  string
		status int
		stderr string
		stdout string // a part of it; "" for none
	}{
		{name: "unknown command", args: []string{"demmo"}, status: 2, stderr: `cachemeter: unknown command "demmo": want one of demo, replay`},
		{name: "unknown flag", args: []string{"replay", "-sise", "3", keys}, status: 2, stderr: "cachemeter replay: flag provided but not defined: -sise"},
		{name: "unknown flag of demo", args: []string{"demo", "-sise"}, status: 2, stderr: "cachemeter demo: flag provided but not defined: -sise"},
		{name: "no trace", args: []string{"replay"}, status: 2, stderr: "no trace: want a file of one key a line, or - for standard input"},
		{name: "two traces", args: []string{"replay", keys, "b"}, status: 2, stderr: `unexpected argument "b"`},
		{name: "size 0", args: []string{"replay", "-size", "0", keys}, status: 2, stderr: "-size 0: want 1 or more"},
		{name: "size 0 after the trace", args: []string{"replay", keys, "-size", "0"}, status: 2, stderr: "-size 0: want 1 or more"},
		{name: "size no number", args: []string{"replay", "-size", "many", keys}, status: 2, stderr: `invalid value "many" for flag -size`},
		{name: "size too large", args: []string{"replay", "-size", "99999999999999999999", keys}, status: 2, stderr: "value out of range"},
		{name: "unknown cache", args: []string{"replay", "-cache", "lfu", keys}, status: 2, stderr: `-cache "lfu": want lru or redis`},
		{name: "redis without its cache", args: []string{"replay", "-redis", nobody, keys}, status: 2, stderr: "only with -cache redis"},
		{name: "no port", args: []string{"replay", "-cache", "redis", "-redis", "localhost", keys}, status: 2, stderr: `-redis "localhost": want HOST:PORT`},
		{name: "short ttl", args: []string{"replay", "-cache", "redis", "-ttl", "1ms", keys}, status: 2, stderr: "-ttl 1ms: want 1s or more"},
		{name: "demo with an argument", args: []string{"demo", "now"}, status: 2, stderr: `unexpected argument "now"`},
		{name: "demo for and ops", args: []string{"demo", "-for", "1s", "-ops", "1"}, status: 2, stderr: "-for and -ops: want one of them"},
		{name: "demo for nothing", args: []string{"demo", "-for", "-1s"}, status: 2, stderr: "-for -1s: want more than 0"},
		{name: "demo ops 0", args: []string{"demo", "-ops", "0"}, status: 2, stderr: "-ops 0: want 1 or more"},
		{name: "demo workers", args: []string{"demo", "-workers", "0"}, status: 2, stderr: "-workers 0: want 1 to 10000"},
		{name: "demo rate", args: []string{"demo", "-rate", "NaN"}, status: 2, stderr: "-rate NaN: want 0.1 to 1e9"},
		{name: "demo redis", args: []string{"demo", "-redis", ""}, status: 2, stderr: `-redis "": want HOST:PORT`},
		{name: "auto nothing", args: []string{"auto"}, status: 2, stderr: "cachemeter auto: want one of init, build, test, run, install, remove"},
		{name: "auto unknown", args: []string{"auto", "weave"}, status: 2, stderr: `unknown action "weave": want one of init`},
		{name: "auto init of something", args: []string{"auto", "init", "x"}, status: 2, stderr: `unexpected argument "x"`},
		{name: "auto init unknown flag", args: []string{"auto", "init", "-sauce", "x"}, status: 2, stderr: "flag provided but not defined: -sauce"},
		{name: "auto init from nowhere", args: []string{"auto", "init", "-source", dir}, status: 1, stderr: "not a checkout of cachemeter"},
		{name: "auto build in no module", args: []string{"auto", "build", "-C", dir, "."}, status: 1, stderr: "is in no module"},
		{name: "auto build before init", args: []string{"auto", "build", "."}, status: 1, stderr: "run cachemeter auto init first"},

		{name: "missing trace", args: []string{"replay", filepath.Join(dir, "none.gz")}, status: 1, stderr: "none.gz: no such file or directory"},
		{name: "a directory", args: []string{"replay", dir}, status: 1, stderr: dir + " is a directory"},
		{name: "nobody listens", args: []string{"replay", "-cache", "redis", "-redis", nobody, keys}, status: 1, stderr: "no redis answers at " + nobody},
		{name: "demo, nobody listens", args: []string{"demo", "-redis", nobody}, status: 1, stderr: "no redis answers at " + nobody},
		{name: "broken gzip", args: []string{"replay", broken}, status: 1, stderr: "broken gzip stream: it ends too early", stdout: " 7 misses, 0 errors"},
		{name: "broken gzip as JSON", args: []string{"replay", "-json", broken}, status: 1, stderr: broken + ": line ", stdout: `"complete": false`},
		{name: "broken gzip on stdin", args: []string{"replay", "-"}, stdin: zipped.String()[:zipped.Len()/2], status: 1, stderr: "standard input: line ", stdout: " 7 misses, 0 errors"},
		{name: "binary", args: []string{"replay", "-"}, stdin: "1\n1\n\x00", status: 1, stderr: "standard input: line 3: a NUL byte", stdout: "1 hits, 1 misses, 0 errors"},
		{name: "empty", args: []string{"replay", "-"}, status: 1, stderr: "standard input: no keys", stdout: "0 hits, 0 misses, 0 errors"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := execute(t, test.stdin, test.args...)
			require.Equal(t, test.status, got.status, got.stderr)
			require.Contains(t, got.stderr, test.stderr)
			require.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
			require.True(t, strings.HasSuffix(got.stderr, "\n"))
			if test.stdout == "" {
				require.Empty(t, got.stdout)
			} else {
				require.Contains(t, got.stdout, test.stdout)
			}
		})
	}
}

// An unreadable file cannot be had as root, who reads everything.
func TestUnreadableTrace(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(path, []byte("1\n"), 0o200))
	if file, err := os.Open(path); err == nil {
		file.Close()
		path = "/proc/self/mem" // opens, and fails on reading
		if _, err := os.Stat(path); err != nil {
			t.Skip("running as root, where every file is readable, and without /proc")
		}
	}
	got := execute(t, "", "replay", path)
	require.Equal(t, 1, got.status)
	require.Contains(t, got.stderr, path)
	require.Equal(t, 1, strings.Count(got.stderr, "\n"), got.stderr)
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"-h"}, {"help"}, {"--help"}} {
		got := execute(t, "", args...)
		require.Zero(t, got.status)
		require.Empty(t, got.stderr)
		require.Contains(t, got.stdout, "cachemeter replay [flags] TRACE")
	}
	got := execute(t, "", "demo", "-h")
	require.Zero(t, got.status)
	require.Empty(t, got.stderr)
	for _, flag := range []string{"-for", "-json", "-ops", "-rate", "-redis", "-seed", "-workers"} {
		require.Contains(t, got.stdout, "\n  "+flag)
	}
	got = execute(t, "", "replay", "-cache", "redis", "-help")
	require.Zero(t, got.status)
	require.Empty(t, got.stderr)
	for _, flag := range []string{"-cache", "-json", "-redis", "-size", "-ttl"} {
		require.Contains(t, got.stdout, "\n  "+flag)
	}

	got = execute(t, "")
	require.Equal(t, 2, got.status)
	require.Empty(t, got.stdout)
	require.Contains(t, got.stderr, "Usage:")
}
