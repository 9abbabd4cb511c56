package generic

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// lookup is one lookup under way, timed where it was begun by [begin]. Its end is deferred and does not recover,
// so that a panic goes on with its value and its stack.
type lookup struct {
	namespace *metrics.Namespace
	start     time.Time
	outcome   metrics.Outcome
	class     metrics.ErrorClass
}

func begin(namespace *metrics.Namespace) lookup {
	return lookup{namespace: namespace, start: time.Now(), outcome: metrics.Error}
}

func (l *lookup) answered(ok bool, err error) {
	if err != nil {
		l.class = metrics.ClassOf(err)
	} else if ok {
		l.outcome = metrics.Hit
	} else {
		l.outcome = metrics.Miss
	}
}

func (l *lookup) end() {
	l.namespace.RecordLatency(l.outcome, time.Since(l.start))
	l.count()
}

func (l *lookup) count() {
	if l.outcome == metrics.Error {
		l.namespace.RecordFailures(l.class, 1)
	} else {
		l.namespace.RecordOutcome(l.outcome, 1)
	}
}

// write is one write under way. Its end is deferred and counts the write as failed
// unless it returned.
type write struct {
	namespace *metrics.Namespace
	count     int // how many values, for a failure
	done      bool
}

// returned counts a failure and tells whether there was none.
func (w *write) returned(err error) (succeeded bool) {
	w.done = true
	if err != nil {
		w.namespace.RecordWriteErrors(metrics.ClassOf(err), w.count)
	}
	return err == nil
}

func (w *write) end() {
	if !w.done {
		w.namespace.RecordWriteErrors(metrics.OtherError, w.count)
	}
}
