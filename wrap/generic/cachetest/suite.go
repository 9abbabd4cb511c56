package cachetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/cachemeter/cachemeter/wrap/generic"
)

// Keys is how many different keys a suite uses. The cache under test must have room
// for all of them, unless [Suite.Evicts] is set.
const Keys = 64

// Operations is how many operations each random sequence has, unless told.
const Operations = 100_000

// Suite says what is to be tested and what can be expected of it.
type Suite[K comparable, V any] struct {
	// New makes an empty cache; it is called several times. Required.
	New func(t testing.TB) generic.Cache[K, V]

	// Key and Value make the i-th key and value. Different numbers make keys that
	// differ, and values that Equal tells apart. Required.
	Key   func(i int) K
	Value func(i int) V

	// Equal compares values; nil compares with ==, which must be possible then.
	Equal func(a, b V) bool

	// Evicts says that the cache drops entries by itself when it likes, as one with
	// room for less than [Keys] does. A key may be absent at any time then; two caches
	// made by New must drop the same ones.
	Evicts bool

	// Serial says that the cache is not safe for concurrent use.
	Serial bool

	// Wait lets the time d pass for the cache, and says that the cache honours a ttl.
	// nil says that it does not; then Set is called with ttl 0 alone.
	Wait func(d time.Duration)

	// TTL is the shortest ttl that makes a difference to the cache, where Wait is set:
	// a second unless told.
	TTL time.Duration

	// Operations is the length of each random sequence: the constant of that name
	// unless told. Seeds is how many there are: 3 unless told.
	Operations, Seeds int
}

// Run runs every check as a subtest.
func (s Suite[K, V]) Run(t *testing.T) {
	if s.New == nil || s.Key == nil || s.Value == nil {
		t.Fatal("cachetest: a suite needs New, Key and Value")
	}
	s.setDefaults()
	for _, check := range s.checks() {
		t.Run(check.name, func(t *testing.T) {
			if err := check.run(t); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func (s *Suite[K, V]) setDefaults() {
	if s.Equal == nil {
		s.Equal = func(a, b V) bool { return any(a) == any(b) }
	}
	if s.TTL <= 0 {
		s.TTL = time.Second
	}
	if s.Operations <= 0 {
		s.Operations = Operations
	}
	if s.Seeds <= 0 {
		s.Seeds = 3
	}
}

type check struct {
	name string
	run  func(t testing.TB) error
}

func (s *Suite[K, V]) checks() []check {
	checks := []check{
		{"an absent key is no error", s.absent},
		{"a cancelled context makes no miss", s.cancelled},
		{"everything inside is reachable", s.reachable},
	}
	if !s.Serial {
		checks = append(checks, check{"goroutines lose nothing", s.concurrent})
	}
	if s.Wait != nil {
		checks = append(checks, check{"values end with their ttl", s.ttl})
	}
	for seed := range s.Seeds {
		checks = append(checks, check{fmt.Sprintf("random operations, seed %d", seed), func(t testing.TB) error {
			return s.random(t, uint64(seed))
		}})
	}
	return checks
}

func (s *Suite[K, V]) absent(t testing.TB) error {
	ctx := context.Background()
	c := s.New(t)
	if err := c.Delete(ctx, s.Key(0)); err != nil {
		return fmt.Errorf("delete of an absent key: %w", err)
	}
	if value, ok, err := c.Get(ctx, s.Key(0)); ok || err != nil {
		return fmt.Errorf("get of an absent key = %v, %v, %v; want ok false and no error", value, ok, err)
	}
	return nil
}

// cancelled: a cache may ignore the context or answer its error, but not "absent".
func (s *Suite[K, V]) cancelled(t testing.TB) error {
	c := s.New(t)
	if err := c.Set(context.Background(), s.Key(0), s.Value(0), 0); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, ok, err := c.Get(ctx, s.Key(0)); !ok && err == nil {
		return fmt.Errorf("get of a present key with a cancelled context says absent, want the value or an error")
	}
	return nil
}

func (s *Suite[K, V]) ttl(t testing.TB) error {
	ctx := context.Background()
	c := s.New(t)
	if err := c.Set(ctx, s.Key(0), s.Value(0), s.TTL); err != nil {
		return fmt.Errorf("set with a ttl of %v: %w", s.TTL, err)
	}
	if err := c.Set(ctx, s.Key(1), s.Value(1), 100*s.TTL); err != nil {
		return err
	}
	if _, ok, err := c.Get(ctx, s.Key(0)); !ok || err != nil {
		return fmt.Errorf("get before the ttl = %v, %v; want the value", ok, err)
	}
	s.Wait(2 * s.TTL)
	if _, ok, err := c.Get(ctx, s.Key(0)); ok || err != nil {
		return fmt.Errorf("get after the ttl = %v, %v; want ok false and no error", ok, err)
	}
	if _, ok, err := c.Get(ctx, s.Key(1)); !ok || err != nil {
		return fmt.Errorf("get of a value with a longer ttl = %v, %v; want it", ok, err)
	}
	return nil
}

// reachable: what the bare cache can do, the wrapped one can find.
func (s *Suite[K, V]) reachable(t testing.TB) error {
	c := s.New(t)
	var wrapped generic.Cache[K, V] = generic.Wrap(generic.Wrap(c, nil), nil)
	layer := &probe[K, V]{c}
	if found, ok := generic.As[*probe[K, V]](generic.Wrap(layer, nil)); !ok || found != layer {
		return fmt.Errorf("the layer under Wrap was not found by As")
	}
	for name, same := range map[string]bool{
		"BatchGetter": claims[generic.BatchGetter[K, V]](c) == claims[generic.BatchGetter[K, V]](wrapped),
		"BatchSetter": claims[generic.BatchSetter[K, V]](c) == claims[generic.BatchSetter[K, V]](wrapped),
		"Clearer":     claims[generic.Clearer](c) == claims[generic.Clearer](wrapped),
		"Sized":       claims[generic.Sized](c) == claims[generic.Sized](wrapped),
		"io.Closer":   claims[interface{ Close() error }](c) == claims[interface{ Close() error }](wrapped),
	} {
		if !same {
			return fmt.Errorf("only one of the bare and the wrapped cache has %s", name)
		}
	}
	return nil
}

// probe is a layer of a type of its own.
type probe[K comparable, V any] struct{ generic.Cache[K, V] }

func claims[T any](cache any) bool {
	_, ok := generic.As[T](cache)
	return ok
}
