package metrics

// Woven tells whether the program was instrumented while it was compiled, by
// "cachemeter auto build" or the same by hand: its go-redis clients and golang-lru
// caches then count in [Default] by themselves. It stays true where the environment
// has switched the counting off.
func Woven() bool {
	return false // an aspect of wrap/auto/start makes it true
}
