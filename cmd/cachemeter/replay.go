package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/redisserver"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/replay"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/report"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/terminal"
	"github.com/cachemeter/cachemeter/metrics"
)

const replayUsage = `
Usage: cachemeter replay [flags] TRACE

Replay puts a trace through a cache: a Get for each key and, on a miss, a Set. It
prints how many were hits, misses and errors. A trace is a file of one key a line,
plain or gzip, or "-" for standard input.

  cachemeter replay -size 1000 trace.txt.gz
  zcat trace.txt.gz | head -n 100000 | cachemeter replay -size 1000 -json -
  cachemeter replay -cache redis -redis 127.0.0.1:6379 trace.txt.gz
  cachemeter replay -size 1000 -curve -exact -png curve.png trace.txt.gz

It exits with 0 when the whole trace went through, with 1 when something stopped it
(what was counted until then is printed all the same), with 2 for a bad command line.
`

// replayRun is a replay and what there is to say about it.
type replayRun struct {
	Trace    string  `json:"trace"`
	Cache    string  `json:"cache"`
	Size     int     `json:"size,omitempty"` // of an LRU
	Keys     uint64  `json:"keys"`
	Complete bool    `json:"complete"`
	Seconds  float64 `json:"elapsed_seconds"`

	Namespaces report.Figures `json:"namespaces"`
	Curve      *curveJSON     `json:"curve,omitempty"`
}

func runReplay(ctx context.Context, std streams, args []string) error {
	flags := newFlags("replay")
	kind := flags.String("cache", "lru", "the cache to go through: `lru or redis`")
	size := flags.Int("size", 10_000, "entries that the LRU holds; a Redis bounds itself")
	address := flags.String("redis", "", "with -cache redis, a real server at `ADDR` (HOST:PORT or redis://...)\ninstead of one in the process")
	ttl := flags.Duration("ttl", time.Hour, "after how long keys expire in a Redis: more than the replay takes")
	asJSON := flags.Bool("json", false, "print the result as JSON")
	var curve curveFlags
	curve.register(flags)
	operands, err := parse(flags, std.out, replayUsage, args)
	if err != nil {
		return err
	}
	switch {
	case len(operands) == 0:
		return usagef("no trace: want a file of one key a line, or - for standard input")
	case len(operands) > 1:
		return usagef("unexpected argument %q: want one trace", operands[1])
	case *kind != "lru" && *kind != "redis":
		return usagef("-cache %q: want lru or redis", *kind)
	case *size < 1:
		return usagef("-size %d: want 1 or more", *size)
	case *ttl < time.Second:
		return usagef("-ttl %v: want 1s or more", *ttl)
	case *kind == "lru" && given(flags, "redis"):
		return usagef("-redis %q: only with -cache redis", *address)
	}
	if err := curve.check(flags); err != nil {
		return err
	}
	var options *redis.Options
	if given(flags, "redis") {
		if options, err = redisserver.ParseAddress(*address); err != nil {
			return usagef("-redis %w", err)
		}
	}

	trace, err := replay.Open(operands[0], std.in)
	if err != nil {
		return err
	}
	defer trace.Close()
	ctx, stop := interruptible(ctx)
	defer stop()

	tracker := metrics.NewTracker()
	run := replayRun{Trace: filepath.Base(trace.Name()), Cache: *kind}
	var cache replay.Cache
	if *kind == "lru" {
		run.Size = *size
		if cache, err = replay.NewLRU(*size, tracker); err != nil {
			return err
		}
	} else {
		server, err := openRedis(ctx, options)
		if err != nil {
			return err
		}
		defer server.Close()
		overRedis, err := replay.NewRedis(server.Options(), *ttl, tracker)
		if err != nil {
			return err
		}
		defer overRedis.Close()
		cache = overRedis
	}

	watched, cache := curve.watch(tracker, cache)

	var progress replay.Progress
	start := time.Now()
	done := showProgress(std.err, trace, &progress, tracker, start)
	err = replay.Run(ctx, trace, cache, &progress)
	done()
	if errors.Is(err, context.Canceled) {
		err = fmt.Errorf("interrupted after %d keys of %s", progress.Keys(), run.Trace)
	}
	run.Keys, run.Complete, run.Seconds = progress.Keys(), err == nil, time.Since(start).Seconds()
	run.Namespaces, run.Curve = report.Of(tracker), watched.finish()
	if printed := run.print(std.out, *asJSON); err == nil {
		err = printed
	}
	if !*asJSON {
		watched.print(std.out)
	}
	if plotted := watched.plot(fmt.Sprintf("Hit rate of %s by the size of an LRU", run.Trace)); err == nil {
		err = plotted
	}
	if failed, first := progress.Failed(); err == nil && failed > 0 {
		fmt.Fprintf(std.err, "cachemeter replay: note: %d operations failed, the first with: %v\n", failed, first)
	}
	return err
}

// openRedis returns the real server that options lead to, or one in the process
// when they are nil.
func openRedis(ctx context.Context, options *redis.Options) (*redisserver.Server, error) {
	if options == nil {
		return redisserver.Embedded()
	}
	return redisserver.Connect(ctx, options)
}

func (r replayRun) print(w io.Writer, asJSON bool) error {
	if asJSON {
		return printJSON(w, r)
	}
	cache := "a Redis"
	if r.Cache == "lru" {
		cache = fmt.Sprintf("an LRU of %d entries", r.Size)
	}
	_, err := fmt.Fprintf(w, "%d keys of %s through %s in %.1f s\n", r.Keys, r.Trace, cache, r.Seconds)
	for name, f := range r.Namespaces {
		if err == nil {
			_, err = fmt.Fprintf(w, "%s: %d hits, %d misses, %d errors, hit rate %s\n", name, f.Hits, f.Misses, f.Errors, report.HitRate(f.Stats))
		}
	}
	return err
}

func printJSON(w io.Writer, document any) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}

// showProgress repaints a line on w until done is called, if w is a terminal.
func showProgress(w io.Writer, trace *replay.Trace, progress *replay.Progress, tracker *metrics.Tracker, start time.Time) (done func()) {
	if !terminal.Is(w) {
		return func() {}
	}
	screen := terminal.NewScreen(w)
	stop := every(100*time.Millisecond, func(now time.Time) {
		read, size := trace.Position()
		keys := progress.Keys()
		screen.Show(fmt.Sprintf("%s %d keys, %.0f/s, hit rate %s", terminal.Bar(read, size, 40), keys,
			float64(keys)/now.Sub(start).Seconds(), report.HitRate(tracker.Stats(replay.Namespace))))
	})
	return func() {
		stop()
		screen.Clear()
	}
}
