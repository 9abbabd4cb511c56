package registry

import (
	"os"
	"sync"
)

var exits struct {
	sync.Mutex
	hooks []func()
}

// AtExit adds something to do when the program ends by os.Exit or by returning from
// main. It is not done when a signal kills the program.
func AtExit(do func()) {
	exits.Lock()
	defer exits.Unlock()
	exits.hooks = append(exits.hooks, do)
}

// Exiting does what [AtExit] was given, once.
func Exiting() {
	exits.Lock()
	hooks := exits.hooks
	exits.hooks = nil
	exits.Unlock()
	for _, do := range hooks {
		do()
	}
}

// Exit is what woven code calls for os.Exit.
func Exit(code int) {
	Exiting()
	os.Exit(code)
}
