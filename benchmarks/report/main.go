// Command report runs the benchmarks over interleaved rounds, compares medians and
// writes them into benchmarks/README.md, with each bar of the project's and whether
// it is met.
//
//	go run ./benchmarks/report                        # all of it, some five minutes
//	go run ./benchmarks/report -rounds 3 -bench LRU   # a look at one group; writes nothing
//
// A round runs every subject once, in one process, so that whatever slows the machine
// for a while slows all subjects and not one of them. Measure on a machine that does
// nothing else.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := report(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func report(ctx context.Context, args []string, out, progress io.Writer) error {
	flags := flag.NewFlagSet("report", flag.ContinueOnError)
	flags.SetOutput(progress)
	rounds := flags.Int("rounds", 31, "how many times every subject is run")
	benchtime := flags.String("benchtime", "20ms", "how long a subject runs each time")
	bench := flags.String("bench", ".", "only benchmarks that match this pattern; the page is then printed and not written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || flags.NArg() > 0 {
		return fmt.Errorf("%d rounds and arguments %q; at least one round and no arguments are wanted", *rounds, flags.Args())
	}
	b, err := build(ctx)
	if err != nil {
		return err
	}
	defer b.remove()
	at, err := b.setting(ctx, *benchtime, *rounds)
	if err != nil {
		return err
	}
	r, err := b.run(ctx, *bench, *benchtime, *rounds, progress)
	if err != nil {
		return err
	}
	page := pageOf(r, at)
	if *bench != "." {
		_, err := fmt.Fprintln(out, page)
		return err
	}
	readme := filepath.Join(b.dir, "README.md")
	if err := replaceIn(readme, page); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "%s\n\nwritten to %s\n", barTable(r), readme)
	return err
}
