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
	"time"
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
	before, begin := busy(), time.Now()
	for round := range rounds {
		fmt.Fprintf(progress, "round %d of %d\n", round+1, rounds)
		args := []string{"-test.run=^$", "-test.bench=" + bench, "-test.benchtime=" + benchtime, "-test.benchmem"}
		if round >= memoryRounds {
			args = append(args, "-test.skip=^BenchmarkMemory$")
		}
		cmd := exec.CommandContext(ctx, b.path, args...)
		cmd.Dir = b.dir
		out, err := output(cmd)
		if err != nil {
			return nil, err
		}
		r.took += cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
		if err := r.read(out); err != nil {
			return nil, err
		}
	}
	r.others = max(busy()-before-r.took, 0)
	r.wall = time.Since(begin)
	if len(r.names) == 0 {
		return nil, fmt.Errorf("no benchmark matches %q", bench)
	}
	return r, nil
}

func command(ctx context.Context, dir, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	return output(cmd)
}

// output is what a command says, with all of it in the error where it fails.
func output(cmd *exec.Cmd) (string, error) {
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s%s", cmd, err, out.Bytes(), errs.Bytes())
	}
	return out.String(), nil
}
