package generic_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/cachemeter/cachemeter/wrap/generic"
)

var errAbsent = errors.New("absent")

// Each form is driven through one shape: what it answers, as (value, ok, err).
func lookupForms(namespace *metrics.Namespace, answer func() (int, bool, error)) map[string]func(ctx context.Context) (int, bool, error) {
	isMiss := func(err error) bool { return errors.Is(err, errAbsent) }
	withErr := func() (int, error) {
		v, ok, err := answer()
		if err == nil && !ok {
			err = fmt.Errorf("key: %w", errAbsent)
		}
		return v, err
	}
	split := func(v int, err error) (int, bool, error) {
		if isMiss(err) {
			return v, false, nil
		}
		return v, err == nil, err
	}
	lookup := generic.Lookup(namespace, func(string) (int, bool) { v, ok, _ := answer(); return v, ok })
	lookupContext := generic.LookupContext(namespace, func(context.Context, string) (int, bool) { v, ok, _ := answer(); return v, ok })
	lookupErr := generic.LookupErr(namespace, func(context.Context, string) (int, error) { return withErr() }, isMiss)
	noContext := generic.LookupErrNoContext(namespace, func(string) (int, error) { return withErr() }, isMiss)
	return map[string]func(ctx context.Context) (int, bool, error){
		"Lookup":             func(context.Context) (int, bool, error) { v, ok := lookup("k"); return v, ok, nil },
		"LookupContext":      func(ctx context.Context) (int, bool, error) { v, ok := lookupContext(ctx, "k"); return v, ok, nil },
		"LookupErr":          func(ctx context.Context) (int, bool, error) { return split(lookupErr(ctx, "k")) },
		"LookupErrNoContext": func(context.Context) (int, bool, error) { return split(noContext("k")) },
	}
}

func TestLookupForms(t *testing.T) {
	takesErrors := map[string]bool{"LookupErr": true, "LookupErrNoContext": true}
	for _, namespace := range []*metrics.Namespace{nil, metrics.NewTracker().Namespace("n")} {
		var value int
		var ok bool
		var fail error
		var panicky any
		forms := lookupForms(namespace, func() (int, bool, error) {
			if panicky != nil {
				panic(panicky)
			}
			return value, ok, fail
		})
		for name, form := range forms {
			t.Run(fmt.Sprintf("%s/%v", name, namespace != nil), func(t *testing.T) {
				before := namespace.Stats()
				value, ok, fail, panicky = 7, true, nil, nil
				v, found, err := form(t.Context())
				require.Equal(t, 7, v)
				require.True(t, found)
				require.NoError(t, err)

				value, ok = 0, false
				_, found, err = form(t.Context())
				require.False(t, found)
				require.NoError(t, err)

				wantErrors := 1
				if takesErrors[name] {
					fail = errBroken
					_, _, err = form(t.Context())
					require.Same(t, errBroken, err)
					wantErrors = 2
				}
				panicky = errBroken
				require.PanicsWithError(t, errBroken.Error(), func() { form(t.Context()) })

				if namespace == nil {
					return
				}
				d := namespace.Stats().Sub(before)
				require.EqualValues(t, 1, d.Hits)
				require.EqualValues(t, 1, d.Misses)
				require.EqualValues(t, wantErrors, d.Errors)
			})
		}
	}
}

func TestLookupErrWithoutMissTest(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	get := generic.LookupErr(namespace, func(context.Context, string) (int, error) { return 0, errAbsent }, nil)
	_, err := get(t.Context(), "k")
	require.Same(t, errAbsent, err)
	requireCounts(t, metrics.Stats{Errors: 1}, namespace)
}

func TestPanicInTheMissTestChangesNothing(t *testing.T) {
	namespace := metrics.NewTracker().Namespace("n")
	get := generic.LookupErr(namespace, func(context.Context, string) (int, error) { return 0, errAbsent },
		func(error) bool { panic("isMiss") })
	_, err := get(t.Context(), "k")
	require.Same(t, errAbsent, err)
	requireCounts(t, metrics.Stats{Errors: 1}, namespace)
}
