//go:build race

package insight

// How much the slow tests do under the race detector.
const (
	lookupsOfTTLTest    = 100_000
	zipfLookups         = 200_000
	seedsOfAccuracyTest = 1
	generatedRequests   = 1_000_000
	hotLookups          = 2_000_000
	distinctKeys        = 2_000_000
	hitRateDelta        = 0.03
)
