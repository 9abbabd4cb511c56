package metrics_test

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func TestClassOfLooksThroughWrappingAndAllocatesNothing(t *testing.T) {
	refused := fmt.Errorf("get: %w", &net.OpError{Op: "dial", Err: errors.New("connection refused")})
	joined := errors.Join(errors.New("odd"), refused)
	require.Equal(t, metrics.ConnectionError, metrics.ClassOf(joined))
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = metrics.ClassOf(refused) }))
}

func TestClassOfOutlivesBrokenErrors(t *testing.T) {
	var slip *net.OpError
	require.Panics(t, func() { _ = slip.Timeout() })
	require.Equal(t, metrics.OtherError, metrics.ClassOf(slip))
}

func TestClassesAreResetWithTheRest(t *testing.T) {
	tracker := metrics.NewTracker()
	n := tracker.Namespace("n")
	n.RecordFailures(metrics.TimeoutError, 5)
	n.RecordError()
	tracker.Reset("n")
	require.Zero(t, n.Stats().ErrorsByClass)
	n.RecordFailures(metrics.TimeoutError, 2)
	n.RecordFailures(metrics.ServerError, 1)
	want := [metrics.ErrorClasses]uint64{}
	want[metrics.TimeoutError], want[metrics.ServerError] = 2, 1
	require.Equal(t, want, n.Stats().ErrorsByClass)
	want[metrics.TimeoutError], want[metrics.OtherError] = 7, 1
	require.Equal(t, want, n.Totals().ErrorsByClass)
}
