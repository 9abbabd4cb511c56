// Package rediscache makes a generic.Cache of a go-redis client and a codec:
//
//	cache, err := rediscache.New(client, rediscache.JSON[User](), rediscache.WithPrefix("user:"))
//	users := generic.Wrap(cache, tracker.Namespace("user"))
//
// It counts nothing by itself. Count with generic.Wrap, a tier or a loader over it, or
// at the client with redismeter's hook; with both, in different namespaces or trackers.
package rediscache
