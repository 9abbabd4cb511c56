package redismeter

import "github.com/redis/go-redis/v9"

// changed adds to v what the command changed. null tells that its reply was redis.Nil.
func (c *command) changed(v *Verdict, cmd redis.Cmder, null bool) {
	args := cmd.Args()
	switch c.write {
	case setsAlways:
		v.Sets = c.units(args)
	case sets:
		if done, ok := numberOf(cmd); !null && (!ok || done > 0) {
			v.Sets = c.units(args)
		}
	case setsNew:
		v.Sets = parseSet(args).written(cmd, null)
	case deletesRead:
		v.Deletes = v.Hits
	case deletes:
		if done, ok := numberOf(cmd); ok {
			v.Deletes = int(min(max(done, 0), int64(c.units(args))))
		}
	case expires:
		if done, ok := numberOf(cmd); ok && done > 0 && isOver(args) {
			v.Deletes = 1
		}
	}
}

// numberOf is integerOf for raw replies too.
func numberOf(cmd redis.Cmder) (int64, bool) {
	if raw, ok := rawOf(cmd); ok {
		r, ok := parse(raw)
		return r.n, ok && (r.kind == ':' || r.kind == '#')
	}
	return integerOf(cmd)
}

// set is what the options of a SET say about its reply.
type set struct {
	get bool // the reply is the old value
	nx  bool // written only where there was none
	xx  bool // written only where there was one
	cas bool // written only where a comparison held
}

// parseSet reads the options behind SET key value. An option's own argument can be
// any text, "get" included.
func parseSet(args []any) set {
	var s set
	for i := 3; i < len(args); i++ {
		switch word := args[i]; {
		case is(word, "get"):
			s.get = true
		case is(word, "nx"):
			s.nx = true
		case is(word, "xx"):
			s.xx = true
		case is(word, "keepttl"):
		case is(word, "ex"), is(word, "px"), is(word, "exat"), is(word, "pxat"):
			i++
		case is(word, "ifeq"), is(word, "ifne"), is(word, "ifdeq"), is(word, "ifdne"):
			s.cas = true
			i++
		}
	}
	return s
}

// written returns how many values a SET wrote that did not fail: one or none.
func (s set) written(cmd redis.Cmder, null bool) int {
	if b, ok := cmd.(*redis.BoolCmd); ok {
		return int(truth(b.Val()))
	}
	wrote := !null
	if s.get {
		switch {
		case s.cas:
			return 0 // the old value does not say whether it compared equal
		case s.nx:
			wrote = null
		case !s.xx:
			wrote = true
		}
	}
	return int(truth(wrote))
}

// isOver tells whether EXPIRE or PEXPIRE was given a time that is over at once.
func isOver(args []any) bool {
	if len(args) < 3 {
		return false
	}
	n, ok := whole(args[2])
	return ok && n <= 0
}
