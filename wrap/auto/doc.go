// Package auto is the aspects that instrument a program while it is compiled, its
// source untouched: every go-redis v9 client and every golang-lru v2 cache in it,
// those inside the libraries it uses included, counts in metrics.Default().
//
// Nobody imports it. "cachemeter auto init" in a program's folder lists it where
// orchestrion looks for aspects, "cachemeter auto build" builds with them. README.md
// beside this file tells the whole.
package auto
