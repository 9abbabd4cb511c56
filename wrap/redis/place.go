package redismeter

import (
	"context"
	"strconv"
	"unsafe"

	"github.com/cachemeter/cachemeter/metrics"
)

// place chooses the figures that a key counts in.
type place struct {
	tracker *metrics.Tracker
	tier    string
	name    func(key string) string // nil: Prefix
	fixed   *metrics.Namespace      // where every key counts, if set
}

// called returns where a call counts whatever its keys are, nil where the keys decide.
func (p *place) called(ctx context.Context) *metrics.Namespace {
	if name, ok := metrics.NamespaceFromContext(ctx); ok {
		return p.handle(name)
	}
	return p.fixed
}

func (p *place) handle(name string) *metrics.Namespace { return p.tracker.Tier(name, p.tier) }

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
