package trust_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/cachemeter/cachemeter/wrap/generic"
)

// hostile is an error each of whose methods panics.
type hostile struct{}

func (hostile) Error() string   { panic("Error of a hostile error") }
func (hostile) Is(error) bool   { panic("Is of a hostile error") }
func (hostile) As(any) bool     { panic("As of a hostile error") }
func (hostile) Unwrap() error   { panic("Unwrap of a hostile error") }
func (hostile) Timeout() bool   { panic("Timeout of a hostile error") }
func (hostile) Temporary() bool { panic("Temporary of a hostile error") }

var (
	errAbsent     = errors.New("absent")
	errSaysAbsent = fmt.Errorf("scripted: %w", errAbsent)
	errBroken     = fmt.Errorf("get: %w", errors.New("broken"))
	errPanic      = &struct{ error }{errors.New("panicked with")}
	errHostile    = &hostile{}
	errPartial    = &generic.BatchError[int]{Failed: map[int]error{1: errBroken, 3: errHostile}}
	errNoBatch    = (*generic.BatchError[int])(nil)
)

// deeds are what a cache can do to its caller, in every way that Go has.
const (
	hit = iota
	miss
	saysAbsent
	fails
	failsWithValue
	failsHostile
	failsInPart
	failsTypedNil
	failsByContext
	panicsWithError
	panicsWithText
	panicsWithNil
	panicsByRuntime
	exits
	deeds
)

// scripted is a cache that does as it is told, and remembers how it was called.
type scripted struct {
	script []byte
	calls  []call
}

// call is what reached the cache; the context is compared by identity.
type call struct {
	method string
	ctx    context.Context
	args   string
}

// answer does the next deed of the script.
func (s *scripted) answer(method string, ctx context.Context, args ...any) (ok bool, err error) {
	s.calls = append(s.calls, call{method, ctx, fmt.Sprint(args...)})
	deed := byte(hit)
	if len(s.script) > 0 {
		deed, s.script = s.script[0]%deeds, s.script[1:]
	}
	switch deed {
	case hit:
		return true, nil
	case miss:
		return false, nil
	case saysAbsent:
		return false, errSaysAbsent
	case fails:
		return false, errBroken
	case failsWithValue:
		return true, errBroken
	case failsHostile:
		return false, errHostile
	case failsInPart:
		return false, errPartial
	case failsTypedNil:
		return false, errNoBatch
	case failsByContext:
		if ctx == nil {
			return false, nil
		}
		return false, context.Cause(ctx)
	case panicsWithError:
		panic(errPanic)
	case panicsWithText:
		panic("panicked")
	case panicsWithNil:
		panic(nil)
	case panicsByRuntime:
		var none []int
		none[len(s.calls)]++
	case exits:
		runtime.Goexit()
	}
	return false, nil
}

func (s *scripted) Get(ctx context.Context, key int) (int, bool, error) {
	ok, err := s.answer("Get", ctx, key)
	return key * 2, ok, err // a value beside "absent" or an error goes through as well
}

func (s *scripted) Set(ctx context.Context, key, value int, ttl time.Duration) error {
	_, err := s.answer("Set", ctx, key, value, ttl)
	return err
}

func (s *scripted) Delete(ctx context.Context, key int) error {
	_, err := s.answer("Delete", ctx, key)
	return err
}

func (s *scripted) GetMany(ctx context.Context, keys []int) (map[int]int, error) {
	ok, err := s.answer("GetMany", ctx, keys)
	if !ok && err == nil {
		return nil, nil
	}
	found := map[int]int{}
	for _, key := range keys {
		if key%2 == 0 {
			found[key] = key
		}
	}
	return found, err
}

func (s *scripted) SetMany(ctx context.Context, entries map[int]int, ttl time.Duration) error {
	_, err := s.answer("SetMany", ctx, len(entries), ttl)
	return err
}

func (s *scripted) Clear(ctx context.Context) error {
	_, err := s.answer("Clear", ctx)
	return err
}

func (s *scripted) Close() error {
	_, err := s.answer("Close", nil)
	return err
}
