package redismeter

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/metrics"
)

// Record counts a finished command that did not pass through the hook, by the hook's
// options. err is what the call returned; start is when it began, and the zero time
// leaves the latency out.
func (h *Hook) Record(ctx context.Context, cmd redis.Cmder, err error, start time.Time) {
	if h == nil || cmd == nil {
		return
	}
	s := single{hook: h, ctx: ctx, cmd: cmd, args: cmd.Args(), err: err, start: start}
	if s.command = h.commands.find(s.args); s.command != nil {
		s.count()
	}
}

// Each calls f with what a finished command adds to each namespace, and counts
// nothing: for figures that the hook does not keep. class is that of the verdict's
// errors. f is not called for a command that counts as nothing.
func (h *Hook) Each(ctx context.Context, cmd redis.Cmder, err error, f func(namespace string, v Verdict, class metrics.ErrorClass)) {
	if h == nil || cmd == nil || f == nil {
		return
	}
	c := h.commands.find(cmd.Args())
	if c == nil || c.isControl() || h.multis.open() && isQueued(cmd, err) {
		return
	}
	s := sheet{call: h.call(ctx, time.Time{})}
	s.each = f
	s.add(c, cmd, err)
	s.end()
}
