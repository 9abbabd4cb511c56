//go:build race

package redismeter_test

// The race detector is slow, and its shadow memory is several times what it watches.
func init() { hugeKey, distinctPrefixes = 8<<20, 200_000 }
