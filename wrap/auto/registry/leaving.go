package registry

import (
	"runtime"
	"strings"
)

// Leaving is called by simplelru.LRU and expirable.LRU when an entry is about to
// leave. The latter holds its lock then; it counts an expiration where it is the
// cache's own sweep that removes the entry, which only the stack tells.
func (m *Meter) Leaving() {
	m.left.Add(1)
	if m.kind != Expirable {
		return
	}
	if m.evicting {
		m.evicting = false
	} else if sweeping() {
		m.namespace.Load().RecordExpirations(1)
	}
}

// Evicting is called by expirable.LRU when its policy is about to remove an entry, so
// that Leaving need not look at the stack.
func (m *Meter) Evicting() { m.evicting = true }

func sweeping() bool {
	var pcs [4]uintptr
	walk := runtime.CallersFrames(pcs[:runtime.Callers(3, pcs[:])])
	for {
		f, more := walk.Next()
		if strings.HasSuffix(f.Function, ".deleteExpired") {
			return true
		}
		if !more {
			return false
		}
	}
}

// Enter and Leave enclose what may call the user back with the cache's lock held:
// whoever reads figures in a callback would wait for a lock that it holds itself.
func (m *Meter) Enter() { m.inside.Add(1) }

// Leave ends Enter.
func (m *Meter) Leave() { m.inside.Add(-1) }
