// Command cachemeter shows what caches do: demo runs a whole cache stack that
// counts itself, replay puts a recorded trace through a cache, auto instruments a
// program while it is compiled, top watches programs that run.
//
//	go run ./cmd/cachemeter demo
//	go run ./cmd/cachemeter replay -cache lru -size 1000 trace.txt.gz
//	go run ./cmd/cachemeter top localhost:6060
package main

import (
	"context"
	"os"

	"github.com/redis/go-redis/v9"
)

// commands is what "cachemeter NAME" can be, in the order of the help.
var commands = []command{
	{
		name: "demo",
		does: "run an LRU before a Redis before a slow origin, and watch it count",
		run:  runDemo,
	},
	{
		name:     "replay",
		operands: "TRACE",
		does:     "put a trace, one key a line, through a cache: what would it hit?",
		run:      runReplay,
	},
	{
		name:     "auto",
		operands: "ACTION",
		does:     "instrument a program while it is compiled, its source untouched",
		run:      runAuto,
	},
	{
		name:     "top",
		operands: "URL...",
		does:     "watch the caches of running programs, one or several",
		run:      runTop,
	},
}

func main() {
	redis.SetLogger(silent{}) // a failed dial is in the figures, and stderr is for our own lines
	os.Exit(dispatch(context.Background(), streams{in: os.Stdin, out: os.Stdout, err: os.Stderr}, os.Args[1:]))
}

// silent is a logger for go-redis.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
