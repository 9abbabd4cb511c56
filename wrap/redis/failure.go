package redismeter

import (
	"errors"
	"slices"
	"strings"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/redis/go-redis/v9"
)

// isError is errors.Is for errors that a user's own hook may have made: one whose methods
// panic is no other error, and must not take the place of what the call returned.
func isError(err, target error) (same bool) {
	defer func() {
		if recover() != nil {
			same = false
		}
	}()
	return errors.Is(err, target)
}

// messageOf returns what err says, nothing where saying it panics.
func messageOf(err error) (text string) {
	defer func() { _ = recover() }()
	return err.Error()
}

// isReply tells whether the server said err. It is errors.As without its allocation.
func isReply(err error) bool {
	for err != nil {
		if _, ok := err.(redis.Error); ok {
			return true
		}
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			return slices.ContainsFunc(several.Unwrap(), isReply)
		}
		err = errors.Unwrap(err)
	}
	return false
}

// classOf tells why a command failed. What the server said is the server's, and the
// rest is go-redis's own errors and those of the standard library. An error whose
// methods panic has no class.
func classOf(err error) (class metrics.ErrorClass) {
	defer func() {
		if recover() != nil {
			class = metrics.OtherError
		}
	}()
	if isReply(err) {
		return metrics.ServerError
	}
	if isError(err, redis.ErrClosed) {
		return metrics.ConnectionError
	}
	if class := metrics.ClassOf(err); class != metrics.OtherError {
		return class
	}
	// go-redis makes these of plain text, and older versions do not export them.
	text := err.Error()
	for _, known := range []struct {
		text  string
		class metrics.ErrorClass
	}{
		{"redis: connection pool timeout", metrics.TimeoutError},
		{"redis: connection pool exhausted", metrics.ConnectionError},
		{"redis: all ring shards are down", metrics.ConnectionError},
		{"redis: cluster has no nodes", metrics.ConnectionError},
		{"redis: all sentinels specified in configuration are unreachable", metrics.ConnectionError},
	} {
		if strings.Contains(text, known.text) {
			return known.class
		}
	}
	return metrics.OtherError
}
