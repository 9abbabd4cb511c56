package registry

import (
	"runtime"
	"strings"
	"sync"
)

// ClientListener is told what woven go-redis does.
type ClientListener interface {
	// Made is told of each client that the program made, those which are nodes of a
	// cluster or ring apart.
	Made(client any)

	// Hooked is told of each hook that is added to a client, and returns the one to add
	// in its place. owner is what keeps the client's hooks: the same pointer for the
	// same client.
	Hooked(owner, hook any) (instead any)

	// Adopts tells whether it is the listener that instruments the client with the hook,
	// which redismeter then does not remember: the program may do it once more.
	Adopts(client, hook any) bool
}

var clients struct {
	sync.Mutex
	listener ClientListener
	pending  []func(ClientListener) // what happened before there was one
}

// Listen makes listener hear of everything that has happened and will happen. One can
// listen; a second is ignored.
func Listen(listener ClientListener) {
	clients.Lock()
	if clients.listener != nil {
		clients.Unlock()
		return
	}
	clients.listener = listener
	pending := clients.pending
	clients.pending = nil
	clients.Unlock()
	for _, tell := range pending {
		tell(listener)
	}
}

// listening returns the listener; where there is none yet, it will be told.
func listening(later func(ClientListener)) ClientListener {
	clients.Lock()
	defer clients.Unlock()
	if clients.listener == nil && later != nil {
		clients.pending = append(clients.pending, later)
	}
	return clients.listener
}

// ClientMade is called by woven constructors of go-redis clients.
func ClientMade(client any) {
	if Asked.Off || !clientCounted() {
		return
	}
	if l := listening(func(l ClientListener) { l.Made(client) }); l != nil {
		l.Made(client)
	}
}

// HookAdded is called by the woven AddHook of go-redis clients, which adds what it
// returns.
func HookAdded(owner, hook any) any {
	if Asked.Off {
		return hook
	}
	if l := listening(func(l ClientListener) { l.Hooked(owner, hook) }); l != nil {
		return l.Hooked(owner, hook)
	}
	return hook
}

// Adopts is called by woven redismeter when it instruments a client.
func Adopts(client, hook any) bool {
	l := listening(nil)
	return l != nil && l.Adopts(client, hook)
}

// clientCounted tells whether the program made the client, and wants it counted. The
// nodes behind a cluster or ring see each command again, for each attempt.
func clientCounted() (counted bool) {
	made := false // by the program: the frames of the constructors are passed
	frames(func(pkg string, f runtime.Frame) bool {
		switch function := f.Function[len(pkg):]; {
		case !within(pkg, goRedis):
			if !made {
				made, counted = true, names.counted(siteOf(pkg, f))
			}
			return true // the program's own Options.NewClient is called for nodes too
		case !made && isConstructor(function):
			return true
		case !made, strings.Contains(function, "lusterNode"), strings.Contains(function, "ingShard"):
			counted = false
			return false
		}
		return true
	})
	return counted
}

func isConstructor(function string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(function, "."), ".")
	return strings.HasPrefix(name, "New") && (strings.HasSuffix(name, "Client") || name == "NewRing")
}
