package generic_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/wrap/generic"
)

func TestSyncMapOfOthers(t *testing.T) {
	var m sync.Map
	c := generic.FromSyncMap[string, int](&m)
	m.Store("a", 1)
	v, ok, err := c.Get(t.Context(), "a")
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, 1, v)

	m.Store("b", "text")
	_, ok, err = c.Get(t.Context(), "b")
	require.False(t, ok)
	require.EqualError(t, err, "generic: the sync.Map holds a string, not a int")
	m.Store("c", nil)
	_, _, err = c.Get(t.Context(), "c")
	require.Error(t, err)

	require.Equal(t, generic.ErrTTL, c.Set(t.Context(), "d", 1, time.Second))
	_, ok = m.Load("d")
	require.False(t, ok)
	inner, ok := generic.As[*sync.Map](generic.Wrap(c, nil))
	require.True(t, ok)
	require.Same(t, &m, inner)
	require.NoError(t, c.Clear(t.Context()))
	_, ok, _ = c.Get(t.Context(), "a")
	require.False(t, ok)
}

func TestSyncMapOfInterfaces(t *testing.T) {
	c := generic.FromSyncMap[string, error](nil)
	require.NoError(t, c.Set(t.Context(), "none", nil, 0))
	v, ok, err := c.Get(t.Context(), "none")
	require.NoError(t, err)
	require.True(t, ok)
	require.NoError(t, v)
}

func TestFuncsWithout(t *testing.T) {
	var f generic.Funcs[string, int]
	_, ok, err := f.Get(t.Context(), "k")
	require.False(t, ok)
	require.ErrorIs(t, err, errors.ErrUnsupported)
	require.ErrorIs(t, f.Set(t.Context(), "k", 1, 0), errors.ErrUnsupported)
	require.ErrorIs(t, f.Delete(t.Context(), "k"), errors.ErrUnsupported)
}
