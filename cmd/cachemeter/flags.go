package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// newFlags returns a flag set that prints nothing by itself: parse does, and
// dispatch makes one line of each error.
func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parse reads flags before, between and after the operands, which it returns;
// what follows "--" is operands alone. For -h it prints usage and all flags to out
// and returns flag.ErrHelp. Any other error is a usageError.
func parse(flags *flag.FlagSet, out io.Writer, usage string, args []string) (operands []string, err error) {
	for {
		if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(out, "%s\nFlags:\n\n", strings.TrimLeft(usage, "\n"))
			flags.SetOutput(out)
			flags.PrintDefaults()
			return nil, flag.ErrHelp
		} else if err != nil {
			return nil, usageError{err}
		}
		rest := flags.Args()
		if len(rest) == 0 {
			return operands, nil
		}
		if read := len(args) - len(rest); read > 0 && args[read-1] == "--" {
			return append(operands, rest...), nil
		}
		operands = append(operands, rest[0])
		args = rest[1:]
	}
}

// given tells whether the command line sets the flag.
func given(flags *flag.FlagSet, name string) (set bool) {
	flags.Visit(func(f *flag.Flag) { set = set || f.Name == name })
	return set
}
