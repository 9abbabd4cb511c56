package redismeter

import (
	"context"
	"errors"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
	"github.com/redis/go-redis/v9"
)

// Hook counts what passes through a go-redis client. Add it to the client that the
// program calls, once; for most programs [Instrument] does that. All methods are safe
// for concurrent use, and one hook can serve many clients.
type Hook struct {
	place    place
	commands *commands
	timed    bool
}

var _ redis.Hook = (*Hook)(nil)

var errPanic = errors.New("redismeter: the call panicked")

// NewHook returns a hook that counts in tracker. It fails on a nil tracker and on a
// command name that it does not know.
func NewHook(tracker *metrics.Tracker, opts ...Option) (*Hook, error) {
	if tracker == nil {
		return nil, errors.New("redismeter: nil tracker; use metrics.Default() or metrics.NewTracker()")
	}
	var o options
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	known, err := newCommands(o.with, o.without)
	if err != nil {
		return nil, err
	}
	h := &Hook{
		place:    place{tracker: tracker, tier: o.tier, name: o.namespace},
		commands: known,
		timed:    !o.noLatency,
	}
	if o.fixed != nil {
		h.place.fixed = tracker.Tier(*o.fixed, o.tier)
	}
	return h, nil
}

// DialHook returns next: connections are not looked at.
func (h *Hook) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook counts single commands, each by what next returns for it.
func (h *Hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c := h.commands.find(cmd.Args())
		if c == nil {
			return next(ctx, cmd)
		}
		var start time.Time
		if h.timed {
			start = time.Now()
		}
		returned := false
		defer func() {
			if !returned { // the panic goes on by itself
				h.count(ctx, c, cmd, errPanic, start)
			}
		}()
		err := next(ctx, cmd)
		returned = true
		h.count(ctx, c, cmd, err, start)
		return err
	}
}

func (h *Hook) count(ctx context.Context, c *command, cmd redis.Cmder, err error, start time.Time) {
	var s sheet
	s.begin(ctx, &h.place, h.since(start), h.timed)
	s.add(c, cmd, err)
	s.end()
}

func (h *Hook) since(start time.Time) time.Duration {
	if !h.timed {
		return 0
	}
	return time.Since(start)
}
