package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/redisserver"
	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// Config says what a demo does.
type Config struct {
	Seed    uint64
	Ops     int     // operations to do; 0: until the context ends
	Rate    float64 // operations a second, of all workers together
	Workers int
	Server  *redisserver.Server // stays open
}

// Demo is a demo that is wired up. Its tracker can be read at any time.
type Demo struct {
	config  Config
	tracker *metrics.Tracker
	clock   clock
	network *network
	client  *redis.Client // the program's, counted
	foreign *redis.Client // another program's, unknown to ours
	stacks  []*stack
	prefix  string

	begun atomic.Int64 // operations

	mu     sync.Mutex
	ticked time.Duration // what the server and the LRUs have been told of the time
}

// New wires up a demo. With Config.Ops set, time is virtual: one worker then repeats
// every count, and every duration, of a run with the same seed on an embedded server.
func New(config Config) (*Demo, error) {
	switch {
	case config.Server == nil:
		return nil, errors.New("demo: nil server")
	case config.Workers < 1:
		return nil, fmt.Errorf("demo: %d workers: want 1 or more", config.Workers)
	case !(config.Rate > 0):
		return nil, fmt.Errorf("demo: a rate of %v: want more than 0", config.Rate)
	}
	d := &Demo{config: config, tracker: metrics.NewTracker()}
	d.clock = wallClock{time.Now()}
	if config.Ops > 0 {
		d.clock = &virtualClock{sleepers: config.Workers}
	}
	// The program's keys are not to meet those of a real server, nor those of the run
	// before. The part before the first colon stays the namespace.
	d.prefix = fmt.Sprintf(":cachemeter-demo:%d-%d:", os.Getpid(), time.Now().UnixNano())

	d.foreign = redis.NewClient(config.Server.Options())
	options := config.Server.Options()
	options.MaxRetries = -1 // a retry would hide the dropped connections
	d.network = &network{dial: redis.NewDialer(options)}
	options.Dialer = d.network.Dial
	d.client = redis.NewClient(options)
	if err := redismeter.Instrument(d.client, d.tracker, redismeter.WithTier(tierRedis)); err != nil {
		return nil, err
	}
	for _, n := range namespaces {
		s, err := newStack(n, d.client, d.tracker, d.clock)
		if err != nil {
			return nil, err
		}
		d.stacks = append(d.stacks, s)
	}
	return d, nil
}

// Tracker returns the tracker that counts the demo.
func (d *Demo) Tracker() *metrics.Tracker { return d.tracker }

// Operations returns how many reads and changes have begun.
func (d *Demo) Operations() int64 { return d.begun.Load() }

// Elapsed returns the time since the start, by the demo's clock.
func (d *Demo) Elapsed() time.Duration { return d.clock.Now() }

// Close ends the clients' connections.
func (d *Demo) Close() {
	d.client.Close()
	d.foreign.Close()
}

// Run runs the workload until ctx ends or the operations are done.
func (d *Demo) Run(ctx context.Context) {
	var workers sync.WaitGroup
	for i := range d.config.Workers {
		workers.Go(func() { d.work(ctx, newScript(d.stacks, d.config.Seed, uint64(i))) })
	}
	workers.Wait()
}

// work does operations at this worker's share of the rate.
func (d *Demo) work(ctx context.Context, script *script) {
	interval := time.Duration(float64(time.Second) * float64(d.config.Workers) / d.config.Rate)
	next := d.clock.Now()
	for ctx.Err() == nil {
		if n := d.begun.Add(1); d.config.Ops > 0 && n > int64(d.config.Ops) {
			d.begun.Add(-1)
			return
		}
		d.tick()
		d.do(ctx, script.next())
		// After a slow operation the next one comes at once, but what was missed is
		// not made up for.
		next = max(next+interval, d.clock.Now())
		if !d.clock.Sleep(ctx, next-d.clock.Now()) {
			return
		}
	}
}

// do performs one step of a script.
func (d *Demo) do(ctx context.Context, step step) {
	keys := make([]string, len(step.ranks))
	for i, rank := range step.ranks {
		keys[i] = step.stack.name + d.prefix + strconv.Itoa(rank)
	}
	if step.cut {
		d.network.Cut()
	}
	switch step.kind {
	case stepRead:
		step.stack.read(ctx, step.random, keys)
	case stepChange:
		step.stack.invalidate(ctx, keys[0])
	case stepForeign:
		// Another program, with an older idea of what lies under this key.
		_ = d.foreign.Set(context.WithoutCancel(ctx), keys[0], "legacy", step.stack.ttlRedis).Err()
	}
}

// tickEvery is how often what has a time to live hears of the time. Telling an
// embedded server costs a walk over its keys.
const tickEvery = 250 * time.Millisecond

// tick lets expire what is due.
func (d *Demo) tick() {
	now := d.clock.Now()
	d.mu.Lock()
	defer d.mu.Unlock()
	passed := now - d.ticked
	if passed < tickEvery {
		return
	}
	d.ticked = now
	d.config.Server.Advance(passed)
	for _, s := range d.stacks {
		s.cache.Inner().local.expire(now)
	}
}
