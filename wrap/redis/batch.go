package redismeter

import (
	"context"
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
		b := batch{hook: h, ctx: ctx, cmds: cmds, err: errPanic, start: start}
		defer b.count() // a panic goes on by itself
		b.err = next(ctx, cmds)
		return b.err
	}
}

// batch is one pipeline or transaction under way.
type batch struct {
	hook  *Hook
	ctx   context.Context
	cmds  []redis.Cmder
	err   error
	start time.Time
}

func (b *batch) count() {
	h, cmds, err := b.hook, b.cmds, b.err
	s := sheet{call: h.call(b.ctx, b.start)}
	lost := newLoss(cmds, err)
	queueing := h.multis.open()
	short := !s.bytes && !queueing && !h.above && lost == loss{}
	var name string // of the command before, and what is known of it
	var c *command
	for _, cmd := range cmds {
		// The short way is for GET and HGET, told by a type and the name before.
		if get, ok := cmd.(*redis.StringCmd); ok && short && c != nil && c.quick {
			args, own := get.Args(), get.Err()
			if n, ok := at(args, 0).(string); ok && n == name && (own == nil || own == redis.Nil) {
				s.addQuick(at(args, 1), own == nil)
				continue
			}
		}
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
				short = short && !queueing
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
		if carried = true; isNil(err) || isError(own, err) || isError(err, own) {
			return loss{}
		}
	}
	return loss{whole: !carried, part: carried}
}

func (l loss) has(cmd redis.Cmder) bool {
	return l.whole || l.part && isBlank(cmd)
}
