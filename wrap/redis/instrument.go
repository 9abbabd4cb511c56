package redismeter

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"sync"
	"weak"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/redis/go-redis/v9"
)

// Client is what can be instrumented: *redis.Client, *redis.ClusterClient,
// *redis.Ring, a redis.UniversalClient, and each *redis.Conn of theirs.
type Client interface {
	AddHook(hook redis.Hook)
}

// Instrument makes a client count in tracker from its next command on. Give it the
// client that the program calls, not the nodes behind a cluster or ring: those would
// count each attempt again. It fails on a nil client or tracker, on an unknown command
// name, and on a client that Instrument was given before.
func Instrument(client Client, tracker *metrics.Tracker, opts ...Option) error {
	v := reflect.ValueOf(client)
	if !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil() {
		return errors.New("redismeter: nil client; give Instrument the client that the program calls")
	}
	if _, ok := client.(interface{ IsBlocking() bool }); ok {
		// An AutoPipeliner hands its hooks on to the client.
		return fmt.Errorf("redismeter: a %T has the hooks of its client; give Instrument the client", client)
	}
	h, err := NewHook(tracker, opts...)
	if err != nil {
		return err
	}
	_, h.direct = client.(*redis.Client)
	ring, isRing := client.(*redis.Ring)
	h.above = isRing
	if !instrumented.add(client, h) {
		return fmt.Errorf("redismeter: this %T is instrumented already; a second time would count everything twice", client)
	}
	if isRing {
		h.watch(ring)
	}
	client.AddHook(h)
	return nil
}

// HookOf returns the hook that [Instrument] put on a client, nil where there is none.
// The methods of a nil hook that help with calls it would not see do nothing.
func HookOf(client Client) *Hook { return instrumented.hook(client) }

// instrumented remembers clients without keeping them alive.
var instrumented clients

type clients struct{ known sync.Map }

// identity returns what tells a client from others: a pointer, which does not keep it
// alive, and false for a client that is none.
func identity(client Client) (*byte, bool) {
	v := reflect.ValueOf(client)
	if v.Kind() != reflect.Pointer || v.IsNil() {
		return nil, false
	}
	return (*byte)(v.UnsafePointer()), true
}

// add answers false for a client that was added before.
func (c *clients) add(client Client, h *Hook) bool {
	p, ok := identity(client)
	if !ok {
		return true
	}
	who := weak.Make(p)
	if _, again := c.known.LoadOrStore(who, h); again {
		return false
	}
	runtime.AddCleanup(p, func(gone weak.Pointer[byte]) { c.known.Delete(gone) }, who)
	return true
}

func (c *clients) hook(client Client) *Hook {
	p, ok := identity(client)
	if !ok {
		return nil
	}
	h, _ := c.known.Load(weak.Make(p))
	hook, _ := h.(*Hook)
	return hook
}
