// Package redismeter counts the hits, misses and errors of go-redis clients, by
// namespace, as they are.
//
//	err := redismeter.Instrument(client, tracker) // nothing else changes
//
// It is named redismeter, not redis, because every caller imports go-redis's redis
// beside it.
//
// # What counts
//
// Each read of a cached value is a lookup: GET and its kin, a key of an MGET, a field
// of an HMGET, a whole collection (HGETALL). redis.Nil, a nil element and an empty
// collection are misses. A failed command is an error, never a miss. The commands of
// a pipeline or transaction are classified one by one, each by its own reply, and when
// the batch as a whole was refused every lookup of it is an error, whatever its
// command says. SET, DEL and their kin count as sets and deletes. Commands that say
// nothing about a cached value count as nothing. [WithCommands] and [WithoutCommands]
// widen and narrow the choice.
//
// # Whose figures
//
// A key's namespace is the part before its first colon when that looks like a name
// ("user:17" is "user"), and [Fallback] otherwise. [WithNamespace] and
// [WithNamespaceFunc] choose differently, and a call's own context, by
// metrics.ContextWithNamespace, overrides them all.
//
// # What it costs
//
// Tens of nanoseconds and no allocation a command, two readings of the clock included
// ([WithoutLatency] saves these). The hook starts no goroutine, takes no lock, keeps no
// key and no value, and returns what the client returned.
package redismeter
