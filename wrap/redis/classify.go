package redismeter

import (
	"strings"

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

	Bytes int // payload that the hits returned
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

// Classifier tells what a finished command says about the cache. It must be safe for
// concurrent use and must not keep or change the command. err is as for [Classify],
// and nil for a DoRaw whatever the server said.
type Classifier func(cmd redis.Cmder, err error) Verdict

// everything is the table with all of it turned on.
var everything, _ = newCommands(&options{with: CommandNames()})

// Classify tells what a finished command says about the cache, and false when it
// says nothing that can be told without guessing. It knows every command of
// [CommandNames], those that the hook leaves out by default too.
//
// err is what the client's call returned, or in a pipeline the command's own Err().
// The answer never has more outcomes than the command has lookups. Classify cannot
// see whether a pipeline as a whole was refused or a MULTI is open; the hook does.
func Classify(cmd redis.Cmder, err error) (Verdict, bool) {
	if cmd == nil {
		return Verdict{}, false
	}
	c := everything.find(cmd.Args())
	if c == nil {
		return Verdict{}, false
	}
	return c.classify(cmd, err, true)
}

// isNil tells the answer "not there" from errors.
func isNil(err error) bool { return err == redis.Nil || err != nil && isError(err, redis.Nil) }

// classify judges all units of the command as one. The payload is measured only where
// it is asked for.
func (c *command) classify(cmd redis.Cmder, err error, bytes bool) (Verdict, bool) {
	if c.judge != nil {
		return c.ask(cmd, err)
	}
	// The most frequent command by far.
	if c.miss == asNil && c.write == noWrite && err == nil && !bytes {
		if _, ok := cmd.(*redis.StringCmd); ok {
			return Verdict{Hits: 1}, true
		}
	}
	args := cmd.Args()
	reads, n := c.missOf(args), c.units(args)
	raw, isRaw := rawOf(cmd)
	null := err != nil && isNil(err)
	failed := err != nil && !null
	if isRaw && err == nil {
		r, _ := parse(raw)
		null, failed = r.null, r.isError()
	}
	if failed && (c.counted && c.miss == asNil) && isNoScript(raw, err) {
		return Verdict{}, true // the program goes on to send the script itself
	}

	var v Verdict
	if reads != noLookup {
		var ok bool
		switch {
		case isRaw && (failed || null):
			ok = true
		case isRaw:
			v, ok = reads.readRaw(raw, n)
		default:
			// Asked also about what failed or is null: whether the type tells does
			// not depend on it. Only that of Do takes the reply's.
			v, ok = reads.read(cmd, n)
			if failed || null {
				_, any := cmd.(*redis.Cmd)
				ok = ok || any
			}
		}
		if !ok {
			return Verdict{}, false
		}
	}
	switch {
	case failed && reads != noLookup:
		return Verdict{Errors: n}, true
	case failed:
		return Verdict{Errors: n, WriteErrors: n}, true
	case null && reads != noLookup:
		v = Verdict{Misses: n}
	case bytes && v.Hits > 0:
		v.Bytes = payload(cmd)
	}
	if v.Errors == 0 {
		c.changed(&v, cmd, null)
	}
	return v, true
}

// ask calls the user's classifier, whose panics are not the caller's.
func (c *command) ask(cmd redis.Cmder, err error) (v Verdict, ok bool) {
	defer func() {
		if recover() != nil {
			v, ok = Verdict{}, false
		}
	}()
	return c.judge(cmd, err), true
}

// missOf returns how this call of the command shows a miss.
func (c *command) missOf(args []any) miss {
	if c.write == setsNew && len(args) > 3 && parseSet(args).get {
		return asNil
	}
	return c.miss
}

// isNoScript tells whether EVALSHA or FCALL was answered that the server does not know
// the script.
func isNoScript(raw []byte, err error) bool {
	return err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") || strings.HasPrefix(string(raw), "-NOSCRIPT")
}
