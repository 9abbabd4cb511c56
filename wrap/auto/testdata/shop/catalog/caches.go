// Package catalog keeps products in caches of every kind that golang-lru has.
package catalog

import (
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/hashicorp/golang-lru/v2/expirable"
	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Products is made when the package is initialised.
var Products = func() *lru.Cache[string, int] {
	c, err := lru.New[string, int](3)
	if err != nil {
		panic(err)
	}
	return c
}()

// NewPrices is a generic cache behind a function value.
func NewPrices() (*lru.TwoQueueCache[int, float64], error) {
	open := lru.New2Q[int, float64]
	return open(4)
}

// NewOffers holds entries for a moment.
func NewOffers(gone func(string, int)) *expirable.LRU[string, int] {
	return expirable.NewLRU(3, gone, 400*time.Millisecond)
}

// NewDrafts has no lock.
func NewDrafts(gone func(string, string)) (*simplelru.LRU[string, string], error) {
	return simplelru.NewLRU(2, gone)
}

// NewAnything takes keys of any type, those too that cannot be keys.
func NewAnything(gone func(any, int)) (*lru.Cache[any, int], error) {
	return lru.NewWithEvict(2, gone)
}

// NewIdle is never looked into.
func NewIdle() (*lru.Cache[int, int], error) { return lru.New[int, int](9) }
