package top

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Instance is how one of the programs looked at does.
type Instance struct {
	Address string     `json:"address"`
	Error   string     `json:"error,omitempty"` // why it does not answer
	Since   *time.Time `json:"since,omitempty"` // since when it does not
}

// Picture is everything at one moment.
type Picture struct {
	Version    int        `json:"version"`
	At         time.Time  `json:"at"`
	Instances  []Instance `json:"instances"`
	Namespaces []Row      `json:"namespaces"`
}

// Watch looks at several instances, again and again: one that does not answer is
// asked the next time, too, and is left out of the figures meanwhile.
type Watch struct {
	sources []*source
	latest  []document
	lost    []Instance
	pasts   map[string]*past
	heard   []map[string]int64 // by source and name: the last sample that is in the past
}

// NewWatch fails at an address that is none. The timeout is how long an instance may
// take to answer.
func NewWatch(addresses []string, timeout time.Duration) (*Watch, error) {
	w := &Watch{pasts: make(map[string]*past)}
	for _, address := range addresses {
		s, err := newSource(address, timeout)
		if err != nil {
			return nil, err
		}
		w.sources = append(w.sources, s)
		w.lost = append(w.lost, Instance{Address: s.name})
		w.heard = append(w.heard, make(map[string]int64))
	}
	w.latest = make([]document, len(w.sources))
	return w, nil
}

// answer is what the instances said, in their order.
type answer struct {
	documents []document
	errors    []error
}

// ask asks all instances at once. It changes nothing but the sources, so that a view
// can run it beside itself.
func (w *Watch) ask(ctx context.Context) answer {
	a := answer{make([]document, len(w.sources)), make([]error, len(w.sources))}
	var asking sync.WaitGroup
	for i, s := range w.sources {
		asking.Go(func() { a.documents[i], a.errors[i] = s.fetch(ctx) })
	}
	asking.Wait()
	return a
}

// take makes a picture of an answer.
func (w *Watch) take(a answer, now time.Time) Picture {
	p := Picture{Version: version, At: now.UTC().Round(time.Millisecond)}
	var there []document
	for i, err := range a.errors {
		lost := &w.lost[i]
		if err != nil {
			if lost.Error == "" {
				since := p.At
				lost.Since = &since
			}
			lost.Error = err.Error()
			w.sources[i].asked = false
			p.Instances = append(p.Instances, *lost)
			continue
		}
		*lost = Instance{Address: lost.Address}
		p.Instances = append(p.Instances, *lost)
		there = append(there, a.documents[i])
		w.remember(i, a.documents[i])
	}
	p.Namespaces = sum(there)
	return p
}

// remember adds the samples that are not known yet to the past of all instances.
func (w *Watch) remember(source int, d document) {
	if w.latest[source].Instance != d.Instance {
		clear(w.heard[source])
	}
	w.latest[source] = d
	for _, n := range d.Namespaces {
		known := w.pasts[n.Name]
		if known == nil {
			known = new(past)
			w.pasts[n.Name] = known
		}
		h := n.History
		for i, at := range h.At {
			if at > w.heard[source][n.Name] && i < len(h.Seconds) && i < len(h.Hits) && i < len(h.Misses) {
				known.add(at, h.Seconds[i], h.Hits[i], h.Misses[i])
				w.heard[source][n.Name] = at
			}
		}
	}
}

// Once looks once. Where nobody else is watching, the first look begins a window and a
// second one, a moment later, ends it.
func (w *Watch) Once(ctx context.Context, wait time.Duration) (Picture, error) {
	a := w.ask(ctx)
	if a.blank() {
		select {
		case <-ctx.Done():
			return Picture{}, ctx.Err()
		case <-time.After(wait):
		}
		a = w.ask(ctx)
	}
	p := w.take(a, time.Now())
	failed := 0
	var first string
	for _, i := range p.Instances {
		if i.Error != "" {
			if failed == 0 {
				first = i.Address + ": " + i.Error
			}
			failed++
		}
	}
	if failed > 0 {
		return p, fmt.Errorf("%d of %d instances do not answer, first %s", failed, len(p.Instances), first)
	}
	return p, nil
}

// blank tells whether an instance that answers has no figures of now yet.
func (a answer) blank() bool {
	for i, d := range a.documents {
		for _, n := range d.Namespaces {
			if a.errors[i] == nil && n.Windows["now"] == nil {
				return true
			}
		}
	}
	return false
}
