package redismeter

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// ProcessPipelineHook counts the commands of pipelines and transactions, each by its
// own reply. A call is one observation of latency for each namespace and outcome in it.
func (h *Hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		var start time.Time
		if h.timed {
			start = time.Now()
		}
		returned := false
		defer func() {
			if !returned { // the panic goes on by itself
				h.countBatch(ctx, cmds, errPanic, start)
			}
		}()
		err := next(ctx, cmds)
		returned = true
		h.countBatch(ctx, cmds, err, start)
		return err
	}
}

func (h *Hook) countBatch(ctx context.Context, cmds []redis.Cmder, err error, start time.Time) {
	var s sheet
	s.begin(ctx, &h.place, h.since(start), h.timed)
	lost := newLoss(cmds, err)
	for _, cmd := range cmds {
		c := h.commands.find(cmd.Args())
		if c == nil {
			continue
		}
		own := cmd.Err()
		if own == nil && lost.has(cmd) {
			own = err
		}
		s.add(c, cmd, own)
	}
	s.end()
}

// loss tells which commands of a batch never ran though they carry no error. go-redis
// answers with the error of the first failed command; an error that no command
// carries is of the connection, whose setup the server refused.
type loss struct {
	whole bool // nothing ran
	part  bool // what has no reply did not run: one shard of a Ring
}

func newLoss(cmds []redis.Cmder, err error) loss {
	if err == nil {
		return loss{}
	}
	carried := false
	for _, cmd := range cmds {
		own := cmd.Err()
		if own == nil {
			continue
		}
		if carried = true; isNil(err) || errors.Is(own, err) || errors.Is(err, own) {
			return loss{}
		}
	}
	return loss{whole: !carried, part: carried}
}

func (l loss) has(cmd redis.Cmder) bool {
	return l.whole || l.part && isBlank(cmd)
}

// isBlank tells whether a command has the value it was made with.
func isBlank(cmd redis.Cmder) bool {
	switch c := cmd.(type) {
	case *redis.StringCmd:
		return c.Val() == ""
	case *redis.StatusCmd:
		return c.Val() == ""
	case *redis.Cmd:
		return c.Val() == nil
	}
	if n, ok := integerOf(cmd); ok {
		return n == 0
	}
	if n, ok := sizeOf(cmd); ok {
		return n < 0
	}
	return false
}
