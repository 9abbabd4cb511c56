package redismeter

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// call is what the commands of one call have in common.
type call struct {
	place   *place
	all     *metrics.Namespace // where everything of this call counts, if set
	elapsed time.Duration
	timed   bool
	bytes   bool

	// each, where set, is told instead of the figures.
	each func(namespace string, v Verdict, class metrics.ErrorClass)
}

// record adds a verdict to figures; class is that of its errors.
func (c *call) record(to *metrics.Namespace, v *Verdict, class metrics.ErrorClass) {
	if c.each != nil {
		if *v != (Verdict{}) {
			c.each(to.Name(), *v, class)
		}
		return
	}
	if v.Hits > 0 {
		to.RecordHits(v.Hits)
		to.RecordBytesRead(v.Bytes)
		if c.timed {
			to.RecordLatency(metrics.Hit, c.elapsed)
		}
	}
	if v.Misses > 0 {
		to.RecordMisses(v.Misses)
		if c.timed {
			to.RecordLatency(metrics.Miss, c.elapsed)
		}
	}
	to.RecordSets(v.Sets)
	to.RecordDeletes(v.Deletes)
	if v.Errors > 0 {
		lookups := v.Errors - v.WriteErrors
		to.RecordFailures(class, lookups)
		to.RecordWriteErrors(class, v.WriteErrors)
		if c.timed && lookups > 0 {
			to.RecordLatency(metrics.Error, c.elapsed)
		}
	}
}

// classIn returns the class of a verdict's errors: an answer without an error of its
// own has parts that the server reported as failed.
func classIn(v *Verdict, err error) metrics.ErrorClass {
	if v.Errors == 0 {
		return metrics.OtherError
	}
	if err == nil || isNil(err) {
		return metrics.ServerError
	}
	return classOf(err)
}
