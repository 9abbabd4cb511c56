package redistest

import (
	"bufio"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Scripted is a server that answers as a test tells it to.
type Scripted struct {
	Addr string

	mu     sync.Mutex
	answer func(args []string) string
	listen net.Listener
	conns  map[net.Conn]struct{}
}

// Hangup is the answer that drops the connection.
const Hangup = "\x00hangup"

// Silence is the answer that never comes: the client waits.
const Silence = "\x00silence"

// StartScripted runs a server that answers each command with the bytes that answer
// returns for its arguments. Where it returns "", HELLO is refused, so that the client
// speaks RESP2, and everything else is answered OK.
func StartScripted(t testing.TB, answer func(args []string) string) *Scripted {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Scripted{Addr: l.Addr().String(), answer: answer, listen: l, conns: map[net.Conn]struct{}{}}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns[conn] = struct{}{}
			s.mu.Unlock()
			serving.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		s.DropAll()
		serving.Wait()
	})
	return s
}

// Answer changes the script.
func (s *Scripted) Answer(answer func(args []string) string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// DropAll closes every connection.
func (s *Scripted) DropAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		_ = conn.Close()
	}
	clear(s.conns)
}

func (s *Scripted) serve(conn net.Conn) {
	defer conn.Close()
	r := bufio.NewReader(conn)
	for {
		args, err := readCommand(r)
		if err != nil || len(args) == 0 {
			return
		}
		s.mu.Lock()
		answer := s.answer
		s.mu.Unlock()
		reply := answer(args)
		switch {
		case reply == Hangup:
			return
		case reply == Silence:
			continue
		case reply == "" && strings.EqualFold(args[0], "hello"):
			reply = "-ERR unknown command 'hello'\r\n"
		case reply == "":
			reply = "+OK\r\n"
		}
		if _, err := io.WriteString(conn, reply); err != nil {
			return
		}
	}
}

// readCommand reads an array of bulk strings.
func readCommand(r *bufio.Reader) ([]string, error) {
	n, err := readLength(r)
	if err != nil {
		return nil, err
	}
	args := make([]string, n)
	for i := range args {
		size, err := readLength(r)
		if err != nil {
			return nil, err
		}
		b := make([]byte, size+2)
		if _, err := io.ReadFull(r, b); err != nil {
			return nil, err
		}
		args[i] = string(b[:size])
	}
	return args, nil
}

func readLength(r *bufio.Reader) (int, error) {
	line, err := r.ReadString('\n')
	if err != nil || len(line) < 3 {
		return 0, io.ErrUnexpectedEOF
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}

// Bulk returns a string as it stands on the wire.
func Bulk(s string) string { return "$" + strconv.Itoa(len(s)) + "\r\n" + s + "\r\n" }
