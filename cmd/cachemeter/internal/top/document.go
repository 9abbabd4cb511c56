package top

import "time"

// document is what the view needs of a stats.json, version 1.
type document struct {
	Version    int         `json:"version"`
	At         time.Time   `json:"at"`
	Instance   string      `json:"instance"`
	Namespaces []namespace `json:"namespaces"`
}

type namespace struct {
	Name    string             `json:"name"`
	Status  status             `json:"status"`
	Total   counters           `json:"total"`
	Windows map[string]*window `json:"windows"`
	Cost    *cost              `json:"cost"`
	History history            `json:"history"`
}

type status struct {
	Level   string    `json:"level"`
	Reason  string    `json:"reason"`
	Message string    `json:"message"`
	Since   time.Time `json:"since"`
	Earlier bool      `json:"since_or_earlier"`
}

// counters are those that add up over instances. What an instance does not report is
// nil, and so is what none of them does.
type counters struct {
	Hits      uint64  `json:"hits"`
	Misses    uint64  `json:"misses"`
	Errors    uint64  `json:"errors"`
	Evictions *uint64 `json:"evictions"`
	Loads     *uint64 `json:"loads"`
	Coalesced *uint64 `json:"coalesced"`
	Entries   *uint64 `json:"entries"`
	Capacity  *uint64 `json:"capacity"`
}

type window struct {
	counters
	Seconds float64            `json:"seconds"`
	Latency map[string]latency `json:"latency"`
}

type latency struct {
	Count   uint64       `json:"count"`
	Buckets [][2]float64 `json:"buckets"` // upper bound in seconds, observations
}

type cost struct {
	Waiting *float64 `json:"waiting_seconds_per_second"`
	Extra   *float64 `json:"extra_waiting_seconds_per_second"`
	Saved   *float64 `json:"saved_seconds_per_second"`
}

type history struct {
	At      []int64   `json:"at"`
	Seconds []float64 `json:"seconds"`
	Hits    []uint64  `json:"hits"`
	Misses  []uint64  `json:"misses"`
	Errors  []uint64  `json:"errors"`
}

func (c counters) lookups() uint64 { return c.Hits + c.Misses }

func (c counters) plus(o counters) counters {
	return counters{
		Hits: c.Hits + o.Hits, Misses: c.Misses + o.Misses, Errors: c.Errors + o.Errors,
		Evictions: add(c.Evictions, o.Evictions), Loads: add(c.Loads, o.Loads), Coalesced: add(c.Coalesced, o.Coalesced),
		Entries: add(c.Entries, o.Entries), Capacity: add(c.Capacity, o.Capacity),
	}
}

// add is nil only where both are: a figure that some report is the sum of those.
func add[N uint64 | float64](a, b *N) *N {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	sum := *a + *b
	return &sum
}
