// Package insight answers the questions that come after the hit rate, while the
// program runs: is the cache too small, which keys are hot, how many are there, how
// old do entries get, and why do lookups miss.
//
//	ins := insight.Attach(tracker, insight.Options{})
//	report := ins.Report("user") // a value, and JSON
//
// It listens to the keys that the wrappers hand to [metrics.Observer], and does nothing
// unless attached. It sees hashes alone, under a seed of the process, and keeps no key
// and no value; [Options].ShowKeys makes the one exception.
//
// # Costs
//
// Each namespace takes at most one MiB with the default sample, less while it has few
// keys, whatever the traffic is. Of most lookups it reads one register and compares two
// numbers. Some 8,192 keys, chosen by their hashes, are followed in full, and one
// lookup in 64 is counted for the hot keys; both begin with every lookup and thin out
// as more come. A namespace with fewer keys than the sample is followed whole. No
// caller waits: one that finds the analysis busy leaves a note, and of too many notes
// some are dropped and counted.
//
// # What it cannot see
//
// It knows what the wrapper is told of. A Get through another client, an entry written
// by another process, and an EXPIRE of a key that the cache has lost leave no trace; nor
// do entries that go by Resize or Purge. A lookup that finds what nobody was seen to
// write is left out of the curve rather than guessed at.
//
// # What it rests on
//
// Miss-ratio curves: SHARDS with a fixed-size sample and adjustment (Waldspurger, Park,
// Garthwaite, Ahmad, FAST 2015) over LRU stack distances (Mattson and others, 1970),
// with expiry by size. Working sets: HyperLogLog (Flajolet and others, 2007) with the
// estimator of Ertl (2017), in windows that rotate. Hot keys: Space-Saving (Metwally,
// Agrawal, El Abbadi, 2005). The types name them.
package insight
