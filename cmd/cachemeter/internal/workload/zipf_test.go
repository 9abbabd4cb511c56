package workload_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/workload"
)

// The draws are held against the exact distribution by Pearson's test.
func TestZipfDistribution(t *testing.T) {
	const n, draws = 100, 200_000
	for _, skew := range []float64{0, 0.5, 0.99, 1, 1.2, 3} {
		t.Run(fmt.Sprint(skew), func(t *testing.T) {
			sum := 0.0
			for k := 1; k <= n; k++ {
				sum += math.Pow(float64(k), -skew)
			}
			zipf := workload.NewZipf(rand.New(rand.NewPCG(1, 2)), n, skew)
			var counts [n]float64
			for range draws {
				counts[zipf.Next()]++
			}
			chi := 0.0
			cells, rest, restWant := 0, 0.0, 0.0
			for k, got := range counts {
				want := draws * math.Pow(float64(k+1), -skew) / sum
				if want < 10 { // too few for the test: together they are one cell
					rest, restWant = rest+got, restWant+want
					continue
				}
				chi += (got - want) * (got - want) / want
				cells++
			}
			if restWant >= 10 {
				chi += (rest - restWant) * (rest - restWant) / restWant
				cells++
			}
			// Five standard deviations of the chi-squared distribution.
			freedom := float64(cells - 1)
			require.Less(t, chi, freedom+5*math.Sqrt(2*freedom))
		})
	}
}

func TestZipfEdges(t *testing.T) {
	for _, test := range []struct {
		name string
		n    int
		skew float64
	}{
		{"one rank", 1, 1},
		{"no rank", 0, 1},
		{"negative skew", 3, -1},
		{"skew not a number", 3, math.NaN()},
		{"steep", 1_000_000, 20},
		{"many", math.MaxInt, 0.8},
	} {
		t.Run(test.name, func(t *testing.T) {
			zipf := workload.NewZipf(rand.New(rand.NewPCG(1, 2)), test.n, test.skew)
			for range 1000 {
				k := zipf.Next()
				require.GreaterOrEqual(t, k, 0)
				require.Less(t, k, max(test.n, 1))
			}
		})
	}
}

func TestZipfRepeats(t *testing.T) {
	a := workload.NewZipf(rand.New(rand.NewPCG(7, 0)), 1000, 0.9)
	b := workload.NewZipf(rand.New(rand.NewPCG(7, 0)), 1000, 0.9)
	for range 1000 {
		require.Equal(t, a.Next(), b.Next())
	}
}
