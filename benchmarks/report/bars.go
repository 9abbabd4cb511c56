package main

import (
	"fmt"
	"math"
	"strings"
)

// look tells a figure of a benchmark: its median, or its value in one round.
type look func(name, unit string) float64

func (l look) ns(name string) float64 { return l(name, "ns/op") }

// above is what one subject of a group costs more than another.
func (l look) above(group, subject, bare, goroutines string) float64 {
	return l.ns(group+"/"+subject+goroutines) - l.ns(group+"/"+bare+goroutines)
}

const (
	on1 = "/goroutines=1"
	on2 = "/goroutines=2"
)

// bar is a bound that the project sets itself.
type bar struct {
	what   string
	atMost float64
	unit   string
	figure func(l look) float64
}

var bars = []bar{
	{"record by handle, 1 goroutine / bare shared atomic add", 1.20, "", func(l look) float64 {
		return l.ns("Record/cachemeter"+on1) / l.ns("Record/bare-atomic"+on1)
	}},
	{"record by handle, 2 goroutines on one namespace / the same with 1", 0.65, "", func(l look) float64 {
		return l.ns("Record/cachemeter"+on2) / l.ns("Record/cachemeter"+on1)
	}},
	{"record by name, 1 goroutine / mutex + map", 0.65, "", func(l look) float64 {
		return l.ns("ByName/cachemeter"+on1) / l.ns("ByName/mutex-map"+on1)
	}},
	{"record by name, 1 goroutine / Prometheus WithLabelValues().Inc()", 0.25, "", func(l look) float64 {
		return l.ns("ByName/cachemeter"+on1) / l.ns("ByName/prometheus"+on1)
	}},
	{"the same, 2 goroutines", 0.10, "", func(l look) float64 {
		return l.ns("ByName/cachemeter"+on2) / l.ns("ByName/prometheus"+on2)
	}},
	{"wrapped golang-lru Get - bare Get, hit, string key / the handle's cost", 1.3, "", func(l look) float64 {
		return l.above("LRU", "cachemeter", "bare", on1) / l.ns("Record/cachemeter"+on1)
	}},
	{"Redis hook, GET, namespace from the key, no latency / what redisotel metrics adds", 0.04, "", func(l look) float64 {
		return l.above("HookSingle", "cachemeter-without-latency", "none", on1) / l.above("HookSingle", "redisotel-metrics", "none", on1)
	}},
	{"with latency / the same", 0.15, "", func(l look) float64 {
		return l.above("HookSingle", "cachemeter", "none", on1) / l.above("HookSingle", "redisotel-metrics", "none", on1)
	}},
	{"a pipelined GET (batch of 100) / a single one, hook alone", 0.6, "", func(l look) float64 {
		return l.above("HookPipeline", "cachemeter-without-latency", "none", on1) / l.above("HookSingle", "cachemeter-without-latency", "none", on1)
	}},
	{"one latency observation / Prometheus classic histogram Observe", 0.75, "", func(l look) float64 {
		return l.ns("Latency/cachemeter"+on1) / l.ns("Latency/prometheus-classic"+on1)
	}},
	{"allocations, the most of all of the above", 0, "", mostAllocs},
	{"memory of 1,000 idle namespaces", 1, "MiB", func(l look) float64 { return l("Memory/idle", "B") / (1 << 20) }},
	{"memory of 1,000 hot namespaces at GOMAXPROCS=64", 16, "MiB", func(l look) float64 {
		// Should a namespace not have grown, the others' share stands for it.
		const hot = "Memory/hot/procs=64"
		return l(hot, "B") / l(hot, "grown") * 1000 / (1 << 20)
	}},
}

func mostAllocs(l look) float64 {
	most := 0.0
	for _, name := range []string{
		"Record/cachemeter", "ByName/cachemeter", "LRU/cachemeter", "Latency/cachemeter",
		"HookSingle/cachemeter-without-latency", "HookSingle/cachemeter", "HookPipeline/cachemeter-without-latency",
	} {
		for _, goroutines := range []string{on1, on2} {
			most = math.Max(most, l(name+goroutines, "allocs/op")) // NaN stays
		}
	}
	return most
}

// verdict is a bar, measured.
type verdict struct {
	figure    float64 // from the medians; NaN: not measured
	low, high float64 // between which lies the middle half of the rounds' own figures
	met       bool
}

func (b bar) judge(r *results) verdict {
	figure := b.figure(r.median)
	var each []float64
	for round := range r.rounds() {
		// A look that finds no value in a round makes the figure NaN.
		if v := b.figure(func(name, unit string) float64 { return r.at(round, name, unit) }); !math.IsNaN(v) {
			each = append(each, v)
		}
	}
	return verdict{figure: figure, low: quantile(each, 0.25), high: quantile(each, 0.75), met: figure <= b.atMost}
}

func (r *results) rounds() (n int) {
	for _, v := range r.values {
		n = max(n, len(v))
	}
	return n
}

func (r *results) at(round int, name, unit string) float64 {
	if v := r.values[key{name, unit}]; round < len(v) {
		return v[round]
	}
	return math.NaN()
}

// barTable says of every bar whether it is met.
func barTable(r *results) string {
	var b strings.Builder
	b.WriteString("| | at most | measured | middle half of the rounds | |\n|---|---|---|---|---|\n")
	for _, bar := range bars {
		v := bar.judge(r)
		said := "not met"
		switch {
		case math.IsNaN(v.figure):
			fmt.Fprintf(&b, "| %s | %s | | | not measured |\n", bar.what, bar.format(bar.atMost))
			continue
		case v.met:
			said = "met"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s to %s | %s |\n", bar.what, bar.format(bar.atMost), bar.format(v.figure), bar.format(v.low), bar.format(v.high), said)
	}
	return b.String()
}

func (b bar) format(v float64) string {
	if b.unit != "" {
		return fmt.Sprintf("%.3g %s", v, b.unit)
	}
	if b.atMost == 0 {
		return fmt.Sprintf("%g", v)
	}
	return fmt.Sprintf("%.*f", max(2, -int(math.Floor(math.Log10(b.atMost)))+1), v)
}
