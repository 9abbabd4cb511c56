package demo

import (
	"context"
	"io"
	"net"
	"sync/atomic"
)

// network makes connections that can be cut. A cut is asked for and comes when the
// next command is sent, not at a time: so it is always known which command failed,
// and that the server never saw it.
type network struct {
	dial func(ctx context.Context, kind, address string) (net.Conn, error)
	cut  atomic.Bool // asked for and not yet done
}

// Dial connects, for the Dialer of a client's options.
func (n *network) Dial(ctx context.Context, kind, address string) (net.Conn, error) {
	conn, err := n.dial(ctx, kind, address)
	if err != nil {
		return nil, err
	}
	return &connection{Conn: conn, network: n}, nil
}

// Cut makes the connection that is written to next drop. Asked for twice before
// that, it is one cut.
func (n *network) Cut() { n.cut.Store(true) }

// connection looks, once dropped, like one whose other end went away: what is written
// is lost, and what is read is the end. Closing it is, as ever, up to its user.
type connection struct {
	net.Conn
	network *network
	dropped atomic.Bool
}

func (c *connection) Write(p []byte) (int, error) {
	if c.dropped.Load() {
		return len(p), nil
	}
	if c.network.cut.CompareAndSwap(true, false) {
		c.dropped.Store(true)
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func (c *connection) Read(p []byte) (int, error) {
	if c.dropped.Load() {
		return 0, io.EOF
	}
	return c.Conn.Read(p)
}
