//go:build !race

package insight

// How much the slow tests do. Under the race detector, which is ten times slower, they
// do a part of it.
const (
	lookupsOfTTLTest    = 200_000
	zipfLookups         = 3_000_000
	seedsOfAccuracyTest = 5
	generatedRequests   = 100_000_000
	hotLookups          = 20_000_000
	distinctKeys        = 10_000_000
	hitRateDelta        = 0.02
)
