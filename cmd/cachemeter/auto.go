package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/auto"
)

const autoUsage = `
Usage: cachemeter auto init [-source FOLDER]
       cachemeter auto build|test|run|install ARGS...
       cachemeter auto remove

Auto instruments a program while it is compiled: each go-redis v9 client and each
golang-lru v2 cache in it, in the libraries it uses too, counts in metrics.Default().
No file of the program changes.

  init      write what that needs, beside go.mod; twice does no harm
  build     go build ARGS..., woven; test, run and install likewise
  remove    take away what init wrote

The program then obeys its environment:

  CACHEMETER_HTTP=127.0.0.1:6070   serve the figures there
  CACHEMETER_DUMP=stderr           print them at exit; also stdout, or a file FIGURES.json
  CACHEMETER_OFF=1                 count nothing

An in-process cache counts under the function that made it. A file cachemeter.yaml
beside go.mod gives names, and says what to count:

  names:
    catalog.NewStore: products                 # a function; a call site: catalog.NewStore(store.go:12)
    github.com/acme/sdk/...: sdk               # a package and those below it
  exclude: [github.com/acme/noisy]             # include likewise: only these

It exits with the status of the go command, with 1 when something stopped it before,
with 2 for a bad command line.
`

// exitStatus ends the command with a status, after the command it ran has said why.
type exitStatus int

func (s exitStatus) Error() string { return fmt.Sprint("exit status ", int(s)) }

func runAuto(_ context.Context, std streams, args []string) error {
	action, rest := "", args
	if len(args) > 0 {
		action, rest = args[0], args[1:]
	}
	switch action {
	case "init", "remove":
		return layOut(std, action, rest)
	case "build", "test", "run", "install":
		return weave(std, action, rest)
	case "-h", "-help", "--help", "help":
		_, err := parse(newFlags("auto"), std.out, autoUsage, []string{"-h"})
		return err
	case "":
		return usagef("want one of init, build, test, run, install, remove")
	}
	return usagef("unknown action %q: want one of init, build, test, run, install, remove", action)
}

func layOut(std streams, action string, args []string) error {
	flags := newFlags("auto " + action)
	source := ""
	if action == "init" {
		flags.StringVar(&source, "source", "", "take cachemeter's modules from a checkout in this `FOLDER`\ninstead of the release that this command is")
	}
	operands, err := parse(flags, std.out, autoUsage, args)
	if err != nil {
		return err
	}
	if len(operands) > 0 {
		return usagef("unexpected argument %q", operands[0])
	}
	p, err := programHere("")
	if err != nil {
		return err
	}
	if action == "remove" {
		removed, err := p.Remove()
		for _, path := range removed {
			fmt.Fprintf(std.out, "removed %s\n", path)
		}
		if err == nil && len(removed) == 0 {
			fmt.Fprintln(std.out, "nothing to remove")
		}
		return err
	}
	from, err := auto.SourceAt(source)
	if err != nil {
		return err
	}
	wrote, err := p.Init(from)
	for _, path := range wrote {
		fmt.Fprintf(std.out, "wrote %s\n", path)
	}
	if err != nil {
		return err
	}
	if len(wrote) == 0 {
		fmt.Fprintln(std.out, "everything is there already")
	}
	notes, err := p.Notes()
	if err != nil {
		return err
	}
	for _, note := range notes {
		fmt.Fprintln(std.out, note)
	}
	fmt.Fprintf(std.out, "\nYour go.mod, go.sum and sources are as they were. Build with\n\n  cachemeter auto build ./...\n\nwhich runs\n\n  %s\n", p.Command("build ./..."))
	return nil
}

func weave(std streams, action string, args []string) error {
	dir := ""
	if len(args) > 0 { // -C is the first flag or none, says go
		name, value, joined := strings.Cut("-"+strings.TrimLeft(args[0], "-"), "=")
		switch {
		case name != "-C":
		case joined:
			dir, args = value, args[1:]
		case len(args) > 1:
			dir, args = args[1], args[2:]
		}
	}
	p, err := programHere(dir)
	if err != nil {
		return err
	}
	status, err := p.Run(auto.Streams{In: std.in, Out: std.out, Err: std.err}, action, args)
	if err == nil && status != exitOK {
		return exitStatus(status)
	}
	return err
}

// programHere returns the program of a folder, "" for where the command runs.
func programHere(dir string) (*auto.Program, error) {
	if dir == "" {
		wd, err := os.Getwd()
		if err != nil {
			return nil, err
		}
		dir = wd
	}
	return auto.Find(dir)
}
