package main_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

// instance is a running program whose page top looks at.
type instance struct {
	address string
	tracker *metrics.Tracker
	end     func()
}

// run starts an instance that counts the given lookups of each name a second.
func run(t testing.TB, address string, hits, misses int, names ...string) *instance {
	t.Helper()
	listener, err := net.Listen("tcp", address)
	require.NoError(t, err)
	i := &instance{address: listener.Addr().String(), tracker: metrics.NewTracker()}
	mux := http.NewServeMux()
	require.NoError(t, web.Register(mux, i.tracker))
	server := &http.Server{Handler: mux}
	count := func() {
		for _, name := range names {
			i.tracker.Namespace(name).RecordHits(hits / 20)
			i.tracker.Namespace(name).RecordMisses(misses / 20)
		}
	}
	count() // whoever asks at once sees something
	end := make(chan struct{})
	var running sync.WaitGroup
	running.Go(func() { server.Serve(listener) })
	running.Go(func() {
		ticker := time.NewTicker(50 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				count()
			case <-end:
				return
			}
		}
	})
	i.end = sync.OnceFunc(func() {
		close(end)
		server.Close()
		running.Wait()
	})
	t.Cleanup(i.end)
	return i
}

func TestTopOnce(t *testing.T) {
	t.Parallel()
	a, b := run(t, "127.0.0.1:0", 400, 0, "user"), run(t, "127.0.0.1:0", 0, 100, "user", "other")
	got := execute(t, "", "top", "-once", "-json", a.address, "http://"+b.address+web.Path)
	require.Zero(t, got.status, got.stderr)
	require.Empty(t, got.stderr)
	var picture struct {
		Version    int
		Instances  []struct{ Address, Error string }
		Namespaces []struct {
			Name      string
			Instances int
			HitRate   float64 `json:"hit_rate"`
		}
	}
	require.NoError(t, json.Unmarshal([]byte(got.stdout), &picture))
	require.Equal(t, 1, picture.Version)
	require.Len(t, picture.Instances, 2)
	require.Equal(t, "other", picture.Namespaces[0].Name)
	require.Equal(t, "user", picture.Namespaces[1].Name)
	require.Equal(t, 2, picture.Namespaces[1].Instances)
	require.InDelta(t, 0.8, picture.Namespaces[1].HitRate, 0.05)

	got = execute(t, "", "top", "-once", a.address)
	require.Zero(t, got.status, got.stderr)
	require.Regexp(t, `^STATUS +CACHE .*\n✓ ok +user +\d+ +100% `, got.stdout)

	nobody := freeAddress(t)
	got = execute(t, "", "top", "-once", "-json", a.address, nobody)
	require.Equal(t, 1, got.status)
	require.Contains(t, got.stderr, "cachemeter top: 1 of 2 instances do not answer, first "+nobody)
	require.Contains(t, got.stdout, `"user"`, "what there is is printed")
}

func TestTopBadInput(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args []string
		want string
	}{
		{[]string{}, "no URL: want that of a page, such as localhost:6060"},
		{[]string{"-json", "localhost:1"}, "-json: only with -once"},
		{[]string{"-interval", "1ms", "localhost:1"}, "-interval 1ms: want 100ms or more"},
		{[]string{"ftp://localhost"}, `"ftp://localhost" is no address: want HOST:PORT`},
		{[]string{"localhost:1"}, "this is no terminal: want -once, or -once -json"},
	} {
		got := execute(t, "", append([]string{"top"}, c.args...)...)
		require.Equal(t, 2, got.status, c.args)
		require.Contains(t, got.stderr, c.want)
		require.Empty(t, got.stdout)
	}
}

// tmux is a terminal that a test can drive and read.
type tmux struct {
	t      testing.TB
	socket string
	status string // the file that the program's exit status is written to
}

func newTmux(t testing.TB, columns, rows int, args ...string) *tmux {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("this test needs tmux: install Debian's package tmux")
	}
	path, err := built()
	require.NoError(t, err)
	x := &tmux{t: t, socket: filepath.Join(t.TempDir(), "tmux"), status: filepath.Join(t.TempDir(), "status")}
	t.Cleanup(func() { x.command("kill-server").Run() })
	config := filepath.Join(t.TempDir(), "tmux.conf")
	require.NoError(t, os.WriteFile(config, []byte("set -g default-terminal tmux-256color\nset -g remain-on-exit on\nset -g escape-time 0\nset -g status off\n"), 0o600))
	out, err := x.command(append([]string{"-f", config, "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows),
		"sh", "-c", `f=$1; shift; "$@"; echo $? >"$f"`, "sh", x.status, path, "top"}, args...)...).CombinedOutput()
	require.NoError(t, err, string(out))
	return x
}

func (x *tmux) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-u", "-S", x.socket}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm-256color")
	return cmd
}

func (x *tmux) do(args ...string) string {
	x.t.Helper()
	out, err := x.command(args...).CombinedOutput()
	require.NoError(x.t, err, "tmux %v: %s", args, out)
	return string(out)
}

func (x *tmux) keys(keys ...string) { x.t.Helper(); x.do(append([]string{"send-keys"}, keys...)...) }

func (x *tmux) screen() string { x.t.Helper(); return x.do("capture-pane", "-p") }

// shows waits until the screen is as a test says.
func (x *tmux) shows(what string, is func(screen string) bool) string {
	x.t.Helper()
	var screen string
	if !eventually(func() bool { screen = x.screen(); return is(screen) }) {
		x.t.Fatalf("the screen never was as wanted (%s):\n%s", what, screen)
	}
	return screen
}

// eventually polls in the test's own goroutine, so that what was polled can be shown.
func eventually(is func() bool) bool {
	poll := time.NewTicker(50 * time.Millisecond)
	defer poll.Stop()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); <-poll.C {
		if is() {
			return true
		}
	}
	return false
}

func contains(parts ...string) func(string) bool {
	return func(screen string) bool {
		for _, part := range parts {
			if !strings.Contains(screen, part) {
				return false
			}
		}
		return true
	}
}

// order tells whether names stand on the screen one below the other.
func order(names ...string) func(string) bool {
	return func(screen string) bool {
		_, table, found := strings.Cut(screen, "STATUS")
		at := -1
		for _, name := range names {
			next := strings.Index(table, " "+name+" ")
			if next <= at {
				return false
			}
			at = next
		}
		return found
	}
}

// TestTopInATerminal drives the view as a person does: it watches, sorts, filters,
// resizes, loses an instance and finds it again, and quits.
func TestTopInATerminal(t *testing.T) {
	t.Parallel()
	a := run(t, "127.0.0.1:0", 400, 0, "alpha", "beta")
	b := run(t, "127.0.0.1:0", 200, 200, "beta", "gamma")
	x := newTmux(t, 160, 24, a.address, b.address)
	screen := x.shows("the caches of both", contains("2 of 2 instances", "alpha", "beta", "gamma", "ENTRIES"))
	require.Contains(t, screen, "no data", "entries are not reported")
	x.shows("figures of both added: 600 of 800", func(s string) bool {
		for line := range strings.SplitSeq(s, "\n") {
			if strings.Contains(line, " beta ") && (strings.Contains(line, "75.") || strings.Contains(line, "74.")) {
				return true
			}
		}
		return false
	})
	first := x.screen()
	x.shows("it goes on by itself", func(s string) bool { return s != first })

	x.keys("Right")
	x.shows("sorted by name", func(s string) bool {
		return strings.Contains(s, "CACHE▾") && order("alpha", "beta", "gamma")(s)
	})
	x.keys("r")
	x.shows("the other way", func(s string) bool {
		return strings.Contains(s, "CACHE▴") && order("gamma", "beta", "alpha")(s)
	})
	x.keys("/", "a", "l", "p")
	x.shows("a filter", func(s string) bool {
		return strings.Contains(s, "filter: alp") && !strings.Contains(s, "gamma")
	})
	x.keys("Enter")
	x.shows("is said", contains(`filter "alp": 1 of 3`))
	x.keys("Escape")
	x.shows("and cleared", contains("alpha", "gamma"))

	x.do("resize-window", "-x", "60", "-y", "12")
	x.shows("a small screen has what matters", func(s string) bool {
		lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
		return contains("HIT RATE", "alpha")(s) && !strings.Contains(s, "ENTRIES") && len(lines) <= 12
	})
	x.do("resize-window", "-x", "180", "-y", "30")
	x.shows("a large one has all", contains("ENTRIES", "SAVED/S", "5 MIN"))

	x.keys("p")
	frozen := x.shows("paused", contains("paused"))
	b.end()
	x.keys("p")
	x.shows("an instance is lost", contains("1 of 2 instances", b.address+" does not answer"))
	require.NotEqual(t, frozen, x.screen())
	run(t, b.address, 200, 200, "beta", "delta")
	x.shows("and found again", contains("2 of 2 instances", "delta"))

	x.keys("q")
	// tmux does not always learn a program's status: a shell around it notes it down.
	status := ""
	if !eventually(func() bool {
		b, _ := os.ReadFile(x.status)
		status = strings.TrimSpace(string(b))
		return status != ""
	}) || status != "0" {
		t.Fatalf("want exit status 0, have %q and:\n%s", status, x.screen())
	}
}
