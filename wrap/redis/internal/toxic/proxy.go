package toxic

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Toxic is what is done to one chunk of replies: it returns the bytes that go on to
// the client, how long they wait, and whether the connection then closes. It is called
// by one goroutine a connection.
type Toxic func(random *rand.Rand, reply []byte) (out []byte, wait time.Duration, end End)

// End is what becomes of a connection after a chunk.
type End int

const (
	Open      End = iota
	Close         // in order
	Reset         // at once, with what is under way
	HalfOpen      // the client is never told, and never hears again
	SlowClose     // some time after the last byte
)

// slow is the delay of slow things.
const slow = 3 * time.Millisecond

// Proxy forwards connections to a server, through a [Toxic].
type Proxy struct {
	Addr string

	listen net.Listener

	mu      sync.Mutex
	server  string
	toxic   Toxic
	conns   map[net.Conn]struct{}
	seed    uint64
	ended   chan struct{}
	serving sync.WaitGroup
}

// Start runs a proxy before the server at addr. It ends with the test.
func Start(t testing.TB, addr string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &Proxy{Addr: l.Addr().String(), server: addr, listen: l, toxic: None, conns: map[net.Conn]struct{}{}, ended: make(chan struct{})}
	p.serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			p.serving.Go(func() { p.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		close(p.ended)
		p.Drop()
		p.serving.Wait()
	})
	return p
}

// Set changes the toxic, for connections that are open as well.
func (p *Proxy) Set(toxic Toxic) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.toxic = toxic
}

// Redirect forwards new connections to another server: to the client, the same one
// has come up again. Open connections are dropped.
func (p *Proxy) Redirect(addr string) {
	p.mu.Lock()
	p.server = addr
	p.mu.Unlock()
	p.Drop()
}

// Drop closes every connection.
func (p *Proxy) Drop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.conns {
		_ = conn.Close()
	}
}

// hold notes connections to be dropped, and tells whether the proxy is still open.
func (p *Proxy) hold(conns ...net.Conn) (seed uint64, open bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-p.ended:
		return 0, false
	default:
	}
	for _, c := range conns {
		p.conns[c] = struct{}{}
	}
	p.seed++
	return p.seed, true
}

func (p *Proxy) serve(client net.Conn) {
	defer client.Close()
	p.mu.Lock()
	addr := p.server
	p.mu.Unlock()
	server, err := net.Dial("tcp", addr)
	if err != nil {
		return
	}
	defer server.Close()
	seed, open := p.hold(client, server)
	if !open {
		return
	}
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, client)
		delete(p.conns, server)
	}()
	var requests sync.WaitGroup
	requests.Go(func() {
		buffer := make([]byte, 4096)
		for {
			n, err := client.Read(buffer)
			if err != nil {
				_ = server.Close()
				return
			}
			if _, err := server.Write(buffer[:n]); err != nil {
				return
			}
		}
	})
	p.replies(client, server, rand.New(rand.NewPCG(seed, 1)))
	_ = client.Close()
	_ = server.Close()
	requests.Wait()
}

func (p *Proxy) replies(client, server net.Conn, random *rand.Rand) {
	buffer := make([]byte, 4096)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		p.mu.Lock()
		toxic := p.toxic
		p.mu.Unlock()
		out, wait, end := toxic(random, buffer[:n])
		p.pause(wait)
		if _, err := client.Write(out); err != nil {
			return
		}
		switch end {
		case Open:
		case Close:
			return
		case Reset:
			_ = client.(*net.TCPConn).SetLinger(0)
			return
		case SlowClose:
			p.pause(slow)
			return
		case HalfOpen:
			// Until the client gives up and closes its side, which ends server.
			for err == nil {
				_, err = server.Read(buffer)
			}
			return
		}
	}
}

func (p *Proxy) pause(d time.Duration) {
	if d <= 0 {
		return
	}
	select {
	case <-time.After(d):
	case <-p.ended:
	}
}
