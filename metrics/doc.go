// Package metrics counts what caches do: hits, misses and errors per namespace, and
// what goes with them (sets, deletes, evictions, expirations, loads, latency).
//
//	tracker := metrics.NewTracker()
//	users := tracker.Namespace("user") // keep the handle
//	users.RecordHit()
//	fmt.Println(tracker.Stats("user").HitRate())
//
// The wrappers of this project feed a tracker by themselves; record by hand where
// none of them fits.
//
// # Rules of counting
//
// A lookup is one Get, or one key of a batch. It has one outcome: hit, miss, or error
// when the cache could not answer. Requests are hits + misses and the hit rate is
// hits / requests; errors are outside of both, for a failed operation says nothing
// about what the cache holds. Errors count failed operations of every kind, writes
// included. A lookup that waited for another's load is coalesced, and neither.
//
// # Costs
//
// Recording takes no lock and allocates nothing. Memory is bounded: a tracker keeps
// at most 1000 namespaces apart (see [WithMaxNamespaces]) and counts the others
// together under [Overflow].
//
// # Resets
//
// A reset moves a baseline that readers subtract and touches no counter. So nothing
// recorded beside it is lost, and [Namespace.Totals], which exporters read, never goes
// down.
//
// The package imports the standard library alone, keeps no key and no value, starts no
// goroutine and never panics.
package metrics
