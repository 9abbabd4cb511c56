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
	bytes    bool
	multis   multis
	shards   shards
	above    bool // on a Ring, whose shards have a witness
	direct   bool // on a client of one server, whose Watch runs its hooks
}

var _ redis.Hook = (*Hook)(nil)

var errPanic = errors.New("redismeter: the call panicked")

// NewHook returns a hook that counts in tracker. It fails on a nil tracker, on an
// option it cannot make sense of, such as the name of an unknown command, and on the
// go-redis releases 9.5.0, which runs no hooks, and 9.14.0, which marks every command
// behind a pipeline's first miss as missing.
func NewHook(tracker *metrics.Tracker, opts ...Option) (*Hook, error) {
	if tracker == nil {
		return nil, errors.New("redismeter: nil tracker; use metrics.Default() or metrics.NewTracker()")
	}
	if err := checkVersion(redis.Version()); err != nil {
		return nil, err
	}
	var o options
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	known, err := newCommands(&o)
	if err != nil {
		return nil, err
	}
	name, err := chooser(&o)
	if err != nil {
		return nil, err
	}
	h := &Hook{
		place:    place{tracker: tracker, tier: o.tier, name: name},
		commands: known,
		timed:    !o.noLatency,
		bytes:    o.bytes,
	}
	h.place.figures = metrics.Sets | metrics.Deletes | metrics.WriteErrors | metrics.ErrorsByClass
	if o.bytes {
		h.place.figures |= metrics.BytesRead
	}
	if o.fixed != nil {
		h.place.fixed = h.place.handle(*o.fixed)
	}
	return h, nil
}

// DialHook returns next: connections are not looked at.
func (h *Hook) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook counts single commands, each by what next returns for it.
func (h *Hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		args := cmd.Args()
		c := h.commands.find(args)
		if c == nil {
			return next(ctx, cmd)
		}
		var s single // field by field: a literal is made elsewhere and copied
		s.hook, s.command, s.ctx, s.cmd, s.args, s.err = h, c, ctx, cmd, args, errPanic
		if h.timed {
			s.start = time.Now()
		}
		defer s.count() // a panic goes on by itself
		s.err = next(ctx, cmd)
		return s.err
	}
}

// single is one command under way.
type single struct {
	hook    *Hook
	command *command
	ctx     context.Context
	cmd     redis.Cmder
	args    []any
	err     error
	start   time.Time
}

func (s *single) count() {
	h, c := s.hook, s.command
	if c.quick && !h.bytes && (s.err == nil || s.err == redis.Nil) && !h.multis.open() {
		if _, ok := s.cmd.(*redis.StringCmd); ok {
			s.countQuick()
			return
		}
	}
	if c.isControl() {
		h.multis.note(c, s.err)
		return
	}
	if h.multis.open() && isQueued(s.cmd, s.err) {
		return
	}
	of := h.call(s.ctx, s.start)
	keys := c.keys(s.args)
	if len(keys) > c.step() && c.judge == nil {
		s.countKeys(of, keys)
		return
	}
	v, ok := c.classify(s.cmd, s.err, of.bytes)
	if !ok {
		return
	}
	to := of.all
	if to == nil {
		to = h.place.handle(h.place.nameOf(at(keys, 0)))
	}
	of.record(to, &v, classIn(&v, s.err))
	if to.Observer() != nil && len(keys) == c.step() {
		tellOf(to, keys[0], &v, s.cmd)
	}
}

// countQuick counts by far the most frequent commands, GET and HGET.
func (s *single) countQuick() {
	p := &s.hook.place
	to := p.called(s.ctx)
	if to == nil {
		to = p.handle(p.nameOf(at(s.args, 1)))
	}
	outcome := metrics.Hit
	if s.err == nil {
		to.RecordHit()
	} else {
		to.RecordMiss()
		outcome = metrics.Miss
	}
	if to.Observer() != nil {
		tellLookup(to, at(s.args, 1), outcome)
	}
	if s.hook.timed && !s.start.IsZero() {
		to.RecordLatency(outcome, time.Since(s.start))
	}
}

// countKeys is a function of its own to keep the sheet out of count's frame.
func (s *single) countKeys(of call, keys []any) {
	sums := sheet{call: of}
	sums.addKeys(s.command, keys, s.cmd, s.err)
	sums.end()
}

func (h *Hook) call(ctx context.Context, start time.Time) call {
	of := call{place: &h.place, all: h.place.called(ctx), timed: h.timed && !start.IsZero(), bytes: h.bytes}
	if of.timed {
		of.elapsed = time.Since(start)
	}
	return of
}
