// Package registry is what code woven into go-redis and golang-lru calls. It knows
// neither of them, because what it imports cannot be woven to import it.
//
// A program has no reason to call it: "cachemeter auto build" writes the calls. A
// cache gets a [Meter], which counts in metrics.Default() under the place where the
// cache was made; a go-redis client goes to whoever listens ([Listen]), which is
// wrap/auto/redis.
package registry
