package redismeter

import "github.com/redis/go-redis/v9"

// miss says how "not there" shows in the reply of a command that reads. To all of
// them redis.Nil is a miss of every unit.
type miss uint8

const (
	noLookup  miss = iota // the command does not read a value
	asNil                 // redis.Nil for the whole command
	asText                // redis.Nil, which older go-redis makes an empty text of
	asElement             // a nil element for each that is not there
	asEmpty               // an empty collection
	asHollow              // only nil elements
	asBlank               // an empty text for each that is not there
	asZero                // the number 0
	asCount               // the reply is the number of those that are there
	asFalse               // false, or 0, for each that is not there
	asGone                // -2 for each that is not there
	asNone                // the word none
)

// read judges the reply of a command that ran without error and reads n units. It
// answers false where a reply of that Go type does not tell.
func (m miss) read(cmd redis.Cmder, n int) (Verdict, bool) {
	switch m {
	case asNil:
		return readValue(cmd)
	case asText:
		text, ok := textOf(cmd)
		return judge(text != "", false), ok
	case asNone:
		text, ok := textOf(cmd)
		return judge(text != "none", text == ""), ok
	case asElement:
		if places, ok := cmd.(*redis.GeoPosCmd); ok {
			return judgePlaces(places.Val(), n), true
		}
		elements, ok := elementsOf(cmd)
		return judgeElements(elements, n), ok
	case asHollow:
		return readHollow(cmd)
	case asBlank:
		return readBlank(cmd, n)
	case asEmpty:
		size, ok := sizeOf(cmd)
		return judge(size > 0, size < 0), ok
	case asZero:
		number, ok := integerOf(cmd)
		return judge(number != 0, false), ok
	case asCount:
		there, ok := integerOf(cmd)
		hits := int(min(max(there, 0), int64(n)))
		return Verdict{Hits: hits, Misses: n - hits}, ok
	case asFalse:
		return readNumbers(cmd, n, 0)
	case asGone:
		return readNumbers(cmd, n, -2)
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
	case *redis.StringCmd, *redis.IntCmd:
		return Verdict{Hits: 1}, true
	case *redis.Cmd:
		// A reply that was read is never nil: that would have been redis.Nil.
		return judge(true, c.Val() == nil), true
	case interface{ Val() int64 }:
		// DoRawWriteTo: the reply went to the caller's writer, errors with it.
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

func judgePlaces(places []*redis.GeoPos, n int) Verdict {
	var v Verdict
	for _, p := range places[:min(len(places), n)] {
		v.add(judge(p != nil, false))
	}
	v.Errors += n - v.Lookups()
	return v
}

// readHollow judges a reply of one element for each match of a path.
func readHollow(cmd redis.Cmder) (Verdict, bool) {
	if c, ok := cmd.(interface{ Val() []*int64 }); ok {
		for _, p := range c.Val() {
			if p != nil {
				return Verdict{Hits: 1}, true
			}
		}
		return judge(false, c.Val() == nil), len(c.Val()) > 0 || c.Val() == nil
	}
	if c, ok := cmd.(*redis.Cmd); ok {
		if _, list := c.Val().([]any); !list {
			return readValue(cmd)
		}
	}
	elements, ok := elementsOf(cmd)
	for _, e := range elements {
		if e != nil {
			return Verdict{Hits: 1}, ok
		}
	}
	return judge(false, elements == nil), ok && (len(elements) > 0 || elements == nil)
}

func readBlank(cmd redis.Cmder, n int) (Verdict, bool) {
	c, ok := cmd.(*redis.StringSliceCmd)
	if !ok {
		elements, ok := elementsOf(cmd)
		return judgeElements(elements, n), ok
	}
	var v Verdict
	for _, text := range c.Val()[:min(len(c.Val()), n)] {
		v.add(judge(text != "", false))
	}
	v.Errors += n - v.Lookups()
	return v, true
}

// readNumbers judges n lookups by a number each, which is gone where there is nothing.
func readNumbers(cmd redis.Cmder, n int, gone int64) (Verdict, bool) {
	var v Verdict
	count := func(number int64) {
		if v.Lookups() < n {
			v.add(judge(number != gone, false))
		}
	}
	switch c := cmd.(type) {
	case *redis.BoolSliceCmd:
		for _, b := range c.Val() {
			count(truth(b))
		}
	case *redis.IntSliceCmd:
		for _, i := range c.Val() {
			count(i)
		}
	default:
		elements, list := elementsOf(cmd)
		if !list || elements == nil {
			number, ok := integerOf(cmd)
			if !ok {
				_, never := cmd.(*redis.Cmd)
				return Verdict{Errors: n}, never
			}
			count(number)
			break
		}
		for _, e := range elements {
			number, ok := integerIn(e)
			if !ok {
				break
			}
			count(number)
		}
	}
	v.Errors += n - v.Lookups()
	return v, true
}
