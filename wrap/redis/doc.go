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
// of an HMGET, a whole collection (HGETALL, SMEMBERS, LRANGE 0 -1). redis.Nil, a nil
// element and an empty collection are misses. A failed command is an error of a class,
// never a miss. The commands of a pipeline or transaction are classified one by one,
// each by its own reply; when the batch as a whole was refused, every lookup of it is
// an error, whatever its command says. SET, DEL and their kin count as sets and
// deletes, and EXPIRE, which writes no value, as a delete where the time given is over.
//
// Existence and TTL tests, set membership, pops, single elements and scripts count
// when [WithCommands] asks for them. A reply that is the same for an absent key and for
// one that is there is never guessed at; [WithClassifier] can judge it with more
// knowledge.
//
// # Whose figures
//
// A key's namespace is the part before its first colon when that looks like a name
// ("user:17" is "user", see [Prefix]), and [Fallback] otherwise. [WithRules],
// [WithNamespaceFunc] and [WithNamespace] choose differently, and a call's own context,
// by metrics.ContextWithNamespace, overrides them all. An EXISTS or DEL over keys of
// several namespaces says how many it found, not which: unless that settles it, it
// counts under [Fallback].
//
// # Which clients
//
// Client, ClusterClient, Ring, the failover clients, UniversalClient and what they make:
// Conn, Tx, Pipeline, TxPipeline, Script, AutoPipeline. Retries and redirects inside a
// call are one lookup. For the local hits of client-side caching see package csc below
// this one; without it they count as any other.
//
// go-redis has calls that run no hook of the client. Make them count by
// [Hook.Watched] (Watch on a cluster or ring), [Hook.Node] (clients of nodes),
// [Hook.WithTimeout] and [Hook.Conn]:
//
//	err := cluster.Watch(ctx, redismeter.HookOf(cluster).Watched(fn), "user:17")
//
// # What nobody can see
//
// A batching AutoPipeline drops the callers' contexts, and with them their namespaces.
// DoRawWriteTo hands the reply, errors included, to the caller's writer, and is not
// counted. A Ring sends an MGET to the shard of its first key: keys of other shards
// are answered nil. Of an MGET that a cluster's dynamic resolver divides, a shard that
// failed is answered nil too. After a broken connection go-redis overwrites a
// pipeline's values that were read, but not its misses. Typed HGETEX, HGETDEL and
// ZMSCORE replies lose nil, and are not counted; by Do they are.
//
// # What it costs
//
// A few tens of nanoseconds and no allocation a command, less in a pipeline, and two
// readings of the clock for the latency, which [WithoutLatency] saves. The hook starts
// no goroutine, holds no lock on its way, keeps no key and no value, and returns what
// the client returned.
package redismeter
