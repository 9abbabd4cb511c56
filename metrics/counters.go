package metrics

// counter names one figure of a [cell]. The first eight share a cache line and
// are what a single lookup or write touches; the rest follow in the second.
type counter uint8

const (
	cHits counter = iota
	cMisses
	cErrors
	cCoalesced
	cBytesRead
	cSets
	cDeletes
	cEvictions

	cEvictedWeight
	cExpirations
	cWriteErrors
	cLoads
	cLoadFailures
	cLoadNanos
	cNegatives
	cStale

	cellCounters = 16
)

// cell holds one set of a namespace's counters: 128 bytes, which is the span that two
// processors fight over where cache lines are fetched in pairs.
type cell [cellCounters]uint64

// cellShift is the binary logarithm of a cell's size.
const cellShift = 7

// totals is what the cells of a namespace add up to at one moment.
type totals [cellCounters]uint64

func (t *totals) any() bool {
	for _, v := range t {
		if v != 0 {
			return true
		}
	}
	return false
}

// minus returns t less base. Counters never go down, and a base is always read
// before the totals it is subtracted from, so no figure underflows.
func (t totals) minus(base *totals) totals {
	for i := range t {
		t[i] -= base[i]
	}
	return t
}
