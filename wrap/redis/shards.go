package redismeter

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/redis/go-redis/v9"
)

// shards remembers, while a batch is under way on a Ring, the commands that a shard did
// not run because the setup of its connection was refused. Such commands carry no
// error, and the Ring may return another shard's redis.Nil: to a hook on the Ring alone
// they look like hits.
type shards struct {
	running atomic.Int32
	some    atomic.Int32

	mu  sync.Mutex
	why map[redis.Cmder]error
}

func (s *shards) begin() { s.running.Add(1) }

// end forgets everything once no batch is under way: nothing outlives its call.
func (s *shards) end() {
	if s.running.Add(-1) > 0 || s.some.Load() == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.running.Load() == 0 {
		s.why = nil
		s.some.Store(0)
	}
}

// lost returns why a command did not run, nil where it did.
func (s *shards) lost(cmd redis.Cmder) error {
	if s.some.Load() == 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why[cmd]
}

func (s *shards) lose(cmds []redis.Cmder, err error) {
	if s.running.Load() == 0 {
		return // a call on the shard itself
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.why == nil {
		s.why = make(map[redis.Cmder]error)
	}
	for _, cmd := range cmds {
		s.why[cmd] = err
	}
	s.some.Add(1)
}

// witness is the hook on each shard: it counts nothing.
type witness struct{ of *Hook }

func (w witness) DialHook(next redis.DialHook) redis.DialHook { return next }

func (w witness) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (w witness) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		if err != nil && newLoss(cmds, err).whole {
			w.of.shards.lose(cmds, err)
		}
		return err
	}
}

// watch puts a witness on every shard that the ring has, and will have.
func (h *Hook) watch(ring *redis.Ring) {
	seen := new(clients)
	attach := func(shard *redis.Client) {
		if seen.add(shard, nil) {
			shard.AddHook(witness{h})
		}
	}
	ring.OnNewNode(attach)
	_ = ring.ForEachShard(context.Background(), func(_ context.Context, shard *redis.Client) error {
		attach(shard)
		return nil
	})
}
