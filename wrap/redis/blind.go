package redismeter

import (
	"time"

	"github.com/redis/go-redis/v9"
)

// go-redis has calls that a client's hooks do not see. These methods make them count.

// Watched returns fn with its transaction counted, for the Watch of a cluster or ring,
// where go-redis runs only the hooks of the node:
//
//	cluster.Watch(ctx, redismeter.HookOf(cluster).Watched(fn), "user:17")
//
// On the hook of a client of one server, whose hooks Watch does run, it returns fn as
// it is. So does a nil hook.
func (h *Hook) Watched(fn func(*redis.Tx) error) func(*redis.Tx) error {
	if h == nil || h.direct || fn == nil {
		return fn
	}
	return func(tx *redis.Tx) error {
		tx.AddHook(h)
		return fn(tx)
	}
}

// WithTimeout returns client.WithTimeout(timeout) with its commands counted: go-redis
// drops the hooks of such clones from 9.15 on. The client must have this hook.
func (h *Hook) WithTimeout(client *redis.Client, timeout time.Duration) *redis.Client {
	clone := client.WithTimeout(timeout)
	if h != nil && clonesDropHooks(redis.Version()) && instrumented.add(clone, h) {
		clone.AddHook(h)
	}
	return clone
}

// Conn returns client.Conn() with its commands counted: go-redis gives it the hooks of
// the client only from 9.9 on. The client must have this hook.
func (h *Hook) Conn(client *redis.Client) *redis.Conn {
	conn := client.Conn()
	if h != nil && connsDropHooks(redis.Version()) {
		conn.AddHook(h)
	}
	return conn
}

// Node returns a client of one node of a cluster or ring, as MasterForKey, SlaveForKey
// and the ForEach functions give, with its commands counted. The node itself stays as it
// is, since the cluster's own calls pass through it. The timeouts for reading and
// writing are the node's ReadTimeout.
func (h *Hook) Node(node *redis.Client) *redis.Client {
	if h == nil || node == nil {
		return node
	}
	clone := node.WithTimeout(node.Options().ReadTimeout)
	if instrumented.add(clone, h) {
		clone.AddHook(h)
	}
	return clone
}
