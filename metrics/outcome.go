package metrics

import (
	"context"
	"errors"
	"io"
	"slices"
)

// Outcome is how a lookup ended. Every lookup has exactly one.
type Outcome uint8

// A lookup that found its value is a [Hit], one that was answered "not there" is
// a [Miss], and one that the cache could not answer is an [Error].
const (
	Hit Outcome = iota
	Miss
	Error

	outcomes = 3
)

// OutcomeOf returns [Hit] for what was found and [Miss] for what was not.
func OutcomeOf(found bool) Outcome {
	if found {
		return Hit
	}
	return Miss
}

// String returns "hit", "miss" or "error", the words of every export.
func (o Outcome) String() string {
	switch o {
	case Hit:
		return "hit"
	case Miss:
		return "miss"
	case Error:
		return "error"
	default:
		return "unknown"
	}
}

// ErrorClass says why a cache operation failed, in few enough words to be a label.
type ErrorClass uint8

// The classes of errors. What was recorded without a class is [OtherError].
const (
	OtherError      ErrorClass = iota // anything else, and errors recorded without a class
	TimeoutError                      // a deadline passed, here or in the cache's pool
	ConnectionError                   // no connection, or one that broke
	ServerError                       // the cache answered, with an error
	CancelledError                    // the caller gave up

	errorClasses = 5
)

// ErrorClasses is the number of classes; every class is below it.
const ErrorClasses = errorClasses

// String returns the class as one lower-case word, fit for a label.
func (c ErrorClass) String() string {
	switch c {
	case TimeoutError:
		return "timeout"
	case ConnectionError:
		return "connection"
	case ServerError:
		return "server"
	case CancelledError:
		return "cancelled"
	default:
		return "other"
	}
}

// ClassOf tells the class of err by what the standard library says about it:
// cancellation, then anything that calls itself a timeout, then broken or refused
// connections. It never answers [ServerError]: only a protocol knows that. A nil
// error and one it cannot tell are [OtherError], and so is one whose methods panic.
func ClassOf(err error) (class ErrorClass) {
	// A nil pointer in an error interface is a common slip. The caller was not going to
	// call its methods, so neither must it hear of them.
	defer func() {
		if recover() != nil {
			class = OtherError
		}
	}()
	if err == nil {
		return OtherError
	}
	if errors.Is(err, context.Canceled) {
		return CancelledError
	}
	if errors.Is(err, context.DeadlineExceeded) || isAny(err, isTimeout) {
		return TimeoutError
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.ErrClosedPipe) || isAny(err, isNetwork) {
		return ConnectionError
	}
	return OtherError
}

func isTimeout(err error) bool {
	timeout, ok := err.(interface{ Timeout() bool })
	return ok && timeout.Timeout()
}

// isNetwork goes by net.Error's other method, which marks what the net package
// returns, without linking net into programs that have no network cache.
func isNetwork(err error) bool {
	_, ok := err.(interface{ Temporary() bool })
	return ok
}

// isAny asks err and all that it wraps. errors.As would allocate its target.
func isAny(err error, is func(error) bool) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if is(err) {
			return true
		}
		if several, ok := err.(interface{ Unwrap() []error }); ok {
			return slices.ContainsFunc(several.Unwrap(), func(e error) bool { return isAny(e, is) })
		}
	}
	return false
}
