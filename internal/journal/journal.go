// Package journal is an observer for tests: it writes down what it is told.
package journal

import (
	"sync"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Journal is told of the keys of every namespace of a tracker. It asks for all names.
type Journal struct {
	mu     sync.Mutex
	names  map[uint64]string
	events []event
	draws  []uint64
}

type event struct {
	what string
	key  uint64
}

var _ metrics.Observer = (*Journal)(nil)

// Of returns a journal of all that happens to the tracker's keys, and what ends it.
func Of(tracker *metrics.Tracker) (j *Journal, stop func()) {
	j = New()
	return j, tracker.Observe(j.On)
}

// New returns an empty journal.
func New() *Journal { return &Journal{names: make(map[uint64]string)} }

// On is the journal for any namespace.
func (j *Journal) On(*metrics.Namespace) metrics.Observer { return j }

// Take returns what was written down since the last Take, a line each, such as
// "hit user:1" and "set user:1 for 1m0s". A key is "?" until a lookup named it.
func (j *Journal) Take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var lines []string
	for _, e := range j.events {
		name, known := j.names[e.key]
		if !known {
			name = "?"
		}
		lines = append(lines, e.what+" "+name)
	}
	j.events = nil
	return lines
}

// Draws returns the draw of each lookup so far.
func (j *Journal) Draws() []uint64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.draws
}

func (j *Journal) add(what string, key uint64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.events = append(j.events, event{what, key})
}

// ObserveLookup writes down the outcome, and wants the name.
func (j *Journal) ObserveLookup(key uint64, outcome metrics.Outcome, draw uint64) bool {
	j.add(outcome.String(), key)
	j.mu.Lock()
	defer j.mu.Unlock()
	j.draws = append(j.draws, draw)
	return true
}

// ObserveSet writes down a set, with its time where it has one.
func (j *Journal) ObserveSet(key uint64, ttl time.Duration) {
	if ttl == 0 {
		j.add("set", key)
	} else {
		j.add("set for "+ttl.String(), key)
	}
}

// ObserveTTL writes down that an entry was given another time.
func (j *Journal) ObserveTTL(key uint64, ttl time.Duration) { j.add("ttl of "+ttl.String(), key) }

// ObserveDelete writes down a delete.
func (j *Journal) ObserveDelete(key uint64) { j.add("delete", key) }

// ObserveEviction writes down an eviction.
func (j *Journal) ObserveEviction(key uint64) { j.add("eviction", key) }

// ObserveExpiration writes down an expiration.
func (j *Journal) ObserveExpiration(key uint64) { j.add("expiration", key) }

// ObserveName keeps the name of a key.
func (j *Journal) ObserveName(key uint64, name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.names[key] = name
}
