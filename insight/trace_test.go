package insight

import (
	"bufio"
	"compress/gzip"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// trace reads one of the public traces, which lie beside the project's folder.
func trace(t testing.TB, name string) []uint64 {
	t.Helper()
	for _, dir := range []string{os.Getenv("CACHEMETER_TRACES"), "../../shared/traces", "../../../shared/traces"} {
		f, err := os.Open(filepath.Join(dir, name+".txt.gz"))
		if err != nil {
			continue
		}
		defer f.Close()
		z, err := gzip.NewReader(f)
		require.NoError(t, err)
		var keys []uint64
		for lines := bufio.NewScanner(z); lines.Scan(); {
			key, err := strconv.ParseUint(lines.Text(), 10, 64)
			require.NoError(t, err)
			keys = append(keys, key)
		}
		return keys
	}
	t.Skipf("the trace %s is not there; point CACHEMETER_TRACES at the folder that has it", name)
	return nil
}

// zipfKeys are lookups of keys numbered by popularity, key k with a share that falls
// as (k+1)^-skew. It draws from the exact distribution by a table of its sums.
func zipfKeys(lookups, keys int, skew float64, seed uint64) []uint64 {
	sums := make([]float64, keys)
	total := 0.0
	for k := range sums {
		total += math.Pow(float64(k+1), -skew)
		sums[k] = total
	}
	// A coarse index makes the search short.
	steps := 1 << bits.Len(uint(keys))
	first := make([]int32, steps+1)
	for i, k := 0, 0; i <= steps; i++ {
		for k < keys-1 && sums[k] < total*float64(i)/float64(steps) {
			k++
		}
		first[i] = int32(k)
	}
	random := rand.New(rand.NewPCG(seed, 1))
	out := make([]uint64, lookups)
	for i := range out {
		x := random.Float64()
		k := int(first[int(x*float64(steps))])
		for k < keys-1 && sums[k] < x*total {
			k++
		}
		out[i] = uint64(k)
	}
	return out
}

// hashed is a 64-bit mix of a key under a seed (splitmix64), so that tests repeat.
func hashed(key, seed uint64) uint64 {
	x := key + seed*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// exactHits counts the hits of an LRU of every size up to the number of keys.
func exactHits(keys []uint64) []uint64 {
	last := make(map[uint64]int32)
	tree := make([]int32, len(keys)+1)
	add := func(i int, d int32) {
		for ; i < len(tree); i += i & -i {
			tree[i] += d
		}
	}
	at := make([]uint64, 1) // by size: lookups that hit from there on
	for i, key := range keys {
		if before, seen := last[key]; seen {
			upTo := int32(0)
			for j := int(before); j > 0; j &= j - 1 {
				upTo += tree[j]
			}
			size := len(last) - int(upTo) + 1
			for len(at) <= size {
				at = append(at, 0)
			}
			at[size]++
			add(int(before), -1)
		}
		last[key] = int32(i + 1)
		add(i+1, 1)
	}
	for len(at) <= len(last) {
		at = append(at, 0)
	}
	for c := 1; c < len(at); c++ {
		at[c] += at[c-1]
	}
	return at
}
