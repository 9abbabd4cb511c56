package benchmarks

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the tables of model.md")

// TestModelOfMemory holds the formulas against the heap.
func TestModelOfMemory(t *testing.T) {
	require.InEpsilon(t, 1000*idleBytes(), measuredIdle(1000), 0.03)
	for _, processors := range []int{2, 64, 256} {
		const namespaces = 100
		m := machine{processors}
		// The runtime keeps what it makes for goroutines, the more of it the busier the
		// machine is: what is measured once it has all it needs is the namespaces'.
		agree := false
		for tries := 0; tries < 8 && !agree; tries++ {
			bytes, grown := measuredHot(namespaces, processors)
			// A busy machine does not let all of them be fought over: the others stay idle.
			want := float64(grown*m.hotBytes() + (namespaces-grown)*idleBytes())
			agree = math.Abs(float64(bytes)-want) <= 0.03*want+32<<10
			t.Logf("%d processors, %d grown: %d bytes, by the model %.0f", processors, grown, bytes, want)
		}
		require.True(t, agree, "the model is off")
	}
}

// TestModelOfContention throws goroutines into cells at random and counts.
func TestModelOfContention(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, processors := range []int{2, 8, 64, 256} {
		m := machine{processors}
		const throws = 4000
		var alone, sharing, used float64
		for range throws {
			cells := make([]int, m.stripes())
			for range processors {
				cells[random.IntN(len(cells))]++
			}
			for _, n := range cells {
				if n == 1 {
					alone++
				}
				if n > 0 {
					used++
				}
				sharing += float64(n * n) // each of the n sees n
			}
		}
		require.InEpsilon(t, m.alone(), alone/throws/float64(processors), 0.02, "alone, %d", processors)
		require.InEpsilon(t, m.sharing(), sharing/throws/float64(processors), 0.02, "sharing, %d", processors)
		require.InEpsilon(t, m.used(), used/throws, 0.02, "used, %d", processors)
	}
	require.InDelta(t, 1, machine{1}.alone(), 0, "one processor has no company")
	require.InDelta(t, 1, machine{1}.speedup(2, 2), 1e-9)
}

const (
	modelBegins = "<!-- written by go test ./benchmarks -run Model -update -->\n"
	modelEnds   = "<!-- end of what is written -->"
)

// TestModelPage holds the tables of model.md to the formulas.
func TestModelPage(t *testing.T) {
	text, err := os.ReadFile("model.md")
	require.NoError(t, err)
	before, rest, ok := strings.Cut(string(text), modelBegins)
	require.True(t, ok, "model.md has no place for the table")
	_, after, ok := strings.Cut(rest, modelEnds)
	require.True(t, ok, "model.md has no end of the table")
	want := before + modelBegins + modelTable() + modelEnds + after
	if *update {
		require.NoError(t, os.WriteFile("model.md", []byte(want), 0o644))
		return
	}
	require.Equal(t, want, string(text), "run go test ./benchmarks -run Model -update")
}

func modelTable() string {
	machines := []machine{{2}, {8}, {64}, {256}}
	var b strings.Builder
	row := func(what string, figure func(m machine) string) {
		fmt.Fprintf(&b, "| %s |", what)
		for _, m := range machines {
			fmt.Fprintf(&b, " %s |", figure(m))
		}
		b.WriteString("\n")
	}
	row("processors", func(m machine) string { return fmt.Sprint(m.processors) })
	b.WriteString("|---|---|---|---|---|\n")
	row("cells of a namespace where goroutines have met", func(m machine) string { return fmt.Sprint(m.stripes()) })
	row("bytes of an idle namespace", func(machine) string { return fmt.Sprint(idleBytes()) })
	row("bytes of a hot one", func(m machine) string { return fmt.Sprint(m.hotBytes()) })
	row("MiB of 1,000 hot ones", func(m machine) string { return fmt.Sprintf("%.1f", float64(1000*m.hotBytes())/(1<<20)) })
	row("share of goroutines alone in their cell", func(m machine) string { return fmt.Sprintf("%.0f %%", 100*m.alone()) })
	row("goroutines in the cell of one, itself included", func(m machine) string { return fmt.Sprintf("%.2f", m.sharing()) })
	row("times what one shared word records, a transfer costing 2 adds", func(m machine) string { return fmt.Sprintf("%.0f", m.speedup(1, 2)) })
	row("the same, a transfer costing 20 adds", func(m machine) string { return fmt.Sprintf("%.0f", m.speedup(1, 20)) })
	row("us to read one hot namespace, at most", func(m machine) string { return fmt.Sprintf("%.1f", m.readNanos(100, 110, 2)/1e3) })
	return b.String()
}
