package trust_test

import (
	"reflect"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// outcome is everything that a caller can tell of one call: what it returned, what it
// panicked with, or that it ended its goroutine.
type outcome struct {
	results  []any
	panicked any
	returned bool
	exited   bool
}

// observe calls f, which may panic.
func observe(f func() []any) (o outcome) {
	defer func() {
		if !o.returned {
			o.panicked = recover()
		}
	}()
	o.results = f()
	o.returned = true
	return o
}

// observeExit calls f, which may also end its goroutine, in a goroutine of its own.
func observeExit(f func() []any) outcome {
	o := outcome{exited: true} // what Goexit leaves of it
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o = observe(f)
	}()
	<-ended
	return o
}

// requireSame requires that a caller cannot tell two calls apart: errors and panics are
// the same values, and those that the runtime makes anew say the same.
func requireSame(t testing.TB, want, got outcome, about string) {
	t.Helper()
	require.Equal(t, want.returned, got.returned, "%s: returned; panics: %v, %v", about, want.panicked, got.panicked)
	require.Equal(t, want.exited, got.exited, "%s: ended its goroutine", about)
	require.Len(t, got.results, len(want.results), about)
	for i := range want.results {
		requireSameValue(t, want.results[i], got.results[i], about)
	}
	requireSameValue(t, want.panicked, got.panicked, about)
}

func requireSameValue(t testing.TB, want, got any, about string) {
	t.Helper()
	require.Equal(t, reflect.TypeOf(want), reflect.TypeOf(got), about)
	if err, ok := want.(runtime.Error); ok {
		require.Equal(t, err.Error(), got.(runtime.Error).Error(), about)
		return
	}
	if err, ok := want.(error); ok {
		// By identity: an equal error is not the same one.
		require.True(t, err == got, "%s: %v became another %v", about, want, got)
		return
	}
	if !reflect.DeepEqual(want, got) {
		require.Equal(t, want, got, about)
	}
}
