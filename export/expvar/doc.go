// Package expvarmeter publishes a tracker's figures through the standard library's
// expvar, and so under /debug/vars. It is named expvarmeter because its callers import
// expvar beside it.
//
//	expvar.Publish("caches", expvarmeter.Var(tracker))
//
// The figures are computed when they are read; recording costs nothing more.
package expvarmeter
