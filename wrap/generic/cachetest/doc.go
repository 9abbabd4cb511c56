// Package cachetest tests that a cache keeps what generic.Cache promises, and that
// counting it is right. Run it on a cache or an adapter of your own:
//
//	func TestMine(t *testing.T) {
//		cachetest.Suite[string, int]{
//			New:   func(testing.TB) generic.Cache[string, int] { return mine.New(cachetest.Keys) },
//			Key:   strconv.Itoa,
//			Value: func(i int) int { return i },
//		}.Run(t)
//	}
//
// It drives the cache, the cache under generic.Wrap, and a model with the same long
// random sequences of operations, and compares every answer and every count.
//
// The package links testing; packages that programs use must not import it.
package cachetest
