package main

import (
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const round1 = `goos: linux
cpu: Some Processor
BenchmarkRecord/bare-atomic/goroutines=1-2  	 1000	  4.000 ns/op	  0 B/op	  0 allocs/op
BenchmarkRecord/cachemeter/goroutines=1-2   	 1000	  5.000 ns/op	  0 B/op	  0 allocs/op
BenchmarkRecord/cachemeter/goroutines=2-2   	 1000	  2.500 ns/op	  0 B/op	  0 allocs/op
BenchmarkReadAll/cachemeter-idle-16/goroutines=1 	 10	  123456 ns/op	  16 B/op	  1 allocs/op
BenchmarkMemory/hot/procs=64-2   	 1	  14.5 ns/op	  8388608 B  500 grown
PASS
ok  	x	1s
`

var (
	round2 = strings.NewReplacer("5.000", "4.400", "2.500", "3.960").Replace(round1)
	round3 = strings.NewReplacer("5.000", "4.600", "2.500", "9.000").Replace(round1)
)

func threeRounds(t *testing.T) *results {
	r := newResults()
	for _, round := range []string{round1, round2, round3} {
		require.NoError(t, r.read(round))
	}
	return r
}

func TestRead(t *testing.T) {
	r := threeRounds(t)
	require.Equal(t, "Some Processor", r.cpu)
	require.Equal(t, []string{
		"Record/bare-atomic/goroutines=1", "Record/cachemeter/goroutines=1", "Record/cachemeter/goroutines=2",
		"ReadAll/cachemeter-idle-16/goroutines=1", "Memory/hot/procs=64",
	}, r.names)
	require.Equal(t, []float64{5, 4.4, 4.6}, r.values[key{"Record/cachemeter/goroutines=1", "ns/op"}])
	require.Equal(t, []float64{16, 16, 16}, r.values[key{"ReadAll/cachemeter-idle-16/goroutines=1", "B/op"}])
	require.Equal(t, []float64{8 << 20, 8 << 20, 8 << 20}, r.values[key{"Memory/hot/procs=64", "B"}])
	require.Equal(t, 3, r.rounds())
}

func TestReadRefusesWhatItCannotRead(t *testing.T) {
	for _, line := range []string{"BenchmarkX 10 5 ns/op 3", "BenchmarkX 10 five ns/op"} {
		require.ErrorContains(t, newResults().read(line), line)
	}
}

func TestQuantile(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		q      float64
		want   float64
	}{
		{"one", []float64{7}, 0.5, 7},
		{"odd", []float64{9, 1, 5}, 0.5, 5},
		{"even", []float64{4, 1, 3, 2}, 0.5, 2.5},
		{"quarter", []float64{1, 2, 3, 4, 5}, 0.25, 2},
		{"between", []float64{1, 2, 3, 4}, 0.25, 1.75},
		{"least", []float64{3, 1, 2}, 0, 1},
		{"most", []float64{3, 1, 2}, 1, 3},
	} {
		require.InDelta(t, test.want, quantile(test.values, test.q), 1e-12, test.name)
	}
	require.True(t, math.IsNaN(quantile(nil, 0.5)))
	values := []float64{3, 1, 2}
	quantile(values, 0.5)
	require.Equal(t, []float64{3, 1, 2}, values, "the order is the rounds'")
	require.InDelta(t, 1.0/3, spread([]float64{1, 2, 3, 4, 5}), 1e-12)
	require.Zero(t, spread([]float64{0, 0, 0}))
}

func TestBarsAreRatiosOfMedians(t *testing.T) {
	r := threeRounds(t)
	first := bars[0].judge(r)
	require.InDelta(t, 4.6/4, first.figure, 1e-12)
	require.True(t, first.met)
	require.InDelta(t, (4.4/4+4.6/4)/2, first.low, 1e-12)
	require.InDelta(t, (4.6/4+5.0/4)/2, first.high, 1e-12)

	second := bars[1].judge(r) // 3.96 / 4.6, and not the median of the rounds' 0.5, 0.9 and 1.96
	require.InDelta(t, 3.96/4.6, second.figure, 1e-12)
	require.False(t, second.met)

	absent := bars[2].judge(r)
	require.True(t, math.IsNaN(absent.figure))
	require.False(t, absent.met)
}

// TestBarsUnderstandTheirGroups gives every subject a figure of its own and asks for
// each bar's by hand.
func TestBarsUnderstandTheirGroups(t *testing.T) {
	figures := map[key]float64{
		{"Record/bare-atomic" + on1, "ns/op"}: 5, {"Record/cachemeter" + on1, "ns/op"}: 6, {"Record/cachemeter" + on2, "ns/op"}: 3,
		{"ByName/cachemeter" + on1, "ns/op"}: 8, {"ByName/mutex-map" + on1, "ns/op"}: 16,
		{"ByName/prometheus" + on1, "ns/op"}: 40, {"ByName/cachemeter" + on2, "ns/op"}: 8, {"ByName/prometheus" + on2, "ns/op"}: 160,
		{"LRU/bare" + on1, "ns/op"}: 30, {"LRU/cachemeter" + on1, "ns/op"}: 39,
		{"HookSingle/none" + on1, "ns/op"}: 2, {"HookSingle/redisotel-metrics" + on1, "ns/op"}: 1002,
		{"HookSingle/cachemeter-without-latency" + on1, "ns/op"}: 22, {"HookSingle/cachemeter" + on1, "ns/op"}: 102,
		{"HookPipeline/none" + on1, "ns/op"}: 1, {"HookPipeline/cachemeter-without-latency" + on1, "ns/op"}: 11,
		{"Latency/cachemeter" + on1, "ns/op"}: 15, {"Latency/prometheus-classic" + on1, "ns/op"}: 30,
		{"Memory/idle", "B"}: 1 << 19, {"Memory/hot/procs=64", "B"}: 12 << 20, {"Memory/hot/procs=64", "grown"}: 800,
	}
	want := []float64{1.2, 0.5, 0.5, 0.2, 0.05, 1.5, 0.02, 0.1, 0.5, 0.5, 1, 0.5, 15}
	require.Len(t, bars, len(want))
	for i, b := range bars {
		got := b.figure(func(name, unit string) float64 {
			if unit == "allocs/op" {
				if name == "HookSingle/cachemeter"+on2 {
					return 1
				}
				return 0
			}
			v, ok := figures[key{name, unit}]
			require.True(t, ok, "%s in %s", name, unit)
			return v
		})
		require.InDelta(t, want[i], got, 1e-12, b.what)
	}
}

func TestPage(t *testing.T) {
	page := pageOf(threeRounds(t), setting{rounds: 3, benchtime: "20ms", machine: "virtual", goVersion: "go1.99", modules: []string{"a/b v1.2.3"}})
	for _, want := range []string{
		"Medians of 3 interleaved rounds of 20ms each",
		"* Machine: Some Processor (virtual)", "* Go: go1.99\n", "* Modules: a/b v1.2.3\n",
		"| record by handle, 1 goroutine / bare shared atomic add | 1.20 | 1.15 | 1.12 to 1.20 | met |\n",
		"| record by handle, 2 goroutines on one namespace / the same with 1 | 0.65 | 0.86 | 0.70 to 1.43 | not met |\n",
		"| record by name, 1 goroutine / mutex + map | 0.65 | | | not measured |\n",
		"| memory of 1,000 hot namespaces at GOMAXPROCS=64 | 16 MiB | 16 MiB | 16 MiB to 16 MiB | met |\n",
		"### Recording one hit, by a handle that is kept\n\n| | 1 | 2 | B | allocs |\n|---|---|---|---|---|\n",
		"| cachemeter | 4.60 ns ±3% | 3.96 ns ±41% | 0 | 0 |\n",
		"| cachemeter-idle-16 | 123 us ±0% | 16 | 1 |\n",
	} {
		require.Contains(t, page, want)
	}
	require.NotContains(t, page, "golang-lru: Get", "groups that did not run have no table")
	require.NotContains(t, page, "NaN")
}

func TestDuration(t *testing.T) {
	for ns, want := range map[float64]string{0: "0 ns", 2.345: "2.35 ns", 23.45: "23.4 ns", 234.5: "234 ns", 9999: "9999 ns", 12345: "12.3 us", -1.5: "-1.50 ns", 0.015: "0.01 ns"} {
		require.Equal(t, want, duration(ns))
	}
}

func TestBusy(t *testing.T) {
	const stat = "cpu  100 20 30 4000 500 6 7 8 9 10\ncpu0 1 2 3 4 5 6 7 8 9 10\n"
	require.Equal(t, 1710*time.Millisecond, busyOf(stat), "guests are in user already, idle and waiting are not busy")
	require.Zero(t, busyOf(""))

	r := threeRounds(t)
	r.wall, r.others = 10*time.Second, time.Duration(runtime.NumCPU())*time.Second
	require.Contains(t, setting{}.text(r), "other programs took 10 % of the processors")
}

func TestReplaceIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "README.md")
	require.NoError(t, os.WriteFile(file, []byte("before\n"+begins+"\nold\n"+ends+"\nafter\n"), 0o600))
	require.NoError(t, replaceIn(file, "new\n"))
	require.NoError(t, replaceIn(file, "newer\n"))
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "before\n"+begins+"\nnewer\n"+ends+"\nafter\n", string(text))

	require.NoError(t, os.WriteFile(file, []byte("no marks"), 0o600))
	require.ErrorContains(t, replaceIn(file, "new"), "are missing")
}

// TestReportRuns runs one group for real: what the report looks for is what the
// benchmarks are called.
func TestReportRuns(t *testing.T) {
	var out strings.Builder
	err := report(t.Context(), []string{"-rounds", "2", "-benchtime", "1x", "-bench", "Record$|ByName$|Latency$|LRU$|Hook"}, &out, io.Discard)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(out.String(), "not measured"), "all bars but those of memory:\n%s", out.String())
	require.Contains(t, out.String(), "github.com/prometheus/client_golang v")
}

func TestReportRefuses(t *testing.T) {
	require.Error(t, report(context.Background(), []string{"-rounds", "0"}, io.Discard, io.Discard))
	require.Error(t, report(context.Background(), []string{"extra"}, io.Discard, io.Discard))
}
