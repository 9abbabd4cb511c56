package cachetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// run is one random sequence under way: the bare cache, two wrapped ones beside it, and
// the model of what they hold and of what was counted.
type run[K comparable, V any] struct {
	*Suite[K, V]
	r         *rand.Rand
	bare      generic.Cache[K, V]
	counted   generic.Cache[K, V]
	silent    generic.Cache[K, V] // wrapped with a nil namespace
	namespace *metrics.Namespace
	model     map[int]int // key to value, by their numbers
	want      metrics.Stats
	dropped   int // keys of the model that the cache did not have, where it evicts
}

func (s *Suite[K, V]) random(t testing.TB, seed uint64) error {
	namespace := metrics.NewTracker().Namespace("cachetest")
	r := &run[K, V]{
		Suite: s, r: rand.New(rand.NewPCG(seed, Keys)), namespace: namespace, model: map[int]int{},
		bare: s.New(t), counted: generic.Wrap(s.New(t), namespace), silent: generic.Wrap(s.New(t), nil),
	}
	for step := range s.Operations {
		if err := r.step(context.Background()); err != nil {
			return fmt.Errorf("operation %d: %w", step, err)
		}
	}
	got := namespace.Stats()
	for _, figure := range []struct {
		name      string
		got, want uint64
	}{
		{"hits", got.Hits, r.want.Hits},
		{"misses", got.Misses, r.want.Misses},
		{"errors", got.Errors, r.want.Errors},
		{"sets", got.Sets, r.want.Sets},
		{"deletes", got.Deletes, r.want.Deletes},
		{"write errors", got.WriteErrors, r.want.WriteErrors},
	} {
		if figure.got != figure.want {
			return fmt.Errorf("%d %s were counted, there were %d", figure.got, figure.name, figure.want)
		}
	}
	if r.Evicts && r.dropped == 0 {
		return fmt.Errorf("the cache was said to evict and dropped none of %d keys", Keys)
	}
	return nil
}

func (r *run[K, V]) step(ctx context.Context) error {
	key := r.r.IntN(Keys)
	switch r.r.IntN(10) {
	case 0:
		return r.delete(ctx, key)
	case 1, 2:
		return r.set(ctx, key)
	case 3:
		return r.getMany(ctx)
	case 4:
		return r.setMany(ctx)
	default:
		return r.get(ctx, key)
	}
}

// each calls f for the three caches, which must succeed.
func (r *run[K, V]) each(what string, f func(generic.Cache[K, V]) error) error {
	for _, c := range []generic.Cache[K, V]{r.bare, r.counted, r.silent} {
		if err := f(c); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	return nil
}

func (r *run[K, V]) delete(ctx context.Context, key int) error {
	delete(r.model, key)
	r.want.Deletes++
	return r.each("Delete", func(c generic.Cache[K, V]) error { return c.Delete(ctx, r.Key(key)) })
}

func (r *run[K, V]) set(ctx context.Context, key int) error {
	value := r.r.IntN(1000)
	r.model[key] = value
	r.want.Sets++
	return r.each("Set", func(c generic.Cache[K, V]) error { return c.Set(ctx, r.Key(key), r.Value(value), 0) })
}

func (r *run[K, V]) setMany(ctx context.Context) error {
	entries := map[K]V{}
	for range 1 + r.r.IntN(3) {
		key, value := r.r.IntN(Keys), r.r.IntN(1000)
		if r.Evicts && len(entries) > 0 {
			break // a map has no order, and order decides what is evicted
		}
		r.model[key] = value
		entries[r.Key(key)] = r.Value(value)
	}
	r.want.Sets += uint64(len(entries))
	return r.each("SetMany", func(c generic.Cache[K, V]) error { return generic.SetMany(ctx, c, entries, 0) })
}

func (r *run[K, V]) get(ctx context.Context, key int) error {
	value, ok, err := r.bare.Get(ctx, r.Key(key))
	if err != nil {
		return fmt.Errorf("get: %w", err)
	}
	if err := r.check(key, value, ok); err != nil {
		return err
	}
	for _, c := range []generic.Cache[K, V]{r.counted, r.silent} {
		same, alike, err := c.Get(ctx, r.Key(key))
		if err != nil {
			return fmt.Errorf("wrapped Get: %w", err)
		}
		if alike != ok || ok && !r.Equal(same, value) {
			return fmt.Errorf("get(%v) = %v, %v bare and %v, %v wrapped", r.Key(key), value, ok, same, alike)
		}
	}
	return nil
}

func (r *run[K, V]) getMany(ctx context.Context) error {
	numbers := make([]int, 1+r.r.IntN(5))
	keys := make([]K, len(numbers))
	for i := range numbers {
		numbers[i] = r.r.IntN(Keys)
		keys[i] = r.Key(numbers[i])
	}
	var first map[K]V
	return r.each("GetMany", func(c generic.Cache[K, V]) error {
		values, err := generic.GetMany(ctx, c, keys)
		if err != nil {
			return err
		}
		if first == nil {
			first = values
			for i, key := range keys {
				value, ok := values[key]
				if err := r.check(numbers[i], value, ok); err != nil {
					return err
				}
			}
		}
		if len(values) != len(first) {
			return fmt.Errorf("%d keys found bare, %d wrapped", len(first), len(values))
		}
		for key, value := range values {
			if known, ok := first[key]; !ok || !r.Equal(known, value) {
				return fmt.Errorf("%v = %v wrapped; bare %v, %v", key, value, known, ok)
			}
		}
		return nil
	})
}

// check compares one answer with the model, and counts it.
func (r *run[K, V]) check(key int, value V, ok bool) error {
	number, present := r.model[key]
	switch {
	case ok && !present:
		return fmt.Errorf("key %v was found, and was not there", r.Key(key))
	case ok && !r.Equal(value, r.Value(number)):
		return fmt.Errorf("key %v has value %v, want %v", r.Key(key), value, r.Value(number))
	case !ok && present && !r.Evicts:
		return fmt.Errorf("key %v was lost; if the cache may do that, set Evicts", r.Key(key))
	case !ok && present:
		r.dropped++
		delete(r.model, key)
	}
	if ok {
		r.want.Hits++
	} else {
		r.want.Misses++
	}
	return nil
}
