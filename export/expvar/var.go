package expvarmeter

import (
	"encoding/json"
	"expvar"

	"github.com/cachemeter/cachemeter/metrics"
)

// Var returns the tracker's figures as one JSON object: a member for each namespace,
// in order, with the members that [metrics.Stats.MarshalJSON] writes, and "tiers" with
// the same for each of its tiers where it has any.
//
// Like every export of counters it shows [metrics.Namespace.Totals]: a reset lowers
// nothing, and every namespace that ever existed is there. Names are written as
// [metrics.Label] gives them. It is safe for concurrent use; of a nil tracker it is {}.
func Var(tracker *metrics.Tracker) expvar.Var { return figures{tracker} }

type figures struct{ tracker *metrics.Tracker }

// String returns valid JSON, as [expvar.Var] asks for.
func (f figures) String() string {
	b := []byte{'{'}
	name, open := "", false // the namespace being written, and whether there is one
	tiers := 0
	finish := func() {
		if tiers > 0 {
			b = append(b, '}')
		}
		if open {
			b = append(b, '}')
		}
	}
	for _, n := range f.tracker.Namespaces() {
		if !open || n.Name() != name {
			finish()
			if open {
				b = append(b, ',')
			}
			name, open, tiers = n.Name(), true, 0
			b = appendName(b, name)
			b = f.whole(n).AppendJSON(b)
			b = b[:len(b)-1] // the object is closed when its tiers are in
		}
		if n.TierName() == "" {
			continue
		}
		if tiers == 0 {
			b = append(b, `,"tiers":{`...)
		} else {
			b = append(b, ',')
		}
		tiers++
		b = appendName(b, n.TierName())
		b = n.Totals().AppendJSON(b)
	}
	finish()
	return string(append(b, '}'))
}

// whole returns the figures of the namespace itself: zeros where it has only tiers.
// Namespaces are sorted with the whole before its tiers.
func (f figures) whole(n *metrics.Namespace) metrics.Stats {
	if n.TierName() != "" {
		return metrics.Stats{}
	}
	return n.Totals()
}

func appendName(b []byte, name string) []byte {
	quoted, err := json.Marshal(metrics.Label(name))
	if err != nil { // a string always marshals
		quoted = []byte(`""`)
	}
	return append(append(b, quoted...), ':')
}
