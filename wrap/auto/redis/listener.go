package redisauto

import (
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sync"
	"weak"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/auto/registry"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// A woven program links this package by name alone, so that only init can begin.
func init() { registry.Listen(&listener{}) }

// listener instruments each client as its program would with one line, but through a
// gate: a program that has that line keeps its own hook, and the gate shuts.
type listener struct {
	gates sync.Map // weak pointer to what keeps a client's hooks -> *gate

	instrumenting sync.Mutex // one client at a time

	mu     sync.Mutex
	client any // being instrumented
	hook   any // its hook, once it is known
	failed sync.Once
}

// Made instruments a client.
func (l *listener) Made(client any) {
	c, ok := client.(redismeter.Client)
	if !ok {
		return
	}
	l.instrumenting.Lock()
	defer l.instrumenting.Unlock()
	l.expect(client)
	defer l.expect(nil)
	if err := redismeter.Instrument(c, metrics.Default()); err != nil {
		l.failed.Do(func() { fmt.Fprintf(os.Stderr, "cachemeter: %v; Redis is not counted\n", err) })
	}
}

func (l *listener) expect(client any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.client, l.hook = client, nil
}

// Adopts learns which hook is ours.
func (l *listener) Adopts(client, hook any) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.client == nil || l.client != client {
		return false
	}
	l.hook = hook
	return true
}

// Hooked puts our hooks behind gates, and lets one hook count where there are several:
// the program's own, or the first of ours where one constructor called another.
func (l *listener) Hooked(owner, hook any) (instead any) {
	h, ok := hook.(*redismeter.Hook)
	if !ok {
		return hook
	}
	l.mu.Lock()
	ours := hook == l.hook
	l.mu.Unlock()
	g := &gate{hook: h}
	client := (*byte)(reflect.ValueOf(owner).UnsafePointer())
	who := weak.Make(client)
	first, again := l.gates.LoadOrStore(who, g)
	if !again {
		runtime.AddCleanup(client, func(gone weak.Pointer[byte]) { l.gates.Delete(gone) }, who)
	}
	switch {
	case !ours && again:
		first.(*gate).shut.Store(true)
	case ours && again:
		g.shut.Store(true)
	}
	if ours {
		return g
	}
	return hook
}
