package redismeter

import (
	"time"
	"unsafe"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
)

// tellLookup hands the key of one lookup to who listens to its namespace. Keys that
// are neither text nor bytes are not told of.
func tellLookup(to *metrics.Namespace, key any, outcome metrics.Outcome) {
	if text, ok := keyText(key); ok {
		feed := metrics.NewKeyFeed[string](to)
		feed.Lookup(text, outcome)
	}
}

// tellOf hands over what a finished command says of its one key.
func tellOf(to *metrics.Namespace, key any, v *Verdict, cmd redis.Cmder) {
	args := cmd.Args()
	tell(to, key, v, ttlOf(args))
	if v.Errors > 0 || v.Deletes > 0 {
		return
	}
	if ttl, given := renewal(args); given && (v.Hits > 0 || isTrue(cmd)) {
		if text, ok := keyText(key); ok {
			feed := metrics.NewKeyFeed[string](to)
			feed.TTL(text, ttl)
		}
	}
}

// isTrue tells whether the reply of an EXPIRE or PERSIST says that it did something.
func isTrue(cmd redis.Cmder) bool {
	n, ok := numberOf(cmd)
	return ok && n > 0
}

// tell hands over what a verdict says of one key. The fields of a hash are lookups of
// the hash.
func tell(to *metrics.Namespace, key any, v *Verdict, ttl time.Duration) {
	text, ok := keyText(key)
	if !ok {
		return
	}
	feed := metrics.NewKeyFeed[string](to)
	for range v.Hits {
		feed.Lookup(text, metrics.Hit)
	}
	for range v.Misses {
		feed.Lookup(text, metrics.Miss)
	}
	if v.Sets > 0 {
		feed.Set(text, ttl)
	}
	if v.Deletes > 0 {
		feed.Delete(text)
	}
}

// keyText returns a key as text that shares its memory.
func keyText(key any) (string, bool) {
	switch k := key.(type) {
	case string:
		return k, true
	case []byte:
		return unsafe.String(unsafe.SliceData(k), len(k)), true
	case *string:
		if k != nil {
			return *k, true
		}
	}
	return "", false
}

// ttlOf returns how long what a command writes will live, 0 where it does not say.
func ttlOf(args []any) time.Duration {
	switch {
	case is(at(args, 0), "setex"):
		return span(at(args, 2), time.Second)
	case is(at(args, 0), "psetex"):
		return span(at(args, 2), time.Millisecond)
	case !is(at(args, 0), "set"):
		return 0
	}
	ttl, _ := ttlIn(args[min(3, len(args)):])
	return ttl
}

// renewal returns how long an entry lives that is there already, 0 for ever, and false
// where a command does not say.
func renewal(args []any) (ttl time.Duration, given bool) {
	switch name := at(args, 0); {
	case is(name, "expire"):
		return span(at(args, 2), time.Second), true
	case is(name, "pexpire"):
		return span(at(args, 2), time.Millisecond), true
	case is(name, "expireat"):
		return until(span(at(args, 2), time.Second)), true
	case is(name, "pexpireat"):
		return until(span(at(args, 2), time.Millisecond)), true
	case is(name, "persist"):
		return 0, true
	case is(name, "getex"):
		return ttlIn(args[min(2, len(args)):])
	}
	return 0, false
}

// ttlIn reads the options of a SET or GETEX.
func ttlIn(options []any) (ttl time.Duration, given bool) {
	for i, word := range options {
		if is(word, "persist") {
			return 0, true
		}
		if i+1 == len(options) {
			break
		}
		switch n := options[i+1]; {
		case is(word, "ex"):
			return span(n, time.Second), true
		case is(word, "px"):
			return span(n, time.Millisecond), true
		case is(word, "exat"):
			return until(span(n, time.Second)), true
		case is(word, "pxat"):
			return until(span(n, time.Millisecond)), true
		}
	}
	return 0, false
}

// until is the span from now to a moment, and at least something: 0 is for ever.
func until(sinceEpoch time.Duration) time.Duration {
	if sinceEpoch == 0 {
		return 0
	}
	return max(sinceEpoch-time.Duration(time.Now().UnixNano()), 1)
}

// span is a number of units; one that no duration can hold is for ever.
func span(n any, unit time.Duration) time.Duration {
	count, _ := whole(n)
	if count <= 0 || count > int64(1<<62)/int64(unit) {
		return 0
	}
	return time.Duration(count) * unit
}
