package report

import (
	"bytes"
	"encoding/json"

	"github.com/cachemeter/cachemeter/metrics"
)

// Figures is the JSON of all existing namespaces by name, each with the fields of
// [metrics.Stats] and, where it has any, "tiers" by name with the same fields.
type Figures map[string]NamespaceFigures

// NamespaceFigures are one namespace's figures and those of its tiers.
type NamespaceFigures struct {
	metrics.Stats
	Tiers map[string]metrics.Stats
}

// MarshalJSON writes the fields of Stats, then "tiers" if there are any.
func (f NamespaceFigures) MarshalJSON() ([]byte, error) {
	stats, err := f.Stats.MarshalJSON()
	if err != nil || len(f.Tiers) == 0 {
		return stats, err
	}
	tiers, err := json.Marshal(f.Tiers)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{bytes.TrimSuffix(stats, []byte("}")), []byte(`,"tiers":`), tiers, []byte("}")}, nil), nil
}

// Of returns the figures of tracker now. A namespace of which only tiers exist is
// there too, with zeros of its own.
func Of(tracker *metrics.Tracker) Figures {
	figures := Figures{}
	for _, handle := range tracker.Namespaces() {
		if !handle.Exists() {
			continue
		}
		f := figures[handle.Name()]
		if tier := handle.TierName(); tier == "" {
			f.Stats = handle.Stats()
		} else {
			if f.Tiers == nil {
				f.Tiers = map[string]metrics.Stats{}
			}
			f.Tiers[tier] = handle.Stats()
		}
		figures[handle.Name()] = f
	}
	return figures
}
