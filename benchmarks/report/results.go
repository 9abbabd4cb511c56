package main

import (
	"bufio"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// key names one figure of one benchmark, such as "Record/cachemeter/goroutines=1" in
// "ns/op".
type key struct{ name, unit string }

// results are the figures of all rounds, in the order of the rounds.
type results struct {
	names  []string // in the order of the first round
	values map[key][]float64
	cpu    string // as the testing package calls it

	// took is the processor time of the rounds, others that of everything else on the
	// machine meanwhile, and wall how long it went on.
	took, others, wall time.Duration
}

func newResults() *results { return &results{values: make(map[key][]float64)} }

// processors is what the testing package hangs on a name when it is not 1.
var processors = regexp.MustCompile(`-\d+$`)

// read adds the output of one round.
func (r *results) read(output string) error {
	lines := bufio.NewScanner(strings.NewReader(output))
	for lines.Scan() {
		line := lines.Text()
		if cpu, ok := strings.CutPrefix(line, "cpu: "); ok {
			r.cpu = cpu
		}
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		if err := r.add(processors.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), ""), fields[2:]); err != nil {
			return fmt.Errorf("line %q: %w", line, err)
		}
	}
	return lines.Err()
}

func (r *results) add(name string, pairs []string) error {
	if len(pairs)%2 != 0 {
		return fmt.Errorf("a figure without a unit")
	}
	if !slices.Contains(r.names, name) {
		r.names = append(r.names, name)
	}
	for i := 0; i < len(pairs); i += 2 {
		v, err := strconv.ParseFloat(pairs[i], 64)
		if err != nil {
			return err
		}
		k := key{name, pairs[i+1]}
		r.values[k] = append(r.values[k], v)
	}
	return nil
}

// median is NaN for what was not measured.
func (r *results) median(name, unit string) float64 { return quantile(r.values[key{name, unit}], 0.5) }

// quantile interpolates between the two nearest values, as most programs do (type 7
// of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996).
func quantile(values []float64, q float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	at := q * float64(len(sorted)-1)
	below := int(at)
	if below+1 == len(sorted) {
		return sorted[below]
	}
	return sorted[below] + (at-float64(below))*(sorted[below+1]-sorted[below])
}

// spread is half of what the middle half of the values spans, as a share of the median.
func spread(values []float64) float64 {
	middle := quantile(values, 0.5)
	if middle == 0 {
		return 0
	}
	return (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / middle
}
