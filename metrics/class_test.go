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
