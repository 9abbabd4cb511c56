package redistest

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// Server is a running redis-server.
type Server struct {
	Addr string

	process *exec.Cmd
	ended   chan struct{}
	stop    sync.Once
	output  *bytes.Buffer
}

const patience = 20 * time.Second

// Start runs a redis-server that keeps nothing on disk. Further arguments are its
// configuration, such as "--maxmemory", "1mb".
func Start(t testing.TB, config ...string) *Server {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		t.Skip("needs redis-server on the PATH: apt-get install redis-server")
	}
	// Another process may take the port between asking for it and using it.
	for range 5 {
		if s := start(t, path, config); s != nil {
			return s
		}
	}
	t.Fatal("redis-server did not start on five ports")
	return nil
}

func start(t testing.TB, path string, config []string) *Server {
	t.Helper()
	port := FreePort(t)
	args := append([]string{
		"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--dir", t.TempDir(), "--daemonize", "no", "--loglevel", "warning",
	}, config...)
	return run(t, path, port, args)
}

func run(t testing.TB, path string, port int, args []string) *Server {
	t.Helper()
	s := &Server{
		Addr:    net.JoinHostPort("127.0.0.1", strconv.Itoa(port)),
		process: exec.Command(path, args...),
		ended:   make(chan struct{}),
		output:  new(bytes.Buffer),
	}
	s.process.Stdout, s.process.Stderr = s.output, s.output
	require.NoError(t, s.process.Start())
	go func() {
		_ = s.process.Wait()
		close(s.ended)
	}()
	t.Cleanup(s.Kill)
	if !s.answers() {
		s.Kill()
		t.Logf("redis-server on port %d: %s", port, s.output)
		return nil
	}
	return s
}

// answers waits until the server does, and gives up when it ended.
func (s *Server) answers() bool {
	client := redis.NewClient(&redis.Options{Addr: s.Addr, MaxRetries: -1, DialTimeout: time.Second})
	defer client.Close()
	deadline := time.After(patience)
	for {
		// Any answer will do: a server that asks for a password is up.
		if err := client.Ping(context.Background()).Err(); err == nil || isReply(err) {
			return true
		}
		select {
		case <-s.ended:
			return false
		case <-deadline:
			return false
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func isReply(err error) bool {
	_, ok := err.(redis.Error)
	return ok
}

// Kill ends the server as a crash would. It may be called again.
func (s *Server) Kill() {
	s.stop.Do(func() {
		_ = s.process.Process.Kill()
		<-s.ended
	})
}

// FreePort returns a port that nobody listens on, with room for a cluster's bus at
// 10000 above.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 200 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := l.Addr().(*net.TCPAddr).Port
		_ = l.Close()
		if port+10000 > 65535 {
			port -= 20000
			// Below the range that the system chooses from: see that it is free.
			if l, err = net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port))); err != nil {
				continue
			}
			_ = l.Close()
		}
		bus, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port+10000)))
		if err != nil {
			continue
		}
		_ = bus.Close()
		return port
	}
	t.Fatal("no free port")
	return 0
}

// writeFile makes a configuration file that the server may rewrite.
func writeFile(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}
