package redismeter

import (
	"bytes"
	"strconv"
	"strings"
)

// at returns one of a command's arguments, nil where there are not so many.
func at(args []any, i int) any {
	if i < 0 || i >= len(args) {
		return nil
	}
	return args[i]
}

// is tells whether an argument is a word, in any case.
func is(arg any, word string) bool {
	switch a := arg.(type) {
	case string:
		return strings.EqualFold(a, word)
	case []byte:
		return len(a) == len(word) && bytes.EqualFold(a, []byte(word))
	}
	return false
}

// whole returns an argument that is a whole number, as number or as text.
func whole(arg any) (int64, bool) {
	switch a := arg.(type) {
	case int:
		return int64(a), true
	case int64:
		return a, true
	case int32:
		return int64(a), true
	case uint:
		return int64(a), true
	case uint64:
		return int64(a), true
	case uint32:
		return int64(a), true
	case string:
		n, err := strconv.ParseInt(a, 10, 64)
		return n, err == nil
	case []byte:
		n, err := strconv.ParseInt(string(a), 10, 64)
		return n, err == nil
	}
	return 0, false
}

// The forms of range commands that ask for a whole collection: an empty reply to one
// of these, and only these, tells that the key is not there.

func wholeByIndex(args []any) bool {
	first, ok1 := whole(at(args, 2))
	last, ok2 := whole(at(args, 3))
	return ok1 && ok2 && first == 0 && last == -1
}

func wholeByScore(args []any) bool  { return wholeBetween(args, "-inf", "+inf") }
func wholeByScoreR(args []any) bool { return wholeBetween(args, "+inf", "-inf") }
func wholeByLex(args []any) bool    { return wholeBetween(args, "-", "+") }
func wholeByLexR(args []any) bool   { return wholeBetween(args, "+", "-") }

func wholeBetween(args []any, from, to string) bool {
	return is(at(args, 2), from) && is(at(args, 3), to) && !has(args, 4, "limit")
}

// wholeRange is for ZRANGE, which has all forms.
func wholeRange(args []any) bool {
	reverse := has(args, 4, "rev")
	switch {
	case has(args, 4, "byscore") && reverse:
		return wholeByScoreR(args)
	case has(args, 4, "byscore"):
		return wholeByScore(args)
	case has(args, 4, "bylex") && reverse:
		return wholeByLexR(args)
	case has(args, 4, "bylex"):
		return wholeByLex(args)
	default:
		return wholeByIndex(args)
	}
}

func wholeSort(args []any) bool { return !has(args, 2, "limit") && !has(args, 2, "store") }

// someWanted excludes a count of 0, which is answered with nothing, key or no key.
func someWanted(args []any) bool {
	n, given := whole(at(args, 2))
	return len(args) == 2 || given && n != 0
}

func noCount(args []any) bool { return !has(args, 3, "count") }

func has(args []any, from int, word string) bool {
	for i := from; i < len(args); i++ {
		if is(args[i], word) {
			return true
		}
	}
	return false
}
