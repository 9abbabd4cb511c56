// Package load puts the same load on the caches and clients each time.
package load

import (
	"fmt"
	"time"

	"example.com/shop/catalog"
)

// Caches looks into every kind of cache and returns what they answered.
func Caches() (seen []string) {
	say := func(what ...any) { seen = append(seen, fmt.Sprint(what...)) }
	try := func(what string, f func()) {
		defer func() {
			if r := recover(); r != nil {
				say(what, " panicked: ", r)
			}
		}()
		f()
	}

	for i, key := range []string{"a", "b", "a", "c", "d", "a", "e", "b"} {
		if _, ok := catalog.Products.Get(key); !ok {
			say(catalog.Products.Add(key, i))
		}
	}
	say(catalog.Products.ContainsOrAdd("x", 1))
	say(catalog.Products.PeekOrAdd("x", 2))
	say(catalog.Products.Remove("x"), catalog.Products.Remove("x"))
	say(catalog.Products.RemoveOldest())
	say(catalog.Products.Resize(1), catalog.Products.Len())
	catalog.Products.Peek("a")
	catalog.Products.Contains("a")
	catalog.Products.Purge()

	prices, err := catalog.NewPrices()
	say(err)
	for i := range 20 {
		if _, ok := prices.Get(i * i % 7); !ok {
			prices.Add(i*i%7, float64(i))
		}
	}
	prices.Remove(1)
	say(prices.Len())

	broken := false
	offers := catalog.NewOffers(func(key string, _ int) {
		if broken {
			panic("gone " + key)
		}
	})
	for i, key := range []string{"a", "b", "c", "d", "a", "d"} {
		if _, ok := offers.Get(key); !ok {
			offers.Add(key, i)
		}
	}
	say(offers.Remove("d"), offers.Remove("d"))
	for offers.Len() > 0 { // until the sweep took them
		time.Sleep(time.Millisecond)
	}
	offers.Add("e", 5)
	offers.Purge()
	broken = true
	offers.Add("f", 6)
	try("offers", func() { offers.Remove("f") })
	broken = false

	fragile := false
	drafts, err := catalog.NewDrafts(func(string, string) {
		if fragile {
			panic("lost")
		}
	})
	say(err)
	for _, key := range []string{"a", "b", "c", "a"} {
		if _, ok := drafts.Get(key); !ok {
			say(drafts.Add(key, key))
		}
	}
	fragile = true
	try("drafts.Add", func() { drafts.Add("z", "z") })
	try("drafts.Purge", func() { drafts.Purge() })
	fragile = false
	say(drafts.RemoveOldest())
	say(drafts.Resize(1))

	anything, err := catalog.NewAnything(func(key any, _ int) {
		if key == "bad" {
			panic("bad went")
		}
	})
	say(err)
	anything.Add(1, 1)
	anything.Add("bad", 2)
	say(anything.Get(1))
	say(anything.Get("1"))
	try("anything.Add", func() { anything.Add(3.0, 3) })
	try("anything.Get", func() { anything.Get([]int{1}) })

	_, err = catalog.NewIdle()
	say(err)
	return seen
}
