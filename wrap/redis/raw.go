package redismeter

import (
	"bytes"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// rawOf returns the reply of a DoRaw: the bytes as the server sent them, whatever
// they say. Its err is nil for "not there" and for the server's errors too.
func rawOf(cmd redis.Cmder) ([]byte, bool) {
	switch cmd.(type) {
	case *redis.StringCmd, *redis.StatusCmd, *redis.IntCmd, *redis.BoolCmd, *redis.SliceCmd,
		*redis.StringSliceCmd, *redis.MapStringStringCmd, *redis.Cmd:
		return nil, false // asking these for their methods would take longer
	}
	c, ok := cmd.(interface{ Val() []byte })
	if !ok {
		return nil, false
	}
	return c.Val(), true
}

// resp is one reply of the Redis protocol, without what it contains.
type resp struct {
	kind byte // as on the wire: '$', '*', ':' and so on
	null bool
	n    int64  // elements of a collection, pairs of a map, or the value of ':'
	text []byte // of a one-line reply
	size int    // bytes on the wire, without what a collection contains
}

// parse reads the head of the reply that b begins with, and false where b begins with
// no complete reply.
func parse(b []byte) (resp, bool) {
	end := bytes.Index(b, []byte("\r\n"))
	if end < 1 {
		return resp{}, false
	}
	r := resp{kind: b[0], text: b[1:end], size: end + 2}
	switch r.kind {
	case '+', '-', ',', '(':
	case '_':
		r.null = true
	case '#':
		r.n = truth(string(r.text) == "t")
	case ':', '*', '~', '%', '>', '$', '=', '!':
		n, err := strconv.ParseInt(string(r.text), 10, 64)
		if err != nil {
			return resp{}, false
		}
		r.n = n
		if r.kind == ':' {
			break
		}
		if r.null = n < 0; r.null {
			break
		}
		if r.kind == '$' || r.kind == '=' || r.kind == '!' {
			if n > int64(len(b)-r.size-2) {
				return resp{}, false
			}
			r.size += int(n) + 2
		}
	default:
		return resp{}, false
	}
	return r, true
}

func (r resp) isError() bool { return r.kind == '-' || r.kind == '!' }

// contains returns how many replies belong to r.
func (r resp) contains() int64 {
	switch {
	case r.null:
		return 0
	case r.kind == '*', r.kind == '~', r.kind == '>':
		return r.n
	case r.kind == '%':
		return 2 * r.n
	}
	return 0
}

// skip returns what follows the first whole reply of b.
func skip(b []byte) ([]byte, bool) {
	for left := int64(1); left > 0; left-- {
		r, ok := parse(b)
		if !ok || r.contains() > int64(len(b)) {
			return nil, false
		}
		b = b[r.size:]
		left += r.contains()
	}
	return b, true
}

// readRaw judges a raw reply to a command that reads n units.
func (m miss) readRaw(b []byte, n int) (Verdict, bool) {
	r, ok := parse(b)
	if !ok {
		return Verdict{Errors: n}, true
	}
	number := r.kind == ':' || r.kind == '#'
	list := r.kind == '*' || r.kind == '~' || r.kind == '%'
	switch m {
	case asNil, asText:
		return Verdict{Hits: 1}, true
	case asNone:
		return judge(string(r.text) != "none", false), r.kind == '+'
	case asEmpty:
		return judge(!list || r.n > 0, false), true
	case asZero:
		return judge(r.n != 0, false), number
	case asCount:
		hits := int(min(max(r.n, 0), int64(n)))
		return Verdict{Hits: hits, Misses: n - hits}, number
	case asFalse:
		if number {
			return judge(r.n != 0, false), n == 1
		}
	case asGone:
		if number {
			return judge(r.n != -2, false), n == 1
		}
	}
	if !list {
		return Verdict{}, false
	}
	return m.readRawElements(b[r.size:], min(r.contains(), int64(n)), n)
}

func (m miss) readRawElements(b []byte, elements int64, n int) (Verdict, bool) {
	var v Verdict
	for ; elements > 0; elements-- {
		r, ok := parse(b)
		if !ok {
			break
		}
		switch {
		case r.isError():
			v.Errors++
		case r.null, m == asFalse && r.n == 0, m == asGone && r.n == -2:
			v.Misses++
		default:
			v.Hits++
		}
		if b, ok = skip(b); !ok {
			break
		}
	}
	if m == asHollow {
		return judge(v.Hits > 0, v.Errors > 0), v.Lookups() > 0
	}
	v.Errors += n - v.Lookups()
	return v, true
}

func rawPayload(b []byte) int {
	n := 0
	for len(b) > 0 {
		r, ok := parse(b)
		if !ok {
			return n
		}
		if r.kind == '$' && !r.null {
			n += int(r.n)
		}
		b = b[r.size:]
	}
	return n
}
