// Package generic counts the lookups of any cache.
//
//	users := generic.Wrap(cache, tracker.Namespace("user")) // a cache with Get, Set, Delete
//	get := generic.Lookup(tracker.Namespace("user"), cache.Get) // or just its Get function
//
// And it builds on caches, counting what no single cache can tell: a [Loader] gets a
// value from a cache or loads it once for all who ask, and a [Tiered] makes one cache of
// several.
//
// A wrapper returns what the cache returned: the same values, the same error values,
// and the same panics, counted as errors on their way through. It takes no lock, starts
// no goroutine, and keeps no key and no value. What it adds to a call is one branch
// and one counter. Latency costs two readings of the clock, more than everything
// else together, and is therefore asked for with [WithLatency].
//
// A call that does not return, because it panics or ends its goroutine with
// [runtime.Goexit], counts as an error.
//
// A nil namespace is valid everywhere and records nothing.
package generic
