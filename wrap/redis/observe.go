package redismeter

import (
	"strings"
	"time"
	"unsafe"

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
	for i := 3; i+1 < len(args); i++ {
		word, ok := args[i].(string)
		if !ok {
			continue
		}
		switch strings.ToLower(word) {
		case "ex":
			return span(args[i+1], time.Second)
		case "px":
			return span(args[i+1], time.Millisecond)
		case "exat":
			return until(span(args[i+1], time.Second))
		case "pxat":
			return until(span(args[i+1], time.Millisecond))
		}
	}
	return 0
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
