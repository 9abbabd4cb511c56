package auto_test

import (
	"bufio"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// servers are a Redis and a cluster of one.
type servers struct{ redis, cluster string }

func startServers(t *testing.T) servers {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("no redis-server on PATH: install Redis to run this")
	}
	s := servers{start(t), start(t, "--cluster-enabled", "yes")}
	require.Equal(t, "+OK", ask(s.cluster, "CLUSTER ADDSLOTSRANGE 0 16383"))
	require.Eventually(t, func() bool {
		return ask(s.cluster, "SET ready 1") == "+OK"
	}, 60*time.Second, 20*time.Millisecond)
	return s
}

// environment is what the programs of testdata look for.
func (s servers) environment() []string {
	return []string{"SHOP_REDIS=" + s.redis, "SHOP_CLUSTER=" + s.cluster}
}

func (s servers) flush(t *testing.T) {
	t.Helper()
	require.Equal(t, "+OK", ask(s.redis, "FLUSHALL"))
	require.Equal(t, "+OK", ask(s.cluster, "FLUSHALL"))
}

func start(t *testing.T, args ...string) string {
	t.Helper()
	// A cluster's bus listens at the port + 10000.
	port := 0
	for port == 0 || port > 55000 {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port = l.Addr().(*net.TCPAddr).Port
		l.Close()
	}
	cmd := exec.Command("redis-server", append([]string{"--port", strconv.Itoa(port), "--bind", "127.0.0.1", "--save", "", "--dir", t.TempDir()}, args...)...)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	address := fmt.Sprint("127.0.0.1:", port)
	require.Eventually(t, func() bool {
		c, err := net.Dial("tcp", address)
		if err != nil {
			return false
		}
		c.Close()
		return true
	}, 60*time.Second, 10*time.Millisecond)
	return address
}

// ask sends one inline command and returns the first line of the reply, or why there
// is none: a busy disk can hold a server up for long.
func ask(address, command string) string {
	c, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		return err.Error()
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := fmt.Fprint(c, command+"\r\n"); err != nil {
		return err.Error()
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil {
		return err.Error()
	}
	return strings.TrimSpace(line)
}

// freeAddress returns a loopback address where nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}
