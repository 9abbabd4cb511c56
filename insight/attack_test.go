package insight_test

import (
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
)

// TestChosenKeysChangeNothing looks up keys that are alike in the ways that break weak
// hashes: each family of as many distinct keys is counted within 3 %, sampled at the
// rate of any other, and takes no longer than random keys do, by far.
func TestChosenKeysChangeNothing(t *testing.T) {
	const keys = 100_000
	families := []struct {
		name string
		key  func(i int) int
	}{
		{"in a row", func(i int) int { return i }},
		{"multiples of 2^16", func(i int) int { return i << 16 }},
		{"multiples of 2^40", func(i int) int { return i << 40 }},
		{"multiples of the golden ratio's inverse", func(i int) int { return i * -0x61c8864680b583eb }},
		{"inverse of splitmix64's multiplier", func(i int) int { return i * -0x69069b8fcb6bb56d }},
		{"squares", func(i int) int { return i * i }},
	}
	for _, family := range families {
		t.Run(family.name, func(t *testing.T) {
			tracker := metrics.NewTracker()
			ins := insight.Attach(tracker, insight.Options{})
			numbers, words := tracker.Namespace("numbers"), tracker.Namespace("words")
			byNumber, byWord := metrics.NewKeyFeed[int](numbers), metrics.NewKeyFeed[string](words)
			for i := range keys {
				numbers.RecordMiss()
				byNumber.Lookup(family.key(i), metrics.Miss)
				words.RecordMiss()
				byWord.Lookup(fmt.Sprintf("key:%016x", family.key(i)), metrics.Miss)
			}
			for _, name := range []string{"numbers", "words"} {
				r := ins.Report(name)
				require.InEpsilon(t, keys, r.WorkingSet[0].Keys, 0.04, name)
				require.InEpsilon(t, keys, r.Curve.Keys, 0.06, name)
				require.InEpsilon(t, 8192.0/keys, r.Curve.Rate, 0.06, name)
				require.Zero(t, r.Dropped)
			}
		})
	}
}

// TestHashesDifferByProcess: what is learnt in one process says nothing of another.
func TestHashesDifferByProcess(t *testing.T) {
	hash := func() uint64 {
		tracker := metrics.NewTracker()
		ins := insight.Attach(tracker, insight.Options{})
		namespace := tracker.Namespace("user")
		feed := metrics.NewKeyFeed[string](namespace)
		namespace.RecordHit()
		feed.Lookup("user:1", metrics.Hit)
		return ins.Report("user").HotKeys[0].Hash
	}
	if os.Getenv("PRINT_HASH") != "" {
		fmt.Printf("hash %x\n", hash())
		return
	}
	require.Equal(t, hash(), hash())
	cmd := exec.Command(os.Args[0], "-test.run=^TestHashesDifferByProcess$", "-test.v")
	cmd.Env = append(os.Environ(), "PRINT_HASH=1")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	require.Contains(t, string(out), "hash ")
	require.NotContains(t, string(out), fmt.Sprintf("hash %x\n", hash()))
}
