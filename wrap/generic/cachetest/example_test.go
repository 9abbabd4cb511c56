package cachetest_test

import (
	"strconv"
	"testing"

	"github.com/cachemeter/cachemeter/wrap/generic"
	"github.com/cachemeter/cachemeter/wrap/generic/cachetest"
)

// In a test file of one's own, the body of this function is a whole test.
func ExampleSuite_Run() {
	test := func(t *testing.T) {
		cachetest.Suite[string, int]{
			New:   func(testing.TB) generic.Cache[string, int] { return generic.FromSyncMap[string, int](nil) },
			Key:   strconv.Itoa,
			Value: func(i int) int { return i },
		}.Run(t)
	}
	_ = test
}
