package metrics

// Figure names figures that not every cache can report. A set of them is their
// sum. What a namespace does not report is absent from its JSON and from every
// export, which is not the same as zero.
type Figure uint32

// The optional figures. Hits, misses and errors are always there.
const (
	Sets Figure = 1 << iota
	Deletes
	Evictions
	Expirations
	Loads // with their failures and their time
	Coalesced
	WriteErrors
	BytesRead
	NegativeHits // hits that answered "absent at the origin" from memory
	StaleHits    // hits that answered with an expired value because the origin failed
	ErrorsByClass
	Entries
	Capacity
)

// Has tells whether every figure of set is in f.
func (f Figure) Has(set Figure) bool { return f&set == set }
