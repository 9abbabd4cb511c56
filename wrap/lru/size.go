package lrumeter

import (
	"sync/atomic"
	"weak"

	"github.com/cachemeter/cachemeter/metrics"
)

// addSize makes the size of the cache that c wraps part of the figures, for as long
// as the program holds c.
func addSize[C any](namespace *metrics.Namespace, c *C, size func(*C) (entries, capacity int)) {
	held := weak.Make(c)
	namespace.AddSize(func() (entries, capacity int, ok bool) {
		c := held.Value()
		if c == nil {
			return 0, 0, false
		}
		entries, capacity = size(c)
		return entries, capacity, true
	})
}

// capacityOf asks the cache itself where its version can tell, as golang-lru's after
// v2.0.7 can, and otherwise answers what the wrapper knows.
func capacityOf(inner any, known *atomic.Int64) int {
	if c, ok := inner.(interface{ Cap() int }); ok {
		return c.Cap()
	}
	return int(known.Load())
}
