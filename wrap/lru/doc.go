// Package lrumeter counts the lookups of hashicorp/golang-lru caches. It is not named
// lru, because its callers import golang-lru under that name beside it.
//
//	cache, err := lrumeter.New[string, User](10_000, tracker.Namespace("user"))
//
// [Cache], [TwoQueueCache], [Expirable] and [Simple] embed golang-lru's types and so have
// all of their methods; only what is counted is overridden, with the same results. What
// is a lookup is written at [Cache]. [AsCache] makes any of them, counted or not, a
// generic.Cache. A nil namespace records nothing.
//
// What a Get costs more is one counter. A dropped cache is collected although its size
// is among the figures.
package lrumeter
