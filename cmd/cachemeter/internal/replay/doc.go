// Package replay puts a recorded trace of keys through a cache that counts
// itself: for each key a Get and, on a miss, a Set.
package replay
