package generic

import (
	"errors"
	"time"
)

// ErrAbsent is the error by which an origin says that it has no such key, unless
// [WithAbsent] names another.
var ErrAbsent = errors.New("generic: absent at the origin")

// Entry is what a loader made by [NewEntryLoader] keeps in its cache: a value with what
// has to be known to refresh it in time, to serve it past its time, or to remember that
// there is none. It can be encoded, as JSON for instance, where the cache is remote.
type Entry[V any] struct {
	Value   V         `json:"value"`
	Absent  bool      `json:"absent,omitempty"` // the origin has no such key
	Expires time.Time `json:"expires,omitzero"` // zero: as long as the cache keeps it
}

func (e *Entry[V]) over(now time.Time) bool {
	return !e.Expires.IsZero() && !now.Before(e.Expires)
}
