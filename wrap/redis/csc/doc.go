// Package csc tells the local hits of go-redis's client-side cache from those of the
// server, as tiers of each namespace.
//
//	options := &redis.Options{Addr: addr, ClientSideCache: csc.NewCache(redis.CacheConfig{MaxEntries: 10_000})}
//	client := redis.NewClient(options)
//	err := csc.Instrument(client, tracker)
//
// A namespace's own figures say what the program got. Its tier [Local] says how the
// client-side cache did: a hit needed no server, whatever the answer; answers "not
// there" are negative hits among them; a lookup that waited for another's fetch of the
// same key is coalesced. Its tier [Server] says how Redis did on what was left:
// local misses, and the calls that go-redis does not cache (pipelines, transactions,
// Conn, GetToBuffer).
//
// Beyond what package redismeter costs, a command allocates twice: the context that
// carries its mark to the cache, and what counts it by tier. Of go-redis's options for its own cache type,
// refreshing, coalescing of misses and batched invalidation do not apply: it asks for
// exactly *redis.LocalCache.
//
// It is a module of its own, because client-side caching needs go-redis 9.22.
package csc
