package redismeter

import (
	"github.com/cachemeter/cachemeter/metrics"
	"github.com/redis/go-redis/v9"
)

// sheet sums what the commands of one call add, by namespace, so that each counter is
// added to once. It lives on the caller's stack.
type sheet struct {
	call
	rows [8]row
	used int // rows taken
	last int // the row used last
}

type row struct {
	name  string
	to    *metrics.Namespace
	sum   Verdict
	class metrics.ErrorClass // of the errors in sum
}

// add counts one finished command.
func (s *sheet) add(c *command, cmd redis.Cmder, err error) {
	keys := c.keys(cmd.Args())
	if len(keys) > c.step() && c.judge == nil {
		s.addKeys(c, keys, cmd, err)
		return
	}
	if v, ok := c.classify(cmd, err, s.bytes); ok {
		to := s.addTo(at(keys, 0), v, err)
		if to.Observer() != nil && len(keys) == c.step() {
			tellOf(to, keys[0], &v, cmd)
		}
	}
}

// addQuick counts one lookup of a key.
func (s *sheet) addQuick(key any, hit bool) {
	r := &s.rows[s.last]
	if !s.isOf(key, r) {
		r = s.rowOf(key)
	}
	if hit {
		r.sum.Hits++
	} else {
		r.sum.Misses++
	}
	if r.to.Observer() != nil {
		tellLookup(r.to, key, metrics.OutcomeOf(hit))
	}
}

// isOf tells, without naming the key, that it is of a row's namespace: of all keys with
// one beginning up to the colon [Prefix] says the same.
func (s *sheet) isOf(key any, r *row) bool {
	k, ok := key.(string)
	n := len(r.name)
	return ok && s.all == nil && s.place.name == nil && n > 0 && len(k) > n && k[n] == ':' && k[:n] == r.name
}

// addTo adds a verdict to the figures of a key, and returns whose they are.
func (s *sheet) addTo(key any, v Verdict, err error) *metrics.Namespace {
	r := s.rowOf(key)
	if v.Errors > 0 {
		class := classIn(&v, err)
		if r.sum.Errors > 0 && r.class != class {
			s.flush(r)
		}
		r.class = class
	}
	r.sum.add(v)
	return r.to
}

// addKeys counts a command of several keys, each in its own namespace.
func (s *sheet) addKeys(c *command, keys []any, cmd redis.Cmder, err error) {
	if elements, ok := elementsOf(cmd); ok && c.miss == asElement && err == nil {
		for i := range keys {
			element := elements[min(i, len(elements)):]
			v := judgeElements(element, 1)
			if s.bytes && v.Hits > 0 {
				v.Bytes = bytesIn(element[0])
			}
			if to := s.addTo(keys[i], v, nil); to.Observer() != nil {
				tell(to, keys[i], &v, 0)
			}
		}
		return
	}
	v, ok := c.classify(cmd, err, s.bytes)
	if !ok {
		return
	}
	n, step := len(keys)/c.step(), c.step()
	each, divides := v.dividedBy(n)
	switch {
	case s.all != nil, s.sameName(keys, step):
		if to := s.addTo(keys[0], v, err); to.Observer() != nil && divides {
			for i := range n {
				tell(to, keys[i*step], &each, 0)
			}
		}
	case divides:
		for i := range n {
			if to := s.addTo(keys[i*step], each, err); to.Observer() != nil {
				tell(to, keys[i*step], &each, 0)
			}
		}
	default:
		// It says how many, not which, and the keys are of several namespaces.
		s.addTo(nil, v, err)
	}
}

func (s *sheet) sameName(keys []any, step int) bool {
	first := s.place.nameOf(keys[0])
	for i := step; i < len(keys); i += step {
		if s.place.nameOf(keys[i]) != first {
			return false
		}
	}
	return true
}

// dividedBy returns the part of each of n keys, and false where the parts would differ.
func (v Verdict) dividedBy(n int) (Verdict, bool) {
	part := Verdict{
		Hits: v.Hits / n, Misses: v.Misses / n, Errors: v.Errors / n,
		Sets: v.Sets / n, Deletes: v.Deletes / n, WriteErrors: v.WriteErrors / n, Bytes: v.Bytes / n,
	}
	whole := Verdict{
		Hits: part.Hits * n, Misses: part.Misses * n, Errors: part.Errors * n,
		Sets: part.Sets * n, Deletes: part.Deletes * n, WriteErrors: part.WriteErrors * n, Bytes: part.Bytes * n,
	}
	return part, whole == v
}

// rowOf returns the row of a key's namespace; no key is that of [Fallback].
func (s *sheet) rowOf(key any) *row {
	if s.all != nil {
		s.used, s.rows[0].to = 1, s.all
		return &s.rows[0]
	}
	name := s.place.nameOf(key)
	if r := &s.rows[s.last]; r.name == name && s.used > 0 {
		return r
	}
	for i := range s.used {
		if s.rows[i].name == name {
			s.last = i
			return &s.rows[i]
		}
	}
	var r *row
	if s.used < len(s.rows) {
		s.last = s.used
		s.used++
		r = &s.rows[s.last]
	} else {
		s.last = (s.last + 1) % len(s.rows)
		r = &s.rows[s.last]
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
	s.record(r.to, &r.sum, r.class)
	r.sum = Verdict{}
}
