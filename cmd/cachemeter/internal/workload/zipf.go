// Package workload draws what a program might ask its caches for.
package workload

import (
	"math"
	"math/rand/v2"
)

// Zipf draws ranks from 0 to n-1 such that rank k has a probability proportional
// to 1/(k+1)^skew: rank 0 is the most popular. Unlike [rand.Zipf] it takes a skew of
// 1 and below, where most real caches are. It is for one goroutine.
//
// The method is rejection-inversion: W. Hörmann and G. Derflinger, "Rejection-inversion
// to generate variates from monotone discrete distributions", ACM TOMACS 6 (1996). It
// needs no table and, on average, fewer than 1.1 pairs of draws.
type Zipf struct {
	random *rand.Rand
	n      float64
	skew   float64

	first, last float64 // the integral of the hat, to the left of rank 1 and to the right of rank n
	accept      float64 // within this distance of the rank no test is needed
}

// NewZipf returns a source of n ranks. A n below 1 is taken for 1, and a skew that
// is not above 0 for 0, at which all ranks are alike.
func NewZipf(random *rand.Rand, n int, skew float64) *Zipf {
	if !(skew > 0) {
		skew = 0
	}
	z := &Zipf{random: random, n: float64(max(n, 1)), skew: skew}
	z.first = z.integral(1.5) - 1
	z.last = z.integral(z.n + 0.5)
	z.accept = 2 - z.inverse(z.integral(2.5)-z.weight(2))
	return z
}

// Next draws one rank.
func (z *Zipf) Next() int {
	for {
		u := z.last + z.random.Float64()*(z.first-z.last)
		x := z.inverse(u)
		k := min(max(math.Round(x), 1), z.n)
		if k-x <= z.accept || u >= z.integral(k+0.5)-z.weight(k) {
			return int(k) - 1
		}
	}
}

// weight is x^-skew, the hat at x.
func (z *Zipf) weight(x float64) float64 { return math.Exp(-z.skew * math.Log(x)) }

// integral is the antiderivative of weight: (x^(1-skew) - 1) / (1-skew), and log x
// where skew is 1.
func (z *Zipf) integral(x float64) float64 {
	logX := math.Log(x)
	return logX * ratio(math.Expm1, (1-z.skew)*logX)
}

// inverse is the inverse function of integral.
func (z *Zipf) inverse(y float64) float64 {
	return math.Exp(y * ratio(math.Log1p, max(y*(1-z.skew), -1)))
}

// ratio returns f(x)/x for an f with f(0) = 0 and slope 1 there.
func ratio(f func(float64) float64, x float64) float64 {
	if math.Abs(x) < 1e-8 {
		return 1
	}
	return f(x) / x
}
