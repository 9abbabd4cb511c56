package redisauto

import (
	"reflect"
	"runtime"
	"sync"
	"weak"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/auto/registry"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// A woven program links this package by name alone, so that only init can begin.
func init() {
	hook, err := redismeter.NewHook(metrics.Default())
	if err != nil {
		return // cannot be: the default tracker is never nil, and there are no options
	}
	registry.Listen(&listener{hook: hook})
}

// listener adds a gate to each client.
type listener struct {
	hook  *redismeter.Hook
	gates sync.Map // weak pointer to what keeps a client's hooks -> *gate
}

func (l *listener) Made(client any) {
	if c, ok := client.(redismeter.Client); ok {
		c.AddHook(&gate{hook: l.hook}) // and Hooked hears of it
	}
}

// Hooked lets one hook count where there are several: the program's own, or the first
// of ours where one constructor called another.
func (l *listener) Hooked(owner, hook any) {
	client := (*byte)(reflect.ValueOf(owner).UnsafePointer())
	who := weak.Make(client)
	switch h := hook.(type) {
	case *gate:
		if _, again := l.gates.LoadOrStore(who, h); again {
			h.shut.Store(true)
			return
		}
		runtime.AddCleanup(client, func(gone weak.Pointer[byte]) { l.gates.Delete(gone) }, who)
	case *redismeter.Hook:
		byHand := &gate{}
		if first, ours := l.gates.LoadOrStore(who, byHand); ours {
			first.(*gate).shut.Store(true)
		}
	}
}
