package generic

import "time"

// Option changes how [Wrap] measures, and is a [LoaderOption] too.
type Option interface {
	LoaderOption
	forWrap()
}

// LoaderOption changes how [NewLoader] loads, and is an [EntryOption] too.
type LoaderOption interface {
	EntryOption
	forLoaders()
}

// EntryOption changes how [NewEntryLoader] loads. Some of them need what only an
// [Entry] remembers, and are therefore no [LoaderOption].
type EntryOption interface {
	apply(*options)
}

type options struct {
	latency bool

	ttl            time.Duration
	absent         error
	negativeTTL    time.Duration
	staleFor       time.Duration
	refreshAhead   time.Duration
	refreshTimeout time.Duration
}

type (
	entryOption  func(*options)
	loaderOption struct{ entryOption }
	option       struct{ loaderOption }
)

func (f entryOption) apply(o *options) { f(o) }
func (loaderOption) forLoaders()       {}
func (option) forWrap()                {}

// WithLatency also measures how long each lookup took, by outcome
// ([metrics.Namespace.Latency]); a loader measures its hits alone, for the rest is
// the load time. It reads the clock twice, which costs about ten times what counting
// does.
//
// [metrics.Namespace.Latency]: https://pkg.go.dev/github.com/cachemeter/cachemeter/metrics#Namespace.Latency
func WithLatency() Option {
	return option{loaderOption{func(o *options) { o.latency = true }}}
}

// WithTTL sets how long a loaded value is good for; unless told, and for a ttl below 1,
// it is the cache's own default.
func WithTTL(ttl time.Duration) LoaderOption {
	return loaderOption{func(o *options) { o.ttl = max(ttl, 0) }}
}

// WithAbsent sets the error by which the origin says that it has no such key:
// [ErrAbsent] unless told. An error of the load is tested with [errors.Is]. nil is
// ignored.
func WithAbsent(err error) LoaderOption {
	return loaderOption{func(o *options) {
		if err != nil {
			o.absent = err
		}
	}}
}

// WithNegativeTTL remembers for ttl that the origin has no such key. Meanwhile lookups
// answer the error of [WithAbsent] and count as hits, and as negative hits. A ttl below
// 1 is ignored.
func WithNegativeTTL(ttl time.Duration) EntryOption {
	return entryOption(func(o *options) { o.negativeTTL = max(ttl, 0) })
}

// WithServeStale keeps a value for the time d beyond its ttl, to be served where the
// origin fails then: such a lookup counts as a hit, and as a stale hit, beside the
// failed load. It needs [WithTTL].
func WithServeStale(d time.Duration) EntryOption {
	return entryOption(func(o *options) { o.staleFor = max(d, 0) })
}

// WithRefreshAhead loads a value anew, in a goroutine of its own, when it is looked up
// within the time before of its end: the lookup is a hit and does not wait. At most one
// load of a key is under way. Its context carries the values of the lookup's, not its
// cancellation, and ends after timeout. It needs [WithTTL]; before and timeout must be
// above 0.
func WithRefreshAhead(before, timeout time.Duration) EntryOption {
	return entryOption(func(o *options) {
		if before > 0 && timeout > 0 {
			o.refreshAhead, o.refreshTimeout = before, timeout
		}
	})
}

func gather[O EntryOption](opts []O) options {
	o := options{absent: ErrAbsent}
	for _, opt := range opts {
		if any(opt) != nil {
			opt.apply(&o)
		}
	}
	return o
}
