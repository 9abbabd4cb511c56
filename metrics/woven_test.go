package metrics_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// The tests of wrap/auto see the other answer, in a program that is woven.
func TestPlainBuildIsNotWoven(t *testing.T) {
	require.False(t, metrics.Woven())
}

func ExampleWoven() {
	fmt.Println(metrics.Woven())
	// Output: false
}
