package redismeter

import (
	"context"
	"errors"
	"time"

	"github.com/redis/go-redis/v9"
)

// ProcessPipelineHook counts the commands of pipelines and transactions, each by its
// own reply. A call is one observation of latency for each namespace and outcome in it,
// or more where more than eight namespaces take turns.
func (h *Hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		var start time.Time
		if h.timed {
			start = time.Now()
		}
		if h.above {
			h.shards.begin()
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
	s := sheet{call: h.call(ctx, start)}
	lost := newLoss(cmds, err)
	queueing := h.multis.open()
	var name string // of the command before, and what is known of it
	var c *command
	for _, cmd := range cmds {
		args := cmd.Args()
		if n, ok := at(args, 0).(string); !ok || n != name || c == nil || c.only != nil {
			c, name = h.commands.find(args), n
		}
		if c == nil {
			continue
		}
		own := cmd.Err()
		if c.isControl() {
			if isByHand(cmd) {
				h.multis.note(c, own)
				queueing = h.multis.open()
			}
			continue
		}
		if queueing && isQueued(cmd, own) {
			continue
		}
		if own == nil && lost.has(cmd) {
			own = err
		}
		if h.above && own == nil {
			own = h.shards.lost(cmd)
		}
		if c.quick && !s.bytes && (own == nil || own == redis.Nil) {
			if _, ok := cmd.(*redis.StringCmd); ok {
				s.addQuick(at(args, 1), own == nil)
				continue
			}
		}
		s.add(c, cmd, own)
	}
	if h.above {
		h.shards.end()
	}
	s.end()
}

// loss tells which commands of a batch never ran though they carry no error. go-redis
// returns the error of the first failed command; an error that no command carries is
// of the connection, whose setup the server refused.
type loss struct {
	whole bool // nothing ran
	part  bool // what has no reply did not run
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
