//go:build race

package trust_test

// The race detector follows at most 8128 goroutines.
func init() { soakers = 4_000 }
