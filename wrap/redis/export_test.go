package redismeter

// LookupNames returns the commands of the table that are lookups.
func LookupNames() []string {
	names := []string{"set"} // with GET
	for _, c := range table {
		if c.miss != noLookup {
			names = append(names, c.name)
		}
	}
	return names
}

// WriteNames returns the commands of the table that are writes.
func WriteNames() []string {
	var names []string
	for _, c := range table {
		if c.write != noWrite {
			names = append(names, c.name)
		}
	}
	return names
}

var (
	CheckVersion     = checkVersion
	ClonesDropHooks  = clonesDropHooks
	ConnsDropHooks   = connsDropHooks
	InstrumentedSize = func() int {
		n := 0
		instrumented.known.Range(func(any, any) bool { n++; return true })
		return n
	}
)
