package redismeter

import (
	"context"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/redis/go-redis/v9"
)

// sheet sums what the commands of one call add, by namespace, so that each counter is
// added to once. It lives on the caller's stack; what it sums belongs to one call.
type sheet struct {
	place   *place
	all     *metrics.Namespace // where everything of this call counts, if set
	elapsed time.Duration
	timed   bool

	rows [4]row
	used int // rows taken
	next int // the row to give up when all are taken
}

type row struct {
	name  string
	to    *metrics.Namespace
	sum   Verdict
	class metrics.ErrorClass // of the errors in sum
}

func (s *sheet) begin(ctx context.Context, p *place, elapsed time.Duration, timed bool) {
	s.place, s.all = p, p.called(ctx)
	s.elapsed, s.timed = elapsed, timed
}

// add counts one finished command.
func (s *sheet) add(c *command, cmd redis.Cmder, err error) {
	args := cmd.Args()
	at := c.keyAt()
	if len(args) <= at {
		return
	}
	if c.manyKeys() && len(args) > at+c.step() {
		s.addKeys(c, cmd, err)
		return
	}
	if v, ok := c.classify(cmd, err); ok {
		s.addTo(args[at], v, err)
	}
}

// addTo adds a verdict to the figures of a key.
func (s *sheet) addTo(key any, v Verdict, err error) {
	r := s.rowOf(key)
	if v.Errors > 0 {
		class := metrics.ServerError // an answer with a failed part
		if err != nil {
			class = classOf(err)
		}
		if r.sum.Errors > 0 && r.class != class {
			s.flush(r)
		}
		r.class = class
	}
	r.sum.add(v)
}

// addKeys counts a command of several keys, each in its own namespace.
func (s *sheet) addKeys(c *command, cmd redis.Cmder, err error) {
	args := cmd.Args()
	keys := args[c.keyAt() : len(args)-c.tail]
	step := c.step()
	if err != nil && !isNil(err) {
		for i := 0; i+step <= len(keys); i += step {
			s.addTo(keys[i], c.failed(args, 1), err)
		}
		return
	}
	if c.miss == asElement && err == nil {
		elements, ok := elementsOf(cmd)
		for i := 0; ok && i < len(keys); i++ {
			s.addTo(keys[i], judgeElements(elements[min(i, len(elements)):], 1), nil)
		}
		return
	}
	if v, ok := c.classify(cmd, err); ok {
		s.spread(keys, step, v)
	}
}

// spread divides a verdict of all keys among their namespaces. Where it says how many,
// but not which, and the keys are of several namespaces, nobody can tell whose it is.
func (s *sheet) spread(keys []any, step int, v Verdict) {
	n := len(keys) / step
	if s.all == nil && !s.sameName(keys, step) {
		if each, ok := v.dividedBy(n); ok {
			for i := 0; i+step <= len(keys); i += step {
				s.addTo(keys[i], each, nil)
			}
			return
		}
		s.rowNamed(Fallback).sum.add(v)
		return
	}
	s.addTo(keys[0], v, nil)
}

func (v Verdict) dividedBy(n int) (Verdict, bool) {
	each := func(count int) int { return count / n }
	part := Verdict{Hits: each(v.Hits), Misses: each(v.Misses), Sets: each(v.Sets), Deletes: each(v.Deletes)}
	whole := Verdict{Hits: part.Hits * n, Misses: part.Misses * n, Sets: part.Sets * n, Deletes: part.Deletes * n}
	return part, whole == v
}

func (s *sheet) sameName(keys []any, step int) bool {
	first := s.place.nameOf(keys[0])
	for i := step; i+step <= len(keys); i += step {
		if s.place.nameOf(keys[i]) != first {
			return false
		}
	}
	return true
}

// rowOf returns the row of a key's namespace.
func (s *sheet) rowOf(key any) *row {
	if s.all != nil {
		s.used, s.rows[0].to = 1, s.all
		return &s.rows[0]
	}
	return s.rowNamed(s.place.nameOf(key))
}

func (s *sheet) rowNamed(name string) *row {
	for i := range s.used {
		if s.rows[i].name == name {
			return &s.rows[i]
		}
	}
	var r *row
	if s.used < len(s.rows) {
		r = &s.rows[s.used]
		s.used++
	} else {
		r = &s.rows[s.next]
		s.next = (s.next + 1) % len(s.rows)
		s.flush(r)
	}
	r.name, r.to = name, s.place.handle(name)
	return r
}

// end adds what was summed to the figures.
func (s *sheet) end() {
	for i := range s.used {
		s.flush(&s.rows[i])
	}
}

func (s *sheet) flush(r *row) {
	to, sum := r.to, &r.sum
	to.RecordHits(sum.Hits)
	to.RecordMisses(sum.Misses)
	to.RecordSets(sum.Sets)
	to.RecordDeletes(sum.Deletes)
	if sum.Errors > 0 {
		to.RecordFailures(r.class, sum.Errors-sum.WriteErrors)
		to.RecordWriteErrors(r.class, sum.WriteErrors)
	}
	if s.timed {
		if sum.Hits > 0 {
			to.RecordLatency(metrics.Hit, s.elapsed)
		}
		if sum.Misses > 0 {
			to.RecordLatency(metrics.Miss, s.elapsed)
		}
		if sum.Errors > sum.WriteErrors {
			to.RecordLatency(metrics.Error, s.elapsed)
		}
	}
	*sum = Verdict{}
}
