// Package lrumeter counts the lookups of hashicorp/golang-lru caches. It is not named
// lru, because its callers import golang-lru under that name beside it.
//
//	cache, err := lrumeter.New[string, User](10_000, tracker.Namespace("user"))
//
// Its types embed golang-lru's and so have all of their methods; only what is counted
// is overridden, with the same results. A nil namespace records nothing.
package lrumeter
