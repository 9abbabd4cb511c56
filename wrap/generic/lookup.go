package generic

import (
	"context"

	"github.com/cachemeter/cachemeter/metrics"
)

// Lookup decorates a function that looks a key up, and keeps its signature: true is
// a hit, false a miss, a panic an error. The function returned is as safe for
// concurrent use as get, and costs no allocation a call.
func Lookup[K, V any](namespace *metrics.Namespace, get func(key K) (V, bool)) func(key K) (V, bool) {
	if namespace == nil {
		return get
	}
	return func(key K) (value V, ok bool) {
		returned := false
		defer func() {
			if !returned {
				namespace.RecordError()
			}
		}()
		value, ok = get(key)
		returned = true
		if ok {
			namespace.RecordHit()
		} else {
			namespace.RecordMiss()
		}
		if namespace.Observer() != nil {
			tellLookup(namespace, key, metrics.OutcomeOf(ok))
		}
		return value, ok
	}
}

// LookupContext is [Lookup] for a function that takes a context.
func LookupContext[K, V any](namespace *metrics.Namespace, get func(ctx context.Context, key K) (V, bool)) func(ctx context.Context, key K) (V, bool) {
	if namespace == nil {
		return get
	}
	return func(ctx context.Context, key K) (value V, ok bool) {
		returned := false
		defer func() {
			if !returned {
				namespace.RecordError()
			}
		}()
		value, ok = get(ctx, key)
		returned = true
		if ok {
			namespace.RecordHit()
		} else {
			namespace.RecordMiss()
		}
		if namespace.Observer() != nil {
			tellLookup(namespace, key, metrics.OutcomeOf(ok))
		}
		return value, ok
	}
}

// LookupErr decorates a function that says "absent" with an error: nil is a hit, an
// error for which isMiss is true a miss, any other an error. A nil isMiss is never
// true, and a panic in isMiss is taken for false. The caller gets the very error that
// get returned.
func LookupErr[K, V any](namespace *metrics.Namespace, get func(ctx context.Context, key K) (V, error), isMiss func(error) bool) func(ctx context.Context, key K) (V, error) {
	if namespace == nil {
		return get
	}
	return func(ctx context.Context, key K) (value V, err error) {
		returned := false
		defer func() {
			if !returned {
				namespace.RecordError()
			}
		}()
		value, err = get(ctx, key)
		returned = true
		recordErr(namespace, key, err, isMiss)
		return value, err
	}
}

// LookupErrNoContext is [LookupErr] for a function that takes no context.
func LookupErrNoContext[K, V any](namespace *metrics.Namespace, get func(key K) (V, error), isMiss func(error) bool) func(key K) (V, error) {
	if namespace == nil {
		return get
	}
	return func(key K) (value V, err error) {
		returned := false
		defer func() {
			if !returned {
				namespace.RecordError()
			}
		}()
		value, err = get(key)
		returned = true
		recordErr(namespace, key, err, isMiss)
		return value, err
	}
}

func recordErr[K any](namespace *metrics.Namespace, key K, err error, isMiss func(error) bool) {
	switch {
	case err == nil:
		namespace.RecordHit()
	case isMiss != nil && says(isMiss, err):
		namespace.RecordMiss()
	default:
		namespace.RecordFailures(metrics.ClassOf(err), 1)
		return
	}
	if namespace.Observer() != nil {
		tellLookup(namespace, key, metrics.OutcomeOf(err == nil))
	}
}

// tellLookup is [metrics.KeyFeed.Lookup] for a key of any type: one that cannot be
// hashed is not told of, and one that is no string or integer costs an allocation.
func tellLookup[K any](namespace *metrics.Namespace, key K, outcome metrics.Outcome) {
	switch k := any(key).(type) {
	case string:
		tellOf(namespace, k, outcome)
	case int:
		tellOf(namespace, k, outcome)
	case int64:
		tellOf(namespace, k, outcome)
	case uint64:
		tellOf(namespace, k, outcome)
	case []byte:
		tellOf(namespace, string(k), outcome)
	default:
		tellOf(namespace, k, outcome)
	}
}

func tellOf[K comparable](namespace *metrics.Namespace, key K, outcome metrics.Outcome) {
	feed := metrics.NewKeyFeed[K](namespace)
	feed.Lookup(key, outcome)
}

// says calls a user's test of an error. A panic in it must not take the place of what
// the cache answered, and says no.
func says(test func(error) bool, err error) (yes bool) {
	defer func() { _ = recover() }()
	return test(err)
}
