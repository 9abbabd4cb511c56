package trust_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

// genericCalls are the ways into a cache: each takes the bare cache and, with a
// namespace, the same call wrapped.
var genericCalls = []struct {
	name    string
	lookups int // how many outcomes a call has; 0: a write
	bare    func(c *scripted, ctx context.Context, key int) []any
	wrapped func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any
}{
	{"Get", 1, getOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return getOf(generic.Wrap(c, n), ctx, key)
	}},
	{"Get with latency", 1, getOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return getOf(generic.Wrap(c, n, generic.WithLatency()), ctx, key)
	}},
	{"Set", 0, setOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return setOf(generic.Wrap(c, n), ctx, key)
	}},
	{"Delete", 0, deleteOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return deleteOf(generic.Wrap(c, n), ctx, key)
	}},
	{"GetMany", 4, getManyOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return getManyOf(generic.Wrap(c, n), ctx, key)
	}},
	{"SetMany", 0, setManyOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return setManyOf(generic.Wrap(c, n), ctx, key)
	}},
	{"Clear", 0, clearOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return clearOf(generic.Wrap(c, n), ctx, key)
	}},
	{"Close", 0, closeOf[*scripted], func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return closeOf(generic.Wrap(c, n), ctx, key)
	}},
	{"Lookup", 1, lookupOf(nil), func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return lookupOf(n)(c, ctx, key)
	}},
	{"LookupContext", 1, lookupContextOf(nil), func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return lookupContextOf(n)(c, ctx, key)
	}},
	{"LookupErr", 1, lookupErrOf(nil), func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return lookupErrOf(n)(c, ctx, key)
	}},
	{"LookupErrNoContext", 1, lookupErrNoContextOf(nil), func(c *scripted, n *metrics.Namespace, ctx context.Context, key int) []any {
		return lookupErrNoContextOf(n)(c, ctx, key)
	}},
}

func getOf[C generic.Cache[int, int]](c C, ctx context.Context, key int) []any {
	value, ok, err := c.Get(ctx, key)
	return []any{value, ok, err}
}

func setOf[C generic.Cache[int, int]](c C, ctx context.Context, key int) []any {
	return []any{c.Set(ctx, key, key+1, time.Duration(key))}
}

func deleteOf[C generic.Cache[int, int]](c C, ctx context.Context, key int) []any {
	return []any{c.Delete(ctx, key)}
}

func getManyOf[C generic.Cache[int, int]](c C, ctx context.Context, key int) []any {
	batch, _ := generic.As[generic.BatchGetter[int, int]](c)
	found, err := batch.GetMany(ctx, []int{key % 4, 1, 2, key % 4})
	return []any{found, err}
}

func setManyOf[C generic.Cache[int, int]](c C, ctx context.Context, key int) []any {
	batch, _ := generic.As[generic.BatchSetter[int, int]](c)
	return []any{batch.SetMany(ctx, map[int]int{key: 1, key + 1: 2}, time.Duration(key))}
}

func clearOf[C generic.Cache[int, int]](c C, ctx context.Context, _ int) []any {
	clearer, _ := generic.As[generic.Clearer](c)
	return []any{clearer.Clear(ctx)}
}

func closeOf[C generic.Cache[int, int]](c C, _ context.Context, _ int) []any {
	closer, _ := generic.As[io.Closer](c)
	return []any{closer.Close()}
}

// The decorated functions, which a nil namespace leaves bare.

func lookupOf(n *metrics.Namespace) func(c *scripted, ctx context.Context, key int) []any {
	return func(c *scripted, _ context.Context, key int) []any {
		get := func(key int) (int, bool) {
			ok, err := c.answer("get", nil, key)
			return key, ok && err == nil
		}
		if n != nil {
			get = generic.Lookup(n, get)
		}
		value, ok := get(key)
		return []any{value, ok}
	}
}

func lookupContextOf(n *metrics.Namespace) func(c *scripted, ctx context.Context, key int) []any {
	return func(c *scripted, ctx context.Context, key int) []any {
		get := func(ctx context.Context, key int) (int, bool) {
			ok, err := c.answer("get", ctx, key)
			return key, ok && err == nil
		}
		if n != nil {
			get = generic.LookupContext(n, get)
		}
		value, ok := get(ctx, key)
		return []any{value, ok}
	}
}

func isAbsent(err error) bool { return errors.Is(err, errAbsent) }

func lookupErrOf(n *metrics.Namespace) func(c *scripted, ctx context.Context, key int) []any {
	return func(c *scripted, ctx context.Context, key int) []any {
		get := func(ctx context.Context, key int) (int, error) {
			_, err := c.answer("get", ctx, key)
			return key, err
		}
		if n != nil {
			get = generic.LookupErr(n, get, isAbsent)
		}
		value, err := get(ctx, key)
		return []any{value, err}
	}
}

func lookupErrNoContextOf(n *metrics.Namespace) func(c *scripted, ctx context.Context, key int) []any {
	return func(c *scripted, _ context.Context, key int) []any {
		get := func(key int) (int, error) {
			_, err := c.answer("get", nil, key)
			return key, err
		}
		if n != nil {
			get = generic.LookupErrNoContext(n, get, isAbsent)
		}
		value, err := get(key)
		return []any{value, err}
	}
}

// FuzzGenericIsTheSame has a cache do anything it can to its caller: answer, fail with
// errors of any make, panic with any value, end the goroutine. Nobody can tell whether
// there is a wrapper between, the cache neither, and every call has its outcomes.
func FuzzGenericIsTheSame(f *testing.F) {
	for way := range genericCalls {
		for deed := range deeds {
			f.Add([]byte{byte(way), byte(deed), byte(deed)})
		}
	}
	f.Add([]byte("a long program of many calls, whatever they may be: 0123456789"))
	f.Fuzz(func(t *testing.T, program []byte) {
		cancelled, cancel := context.WithCancelCause(t.Context())
		cancel(errBroken)
		for ; len(program) >= 3; program = program[3:] {
			way := genericCalls[int(program[0])%len(genericCalls)]
			key := int(program[2])
			ctx := []context.Context{t.Context(), cancelled}[key%2]
			bare, measured, silent := &scripted{script: program[1:2]}, &scripted{script: program[1:2]}, &scripted{script: program[1:2]}
			n := metrics.NewTracker().Namespace("n")

			want := observeExit(func() []any { return way.bare(bare, ctx, key) })
			sameAs := func(got outcome, inner *scripted, about string) {
				requireSame(t, want, got, about)
				require.Equal(t, bare.calls, inner.calls, about)
			}
			sameAs(observeExit(func() []any { return way.wrapped(measured, n, ctx, key) }), measured, way.name)
			sameAs(observeExit(func() []any { return way.wrapped(silent, nil, ctx, key) }), silent, way.name+" without a namespace")
			requireOutcomes(t, way.lookups, want, n.Stats(), way.name)
		}
	})
}

// requireOutcomes requires that each lookup has one outcome and that what failed is an
// error, in whatever way.
func requireOutcomes(t *testing.T, lookups int, o outcome, s metrics.Stats, about string) {
	failed := !o.returned
	if n := len(o.results); n > 0 {
		err, _ := o.results[n-1].(error)
		failed = err != nil && (err != errSaysAbsent || !strings.HasPrefix(about, "LookupErr"))
	}
	if lookups > 0 {
		require.EqualValues(t, lookups, s.Hits+s.Misses+s.Errors, "%s: %+v", about, s)
	} else {
		require.Zero(t, s.Hits+s.Misses, about)
	}
	require.Equal(t, failed, s.Errors > 0, "%s: %+v", about, s)
}
