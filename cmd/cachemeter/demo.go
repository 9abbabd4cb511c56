package main

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/demo"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/redisserver"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/report"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/terminal"
)

const demoUsage = `
Usage: cachemeter demo [flags]

Demo runs a program with caches, all in this process: an LRU (tier L1) in front of a
Redis (tier L2) in front of a slow, sometimes failing origin, under a workload of five
namespaces. On a terminal it shows a live table, otherwise a line a second, and it
serves the live page and says where. It runs
until Ctrl-C or for the time of -for, then prints the final figures.

  cachemeter demo
  cachemeter demo -for 10s -json
  cachemeter demo -ops 20000 -seed 7 -json     the same figures each time

Errors are part of the show: another program writes values of the wrong type
(WRONGTYPE), connections drop, the origin fails.
`

// demoRun is a demo's final figures.
type demoRun struct {
	Seed       uint64         `json:"seed"`
	Operations int64          `json:"operations"`
	Seconds    float64        `json:"elapsed_seconds"` // by the demo's clock: virtual with -ops
	Namespaces report.Figures `json:"namespaces"`
}

func runDemo(ctx context.Context, std streams, args []string) error {
	flags := newFlags("demo")
	limit := flags.Duration("for", 0, "stop after this `time`, such as 10s; without it, at Ctrl-C")
	ops := flags.Int("ops", 0, "stop after `N` operations, in virtual time and so as fast as can be;\nwith one worker and the embedded Redis every figure repeats")
	seed := flags.Uint64("seed", 1, "`N` decides the workload: the same seed, the same operations")
	workers := flags.Int("workers", 0, "`N` goroutines that use the caches (default 16, and 1 with -ops)")
	rate := flags.Float64("rate", 1000, "operations a second, of all workers together")
	address := flags.String("redis", "", "use the real server at `ADDR` (HOST:PORT or redis://...) instead of\none in the process; its own data is not touched, the demo's keys expire")
	asJSON := flags.Bool("json", false, "print the final figures as JSON, and nothing else, on stdout")
	pageAt := flags.String("http", "127.0.0.1:0", "serve the live page at `ADDR`; port 0 is a free one, and \"\" serves none.\nWith -ops there is none unless it is asked for")
	operands, err := parse(flags, std.out, demoUsage, args)
	if err != nil {
		return err
	}
	switch {
	case len(operands) > 0:
		return usagef("unexpected argument %q: demo takes flags only", operands[0])
	case given(flags, "for") && given(flags, "ops"):
		return usagef("-for and -ops: want one of them")
	case given(flags, "for") && *limit <= 0:
		return usagef("-for %v: want more than 0, such as 10s", *limit)
	case given(flags, "ops") && *ops < 1:
		return usagef("-ops %d: want 1 or more", *ops)
	case given(flags, "workers") && (*workers < 1 || *workers > 10_000):
		return usagef("-workers %d: want 1 to 10000", *workers)
	case !(*rate >= 0.1 && *rate <= 1e9):
		return usagef("-rate %v: want 0.1 to 1e9 operations a second", *rate)
	}
	if *workers == 0 {
		*workers = 16
		if *ops > 0 {
			*workers = 1
		}
	}
	var options *redis.Options
	if given(flags, "redis") {
		if options, err = redisserver.ParseAddress(*address); err != nil {
			return usagef("-redis %w", err)
		}
	}

	ctx, stop := interruptible(ctx)
	defer stop()
	server, err := openRedis(ctx, options)
	if err != nil {
		return err
	}
	defer server.Close()
	d, err := demo.New(demo.Config{Seed: *seed, Ops: *ops, Rate: *rate, Workers: *workers, Server: server})
	if err != nil {
		return err
	}
	defer d.Close()
	if *limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, *limit)
		defer cancel()
	}
	page := ""
	if *pageAt != "" && (*ops == 0 || given(flags, "http")) {
		url, closePage, err := servePage(*pageAt, d.Tracker())
		if err != nil {
			return err
		}
		defer closePage()
		page = url
	}
	if *asJSON && given(flags, "http") && page != "" {
		fmt.Fprintf(std.err, "the page is at %s\n", page)
	}
	done := watch(std, *asJSON, d, server, page)
	d.Run(ctx)
	done()
	return printDemo(std, *asJSON, *seed, d)
}

// watch shows the demo while it runs: as a table that is repainted on a terminal, on
// stderr where stdout is for JSON, and as lines on any other stdout.
func watch(std streams, asJSON bool, d *demo.Demo, server *redisserver.Server, page string) (done func()) {
	if page != "" {
		page = "; the page is at " + page
	}
	out := std.out
	if asJSON {
		out = std.err
	}
	sampler := report.NewSampler(d.Tracker(), time.Now())
	switch {
	case terminal.Is(out):
		fmt.Fprintf(out, "An LRU (L1) before %s (L2) before a slow origin%s\nCtrl-C ends it.\n\n", server.Name(), page)
		screen := terminal.NewScreen(out)
		stop := every(time.Second, func(now time.Time) { screen.Show(report.Live(sampler.Sample(now))) })
		return func() {
			stop()
			screen.Clear()
		}
	case asJSON:
		return func() {}
	default:
		fmt.Fprintf(out, "an LRU (L1) before %s (L2) before a slow origin; a line a second: namespace, requests, hit rate%s\n", server.Name(), page)
		return every(time.Second, func(now time.Time) {
			fmt.Fprintln(out, report.Line(d.Elapsed(), sampler.Sample(now)))
		})
	}
}

func printDemo(std streams, asJSON bool, seed uint64, d *demo.Demo) error {
	if asJSON {
		return printJSON(std.out, demoRun{
			Seed:       seed,
			Operations: d.Operations(),
			Seconds:    d.Elapsed().Seconds(),
			Namespaces: report.Of(d.Tracker()),
		})
	}
	_, err := fmt.Fprintf(std.out, "%d operations in %.1f s\n%s", d.Operations(), d.Elapsed().Seconds(), report.Totals(report.All(d.Tracker())))
	return err
}
