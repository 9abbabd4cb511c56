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
		if k != nil {
			return p.nameOf(*k)
		}
	case int:
		return p.numbered(int64(k))
	case int64:
		return p.numbered(k)
	}
	return Fallback
}

func (p *place) numbered(key int64) string {
	if p.name == nil {
		return Fallback
	}
	return p.ask(strconv.FormatInt(key, 10))
}

// ask calls the user's function, whose panics are not the caller's.
func (p *place) ask(key string) (name string) {
	defer func() {
		if recover() != nil {
			name = Fallback
		}
	}()
	return p.name(key)
}

// called returns where a call counts whatever its keys are, nil where the keys decide.
func (p *place) called(ctx context.Context) *metrics.Namespace {
	if name, ok := metrics.NamespaceFromContext(ctx); ok {
		return p.tracker.Tier(name, p.tier)
	}
	return p.fixed
}

func (p *place) handle(name string) *metrics.Namespace { return p.tracker.Tier(name, p.tier) }
