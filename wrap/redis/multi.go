package redismeter

import (
	"strings"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// multis counts the transactions that the program opened by sending MULTI itself. A
// hook does not see connections, only that some transaction is open: meanwhile a reply
// "QUEUED" is the server's acknowledgement and no value.
type multis struct{ n atomic.Int32 }

func (m *multis) open() bool { return m.n.Load() > 0 }

// note follows a MULTI, EXEC or DISCARD that was sent as a command of its own. A
// transaction whose connection broke stays open, which costs no more than the hits on
// values that are the text QUEUED.
func (m *multis) note(c *command, err error) {
	if c == multi {
		if err == nil {
			m.n.Add(1)
		}
		return
	}
	for {
		n := m.n.Load()
		if n == 0 || m.n.CompareAndSwap(n, n-1) {
			return
		}
	}
}

// isByHand tells a MULTI that the program put into a pipeline from that of TxPipeline,
// whose commands have their final replies.
func isByHand(cmd redis.Cmder) bool {
	_, own := cmd.(*redis.Cmd)
	return own
}

// isQueued tells whether the reply is the server's acknowledgement inside a MULTI,
// which most types cannot even read.
func isQueued(cmd redis.Cmder, err error) bool {
	const queued = "QUEUED"
	if err != nil {
		return strings.Contains(messageOf(err), queued)
	}
	if raw, ok := rawOf(cmd); ok {
		return string(raw) == "+QUEUED\r\n"
	}
	if _, ok := cmd.(*redis.BoolCmd); ok {
		return true // a status other than OK reads as false
	}
	text, ok := textOf(cmd)
	return ok && text == queued
}
