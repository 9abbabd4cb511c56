package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
)

// table is one group of benchmarks as the page shows it.
type table struct {
	group string
	title string
	bare  string // the subject whose cost the others have on top of their own, if any
}

var tables = []table{
	{"Record", "Recording one hit, by a handle that is kept", ""},
	{"ByName", "Recording one hit, by name", ""},
	{"ByManyNames", "Recording one hit, by 16 names in turn", ""},
	{"Latency", "Observing a duration", ""},
	{"LRU", "golang-lru: Get, string key, hit", "bare"},
	{"Expirable", "golang-lru expirable: Get, string key, hit", "bare"},
	{"Otter", "otter: GetIfPresent, string key, hit", "bare"},
	{"HookSingle", "go-redis hooks alone: GET, hit, before a stub that answers at once", "none"},
	{"HookPipeline", "go-redis hooks alone: one GET of a pipeline of 100", "none"},
	{"MiniredisSingle", "miniredis over loopback: GET, hit", ""},
	{"MiniredisPipeline", "miniredis over loopback: one GET of a pipeline of 100", ""},
	{"RedisSingle", "redis-server over loopback: GET, hit", ""},
	{"RedisPipeline", "redis-server over loopback: one GET of a pipeline of 100", ""},
	{"ReadAll", "Reading all: ours with all figures of each of so many namespaces, the peers' with one counter for each", ""},
}

// pageOf is the generated part of the README.
func pageOf(r *results, s setting) string {
	var b strings.Builder
	b.WriteString(s.text(r))
	b.WriteString("\n### The bars\n\nRatios of medians within this run.\n\n")
	b.WriteString(barTable(r))
	for _, t := range tables {
		t.write(&b, r)
	}
	return b.String()
}

// write adds the table, or nothing where the group was not run.
func (t table) write(b *strings.Builder, r *results) {
	subjects, goroutines := r.subjectsOf(t.group)
	if len(subjects) == 0 {
		return
	}
	fmt.Fprintf(b, "\n### %s\n\n| |", t.title)
	for _, g := range goroutines {
		fmt.Fprintf(b, " %s |", strings.TrimPrefix(g, "goroutines="))
	}
	if t.bare != "" {
		fmt.Fprintf(b, " above %s |", t.bare)
	}
	b.WriteString(" B | allocs |\n|---|")
	b.WriteString(strings.Repeat("---|", len(goroutines)+2))
	if t.bare != "" {
		b.WriteString("---|")
	}
	b.WriteString("\n")
	for _, subject := range subjects {
		fmt.Fprintf(b, "| %s |", subject)
		for _, g := range goroutines {
			if values := r.values[key{t.group + "/" + subject + "/" + g, "ns/op"}]; len(values) > 0 {
				fmt.Fprintf(b, " %s ±%.0f%%", duration(quantile(values, 0.5)), 100*spread(values))
			}
			b.WriteString(" |")
		}
		first := t.group + "/" + subject + "/" + goroutines[0]
		if t.bare != "" {
			more := r.median(first, "ns/op") - r.median(t.group+"/"+t.bare+"/"+goroutines[0], "ns/op")
			fmt.Fprintf(b, " %s |", duration(more))
		}
		fmt.Fprintf(b, " %.0f | %.0f |\n", r.median(first, "B/op"), r.median(first, "allocs/op"))
	}
}

// subjectsOf returns the subjects of a group and at what numbers of goroutines they
// ran, both in the order of the run.
func (r *results) subjectsOf(group string) (subjects, goroutines []string) {
	for _, name := range r.names {
		parts := strings.Split(name, "/")
		if parts[0] != group || len(parts) != 3 {
			continue
		}
		if !slices.Contains(subjects, parts[1]) {
			subjects = append(subjects, parts[1])
		}
		if !slices.Contains(goroutines, parts[2]) {
			goroutines = append(goroutines, parts[2])
		}
	}
	return subjects, goroutines
}

// duration writes nanoseconds with three digits that count.
func duration(ns float64) string {
	unit := "ns"
	if math.Abs(ns) >= 10e3 {
		ns, unit = ns/1e3, "us"
	}
	digits := 0
	if a := math.Abs(ns); a > 0 {
		digits = min(max(2-int(math.Floor(math.Log10(a))), 0), 2)
	}
	return fmt.Sprintf("%.*f %s", digits, ns, unit)
}

const (
	begins = "<!-- written by go run ./benchmarks/report -->"
	ends   = "<!-- end of what is written -->"
)

// replaceIn puts the page between the marks of a file.
func replaceIn(file, page string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, ok := bytes.Cut(text, []byte(begins))
	_, after, ok2 := bytes.Cut(rest, []byte(ends))
	if !ok || !ok2 {
		return fmt.Errorf("%s: the lines %q and %q are missing; the figures go between them", file, begins, ends)
	}
	return os.WriteFile(file, slices.Concat(before, []byte(begins+"\n"+page+ends), after), 0o644)
}
