package main

import (
	"context"
	"fmt"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/terminal"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/top"
)

const topUsage = `
Usage: cachemeter top [flags] URL...

Top shows the caches of running programs that serve their page (export/web). Figures
of several instances are added before any ratio is taken. A URL can be as short as
HOST:PORT, where the page is at /debug/cachemeter/.

  cachemeter top localhost:6060
  cachemeter top http://a:6060/debug/cachemeter/ http://b:6060/debug/cachemeter/
  cachemeter top -once -json localhost:6060 | jq '.namespaces[] | {name, hit_rate}'

Keys: arrows sort and scroll, r reverses, / filters by name or status, p pauses, q quits.
With -once it exits with 1 when an instance does not answer, after printing the others.
`

func runTop(ctx context.Context, std streams, args []string) error {
	flags := newFlags("top")
	once := flags.Bool("once", false, "look once, print, and end")
	asJSON := flags.Bool("json", false, "with -once, print JSON")
	interval := flags.Duration("interval", time.Second, "look again after this `time`")
	operands, err := parse(flags, std.out, topUsage, args)
	if err != nil {
		return err
	}
	switch {
	case len(operands) == 0:
		return usagef("no URL: want that of a page, such as localhost:6060")
	case *asJSON && !*once:
		return usagef("-json: only with -once")
	case *interval < 100*time.Millisecond:
		return usagef("-interval %v: want 100ms or more", *interval)
	}
	watch, err := top.NewWatch(operands, max(5*time.Second, *interval))
	if err != nil {
		return usageError{err}
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	if !*once {
		if !terminal.Is(std.out) {
			return usagef("this is no terminal: want -once, or -once -json")
		}
		return top.Run(ctx, watch, *interval, tea.WithOutput(std.out), tea.WithInput(std.in))
	}
	picture, err := watch.Once(ctx, *interval)
	if picture.Instances == nil {
		return err
	}
	var printed error
	if *asJSON {
		printed = printJSON(std.out, picture)
	} else {
		_, printed = fmt.Fprint(std.out, picture.Table())
	}
	if err == nil {
		err = printed
	}
	return err
}
