package redismeter

import (
	"errors"

	"github.com/redis/go-redis/v9"
)

// Verdict is what one finished command adds to the figures.
type Verdict struct {
	Hits   int // lookups that found their value
	Misses int // lookups answered "not there"
	Errors int // lookups and writes that failed

	Sets        int // values written
	Deletes     int // entries deleted on request
	WriteErrors int // failed writes, a part of Errors

	Bytes int // payload that hits returned
}

// Lookups returns Hits + Misses + the errors that are not writes'.
func (v Verdict) Lookups() int { return v.Hits + v.Misses + v.Errors - v.WriteErrors }

func (v *Verdict) add(w Verdict) {
	v.Hits += w.Hits
	v.Misses += w.Misses
	v.Errors += w.Errors
	v.Sets += w.Sets
	v.Deletes += w.Deletes
	v.WriteErrors += w.WriteErrors
	v.Bytes += w.Bytes
}

// everything is the table with all of it turned on.
var everything, _ = newCommands(CommandNames(), nil)

// Classify tells what a finished command says about the cache, and false when it
// says nothing that can be told without guessing. It knows every command of
// [CommandNames], those that the hook leaves out by default too.
//
// err is what the client's call returned, or in a pipeline the command's own Err().
// The answer never has more outcomes than the command had lookups. Classify cannot
// see whether a pipeline as a whole was refused or a MULTI is open; the hook does.
func Classify(cmd redis.Cmder, err error) (Verdict, bool) {
	if cmd == nil {
		return Verdict{}, false
	}
	c := everything.find(cmd.Args())
	if c == nil {
		return Verdict{}, false
	}
	return c.classify(cmd, err)
}

// isNil tells the answer "not there" from errors.
func isNil(err error) bool { return err == redis.Nil || errors.Is(err, redis.Nil) }

// classify judges all units of the command as one.
func (c *command) classify(cmd redis.Cmder, err error) (Verdict, bool) {
	args := cmd.Args()
	if err != nil && !isNil(err) {
		return c.failed(args, c.units(args)), true
	}
	var v Verdict
	if reads := c.missOf(args); reads != noLookup {
		var ok bool
		if v, ok = reads.read(cmd, err != nil, c.units(args)); !ok {
			return Verdict{}, false
		}
	}
	if v.Errors == 0 {
		c.changed(&v, cmd, err != nil)
	}
	return v, true
}

// missOf returns how this call of the command shows a miss.
func (c *command) missOf(args []any) miss {
	if c.write == setsNew {
		if set := parseSet(args); set.get {
			return asNil
		}
	}
	return c.miss
}

// failed is the verdict on n units that did not succeed.
func (c *command) failed(args []any, n int) Verdict {
	if c.missOf(args) != noLookup {
		return Verdict{Errors: n}
	}
	return Verdict{Errors: n, WriteErrors: n}
}
