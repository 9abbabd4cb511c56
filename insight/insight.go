package insight

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"github.com/cachemeter/cachemeter/metrics"
)

// Options says what to listen to. The zero value is all namespaces, with curves
// within one percent and keys shown as hashes.
type Options struct {
	// Namespaces are the names of those to listen to, tiers included; none means all,
	// those that come later too.
	Namespaces []string
	// MaxNamespaces bounds how many namespaces and tiers are listened to, and so the
	// memory: at most one MiB each with the default sample. 0 means 100.
	MaxNamespaces int
	// Samples is how many keys of each namespace are followed: 0 means 8192, and
	// anything else is brought to a power of two from 256 to 32768. Half as many cost
	// half the memory and time, and 1.4 times the error.
	Samples int
	// HotKeys is how many of the most looked up keys a report lists: 0 means 10, and
	// there are at most 100.
	HotKeys int
	// ShowKeys has reports show the hot keys themselves, and so keeps the text of up to
	// 1024 keys a namespace, cut after 128 bytes. Otherwise no key is ever kept.
	ShowKeys bool
}

func (o Options) complete() Options {
	or := func(n, missing, least, most int) int {
		if n == 0 {
			n = missing
		}
		return min(max(n, least), most)
	}
	samples := 256
	for samples < or(o.Samples, 8192, 256, 32768) {
		samples *= 2
	}
	o.Samples = samples
	o.MaxNamespaces = or(o.MaxNamespaces, 100, 1, 1<<20)
	o.HotKeys = or(o.HotKeys, 10, 1, 100)
	o.Namespaces = slices.Clone(o.Namespaces)
	return o
}

// Insight listens to the keys of a tracker's namespaces. It is made by [Attach]; its
// methods are safe for concurrent use, and a nil *Insight has nothing to report.
type Insight struct {
	opts Options
	stop func()

	mu        sync.Mutex
	observers map[place]*observer
}

// place is a namespace or one tier of it.
type place struct{ name, tier string }

// Attach begins to listen to the tracker's namespaces. Each has one listener: a second
// Attach takes over those it names. A nil tracker has nothing to listen to.
func Attach(tracker *metrics.Tracker, opts Options) *Insight {
	i := &Insight{opts: opts.complete(), observers: make(map[place]*observer)}
	i.stop = tracker.Observe(i.observe)
	return i
}

// Detach stops listening, for good. Reports stay as they are.
func (i *Insight) Detach() {
	if i != nil {
		i.stop()
	}
}

// Reset forgets what was observed of a namespace and its tiers, and begins anew.
func (i *Insight) Reset(namespace string) {
	for _, o := range i.all() {
		if o.namespace.Name() == namespace {
			o.begin()
		}
	}
}

// Report answers for a namespace as a whole. One that nobody listens to has an empty
// report with its name.
func (i *Insight) Report(namespace string) Report { return i.ReportTier(namespace, "") }

// ReportTier is [Insight.Report] for one tier of a namespace.
func (i *Insight) ReportTier(namespace, tier string) Report {
	if i == nil {
		return Report{Namespace: namespace, Tier: tier}
	}
	i.mu.Lock()
	o := i.observers[place{namespace, tier}]
	i.mu.Unlock()
	if o == nil {
		return Report{Namespace: namespace, Tier: tier}
	}
	return o.report()
}

// Reports answers for everything that is listened to, by name and then by tier.
func (i *Insight) Reports() []Report {
	all := i.all()
	reports := make([]Report, len(all))
	for n, o := range all {
		reports[n] = o.report()
	}
	return reports
}

func (i *Insight) all() []*observer {
	if i == nil {
		return nil
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	places := slices.SortedFunc(maps.Keys(i.observers), func(a, b place) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.tier, b.tier))
	})
	all := make([]*observer, len(places))
	for n, p := range places {
		all[n] = i.observers[p]
	}
	return all
}

func (i *Insight) observe(n *metrics.Namespace) metrics.Observer {
	if len(i.opts.Namespaces) > 0 && !slices.Contains(i.opts.Namespaces, n.Name()) {
		return nil
	}
	p := place{n.Name(), n.TierName()}
	o, full := i.place(p, nil)
	if o == nil && !full {
		// Made without the lock: it asks the caches of the namespace for their sizes.
		o, _ = i.place(p, newObserver(i.opts, n))
	}
	if o == nil {
		return nil
	}
	return o
}

// place returns the observer of a place, which is made where there was none.
func (i *Insight) place(p place, made *observer) (o *observer, full bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if o := i.observers[p]; o != nil {
		return o, false
	}
	if len(i.observers) >= i.opts.MaxNamespaces {
		return nil, true
	}
	if made != nil {
		i.observers[p] = made
	}
	return made, false
}
