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
	h, err := NewHook(tracker, opts...)
	if err != nil {
		return err
	}
	if v.Kind() == reflect.Pointer && !instrumented.add((*byte)(v.UnsafePointer())) {
		return fmt.Errorf("redismeter: this %T is instrumented already; a second time would count everything twice", client)
	}
	client.AddHook(h)
	return nil
}

// instrumented remembers clients without keeping them alive.
var instrumented clients

type clients struct{ known sync.Map }

// add answers false for a client that was added before.
func (c *clients) add(client *byte) bool {
	who := weak.Make(client)
	if _, again := c.known.LoadOrStore(who, struct{}{}); again {
		return false
	}
	runtime.AddCleanup(client, func(gone weak.Pointer[byte]) { c.known.Delete(gone) }, who)
	return true
}
