package insight

import (
	"fmt"
	"math"
	"testing"

	"github.com/cachemeter/cachemeter/metrics"
)

func sampled(keys []uint64, samples int, seed uint64) Curve {
	a := newAnalysis(samples)
	for _, key := range keys {
		if h := hashed(key, seed); h <= a.sample.threshold {
			a.lookup(h, metrics.Miss, 0)
		}
	}
	c := Curve{Samples: a.judged, Rate: 1 / a.sample.weight, Keys: uint64(float64(len(a.sample.entries)) * a.sample.weight)}
	c.draw(&a.reuse, float64(len(keys)))
	return c
}

func TestTry(t *testing.T) {
	for _, name := range []string{"oltp", "web07", "web12", "gli", "0.8", "0.99", "1.2"} {
		var keys []uint64
		var skew float64
		if n, _ := fmt.Sscanf(name, "%g", &skew); n == 1 {
			keys = zipfKeys(5_000_000, 1_000_000, skew, 7)
		} else {
			keys = trace(t, name)
		}
		hits, distinct := exactCurve(keys)
		for _, samples := range []int{8192, 2048} {
			for seed := range uint64(5) {
				c := sampled(keys, samples, seed)
				lin, log, n, worst := 0.0, 0.0, 0, 0.0
				for i := 1; i <= 100; i++ {
					size := distinct * i / 100
					lin += math.Abs(c.at(uint64(size)) - float64(hits[size])/float64(len(keys)))
				}
				for size := float64(c.Smallest()); size <= float64(distinct); size *= 1.1 {
					e := math.Abs(c.at(uint64(size)) - float64(hits[int(size)])/float64(len(keys)))
					log += e
					worst = max(worst, e)
					n++
				}
				fmt.Printf("%s %d seed %d: linear %.4f log %.4f worst %.4f  smallest %d rate %.4f\n", name, samples, seed, lin/100, log/float64(n), worst, c.Smallest(), c.Rate)
			}
		}
	}
}
