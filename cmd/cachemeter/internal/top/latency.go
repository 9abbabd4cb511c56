package top

import (
	"cmp"
	"math"
	"slices"
)

// quantile returns the time that the share q of all observations did not exceed. The
// buckets of several instances are put together first: quantiles do not add up.
func quantile(parts []latency, q float64) *float64 {
	var all [][2]float64
	total := 0.0
	for _, p := range parts {
		all = append(all, p.Buckets...)
	}
	for _, bucket := range all {
		total += bucket[1]
	}
	if total == 0 {
		return nil
	}
	slices.SortFunc(all, func(a, b [2]float64) int { return cmp.Compare(a[0], b[0]) })
	rank, seen := max(math.Ceil(q*total), 1), 0.0
	for _, bucket := range all {
		if seen += bucket[1]; seen >= rank {
			return &bucket[0]
		}
	}
	return &all[len(all)-1][0]
}
