package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const suite = "github.com/cachemeter/cachemeter/benchmarks"

// binary is the benchmarks, compiled once.
type binary struct {
	dir  string // of their source
	path string
}

func build(ctx context.Context) (*binary, error) {
	dir, err := command(ctx, "", "go", "list", "-f", "{{.Dir}}", suite)
	if err != nil {
		return nil, err
	}
	into, err := os.MkdirTemp("", "benchmarks")
	if err != nil {
		return nil, err
	}
	b := &binary{dir: strings.TrimSpace(dir), path: filepath.Join(into, "benchmarks.test")}
	if _, err := command(ctx, b.dir, "go", "test", "-c", "-o", b.path, "."); err != nil {
		b.remove()
		return nil, err
	}
	return b, nil
}

func (b *binary) remove() { _ = os.RemoveAll(filepath.Dir(b.path)) }

// memoryRounds is how often memory is measured, which takes long and varies little.
const memoryRounds = 3

// run runs everything once a round, each round in a process of its own.
func (b *binary) run(ctx context.Context, bench, benchtime string, rounds int, progress io.Writer) (*results, error) {
	r := newResults()
	for round := range rounds {
		fmt.Fprintf(progress, "round %d of %d\n", round+1, rounds)
		args := []string{"-test.run=^$", "-test.bench=" + bench, "-test.benchtime=" + benchtime, "-test.benchmem"}
		if round >= memoryRounds {
			args = append(args, "-test.skip=^BenchmarkMemory$")
		}
		out, err := command(ctx, b.dir, b.path, args...)
		if err != nil {
			return nil, err
		}
		if err := r.read(out); err != nil {
			return nil, err
		}
	}
	if len(r.names) == 0 {
		return nil, fmt.Errorf("no benchmark matches %q", bench)
	}
	return r, nil
}

func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", cmd, err, out.Bytes(), errs.Bytes())
	}
	return out.String(), nil
}
