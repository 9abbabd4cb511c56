package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1 // something went wrong while running
	exitUsage  = 2 // the command line asks for what cannot be
)

// streams are where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// command is one line of the subcommand table. run gets the arguments after the
// name. What it returns ends on stderr as one line; see usageError for the status.
type command struct {
	name     string
	operands string // what follows the flags, for the help
	does     string // one line, for the help
	run      func(ctx context.Context, std streams, args []string) error
}

// usageError is an error in the command line itself: it ends with exitUsage.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return usageError{fmt.Errorf(format, args...)}
}

// dispatch runs the command that args name and returns the exit status.
func dispatch(ctx context.Context, std streams, args []string) int {
	name := ""
	if len(args) > 0 {
		name = args[0]
	}
	switch name {
	case "help", "-h", "-help", "--help":
		fmt.Fprint(std.out, help())
		return exitOK
	}
	for _, c := range commands {
		if c.name == name {
			return finish(std.err, c.name, c.run(ctx, std, args[1:]))
		}
	}
	if name == "" {
		fmt.Fprint(std.err, help())
		return exitUsage
	}
	fmt.Fprintf(std.err, "cachemeter: unknown command %q: want one of %s (see cachemeter -h)\n", name, names())
	return exitUsage
}

// finish prints a command's error, if any, as one line, and returns its status. An
// exitStatus has been explained already.
func finish(w io.Writer, name string, err error) int {
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if status, ok := errors.AsType[exitStatus](err); ok {
		return int(status)
	}
	line := strings.Join(strings.Fields(err.Error()), " ")
	if _, isUsage := errors.AsType[usageError](err); isUsage {
		fmt.Fprintf(w, "cachemeter %s: %s (see cachemeter %s -h)\n", name, line, name)
		return exitUsage
	}
	fmt.Fprintf(w, "cachemeter %s: %s\n", name, line)
	return exitFailed
}

func help() string {
	var b strings.Builder
	b.WriteString("cachemeter shows what caches do: hits, misses and errors, per namespace.\n\nUsage:\n\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  cachemeter %-24s %s\n", strings.TrimSpace(c.name+" [flags] "+c.operands), c.does)
	}
	b.WriteString("\nEach command explains its flags with -h.\n")
	return b.String()
}

func names() string {
	list := make([]string, len(commands))
	for i, c := range commands {
		list[i] = c.name
	}
	return strings.Join(list, ", ")
}

// interruptible returns a context that ends with the first Ctrl-C or SIGTERM.
// The second one ends the process at once, as if nobody listened.
func interruptible(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}
