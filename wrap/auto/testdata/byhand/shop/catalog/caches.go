// Package catalog keeps products in caches of every kind that golang-lru has.
package catalog

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
	lrumeter "github.com/cachemeter/cachemeter/wrap/lru"
)

// Products is made when the package is initialised.
var Products = func() *lrumeter.Cache[string, int] {
	c, err := lrumeter.New[string, int](3, count("catalog.init"))
	if err != nil {
		panic(err)
	}
	return c
}()

// NewPrices is a generic cache behind a function value.
func NewPrices() (*lrumeter.TwoQueueCache[int, float64], error) {
	open := lrumeter.New2Q[int, float64]
	return open(4, count("catalog.NewPrices"))
}

// NewOffers holds entries for a moment.
func NewOffers(gone func(string, int)) *lrumeter.Expirable[string, int] {
	return lrumeter.NewExpirable(3, gone, 400*time.Millisecond, count("catalog.NewOffers"))
}

// NewDrafts has no lock.
func NewDrafts(gone func(string, string)) (*lrumeter.Simple[string, string], error) {
	return lrumeter.NewSimple(2, gone, count("catalog.NewDrafts"))
}

// NewAnything takes keys of any type, those too that cannot be keys.
func NewAnything(gone func(any, int)) (*lrumeter.Cache[any, int], error) {
	return lrumeter.NewWithEvict(2, gone, count("catalog.NewAnything"))
}

// NewIdle is never looked into.
func NewIdle() (*lrumeter.Cache[int, int], error) {
	return lrumeter.New[int, int](9, count("catalog.NewIdle"))
}

func count(name string) *metrics.Namespace { return metrics.Default().Namespace(name) }
