package redismeter

import (
	"time"

	"github.com/redis/go-redis/v9"
)

// read judges the reply of a command that reads n units. It is asked only about
// commands that ran without error, or were answered redis.Nil. It answers false where
// the reply is of a kind that does not tell.
func (m miss) read(cmd redis.Cmder, null bool, n int) (Verdict, bool) {
	if null {
		return Verdict{Misses: n}, true
	}
	switch m {
	case asNil:
		return readValue(cmd)
	case asElement:
		elements, ok := elementsOf(cmd)
		return judgeElements(elements, n), ok
	case asEmpty:
		size, ok := sizeOf(cmd)
		return judge(size > 0, size < 0), ok
	case asCount:
		there, ok := integerOf(cmd)
		hits := int(min(max(there, 0), int64(n)))
		return Verdict{Hits: hits, Misses: n - hits}, ok
	}
	return Verdict{}, false
}

// judge is the verdict on one lookup; broken wins over there.
func judge(there, broken bool) Verdict {
	switch {
	case broken:
		return Verdict{Errors: 1}
	case there:
		return Verdict{Hits: 1}
	default:
		return Verdict{Misses: 1}
	}
}

// readValue judges a command that has one value, and redis.Nil where there is none.
func readValue(cmd redis.Cmder) (Verdict, bool) {
	switch c := cmd.(type) {
	case *redis.StringCmd:
		return Verdict{Hits: 1}, true
	case *redis.Cmd:
		// A reply that was read is never nil: that would have been redis.Nil.
		return judge(true, c.Val() == nil), true
	case *redis.IntCmd:
		return Verdict{Hits: 1}, true
	case interface{ Val() int64 }:
		// The value went to a writer of the caller's, and errors with it.
		return Verdict{}, false
	}
	return Verdict{Hits: 1}, true
}

// judgeElements judges n lookups by their elements. One without an element was not
// answered.
func judgeElements(elements []any, n int) Verdict {
	var v Verdict
	for _, e := range elements[:min(len(elements), n)] {
		switch e.(type) {
		case nil:
			v.Misses++
		case error:
			v.Errors++
		default:
			v.Hits++
		}
	}
	v.Errors += n - v.Lookups()
	return v
}

func elementsOf(cmd redis.Cmder) ([]any, bool) {
	switch c := cmd.(type) {
	case *redis.SliceCmd:
		return c.Val(), true
	case *redis.Cmd:
		elements, ok := c.Val().([]any)
		return elements, ok || c.Val() == nil
	case interface{ Val() []any }:
		return c.Val(), true
	}
	return nil, false
}

// sizeOf returns how many elements a collection has, and -1 for one that was never
// read: go-redis makes an empty slice or map of every empty reply.
func sizeOf(cmd redis.Cmder) (size int, ok bool) {
	switch c := cmd.(type) {
	case *redis.MapStringStringCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.StringSliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.StringStructMapCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.SliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.ZSliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.KeyValueSliceCmd:
		return length(len(c.Val()), c.Val() == nil), true
	case *redis.Cmd:
		switch v := c.Val().(type) {
		case []any:
			return len(v), true
		case map[any]any:
			return len(v), true
		case nil:
			return -1, true
		}
	}
	return 0, false
}

func length(n int, never bool) int {
	if never {
		return -1
	}
	return n
}

// integerOf returns a reply that is a number, or a truth value as 0 or 1.
func integerOf(cmd redis.Cmder) (int64, bool) {
	switch c := cmd.(type) {
	case *redis.IntCmd:
		return c.Val(), true
	case *redis.BoolCmd:
		return truth(c.Val()), true
	case *redis.DurationCmd:
		return int64(c.Val() / time.Nanosecond), true
	case *redis.Cmd:
		switch v := c.Val().(type) {
		case int64:
			return v, true
		case bool:
			return truth(v), true
		}
	}
	return 0, false
}

func truth(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
