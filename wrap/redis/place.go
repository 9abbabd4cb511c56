package redismeter

import (
	"context"
	"strconv"
	"sync/atomic"
	"unsafe"

	"github.com/cachemeter/cachemeter/metrics"
)

// place chooses the figures that a key counts in.
type place struct {
	tracker *metrics.Tracker
	tier    string
	name    func(key string) string // nil: Prefix
	fixed   *metrics.Namespace      // where every key counts, if set
	figures metrics.Figure          // what a hook can report
	recent  recent
}

// called returns where a call counts whatever its keys are, nil where the keys decide.
func (p *place) called(ctx context.Context) *metrics.Namespace {
	if name, ok := metrics.NamespaceFromContext(ctx); ok {
		return p.handle(name)
	}
	return p.fixed
}

func (p *place) handle(name string) *metrics.Namespace {
	if n := p.recent.find(name); n != nil {
		return n
	}
	n := p.tracker.Tier(name, p.tier)
	n.Reports(p.figures)
	p.recent.keep(name, n)
	return n
}

// recent keeps handles by name in front of the tracker's own, safe for all names,
// directory: telling that a name is the one of a slot takes no hash. A slot is written
// once, so that no two processors fight over it; names that find theirs taken ask the
// tracker.
type recent [64]atomic.Pointer[metrics.Namespace]

func (r *recent) slot(name string) *atomic.Pointer[metrics.Namespace] {
	h := uint(len(name))
	if h > 0 {
		h += uint(name[0])*7 + uint(name[h/2])*3 + uint(name[h-1])
	}
	return &r[h%uint(len(r))]
}

func (r *recent) find(name string) *metrics.Namespace {
	if n := r.slot(name).Load(); n != nil && n.Name() == name {
		return n
	}
	return nil
}

// keep takes the first that comes, but not the overflow under another name.
func (r *recent) keep(name string, n *metrics.Namespace) {
	if slot := r.slot(name); slot.Load() == nil && n.Name() == name {
		slot.CompareAndSwap(nil, n)
	}
}

// nameOf returns the namespace that a command's key argument belongs to. The answer
// may share the key's memory and is good until the command's caller goes on.
func (p *place) nameOf(key any) string {
	switch k := key.(type) {
	case string:
		if p.name == nil {
			return Prefix(k)
		}
		return p.ask(k)
	case []byte:
		if p.name == nil {
			return Prefix(unsafe.String(unsafe.SliceData(k), len(k)))
		}
		return p.ask(string(k)) // a copy: the function may keep it
	case *string:
		if k == nil {
			return Fallback
		}
		if p.name == nil {
			return Prefix(*k)
		}
		return p.ask(*k)
	}
	if n, ok := whole(key); ok && p.name != nil {
		return p.ask(strconv.FormatInt(n, 10))
	}
	return Fallback
}

// ask calls the user's function, whose panics are not the caller's.
func (p *place) ask(key string) (name string) {
	defer func() {
		if recover() != nil {
			name = Fallback
		}
	}()
	return usable(p.name(key))
}
