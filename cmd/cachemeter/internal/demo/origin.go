package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// errOrigin is the failure of an origin.
var errOrigin = errors.New("demo: the origin failed")

// origin is where values come from when no cache has them: slow, and at times failing.
type origin struct {
	clock    clock
	latency  time.Duration // the mean
	failures float64       // the share of loads that fail
}

// load returns the value of a key and how long it took. random decides about this
// load's latency and fate.
func (o origin) load(ctx context.Context, random *rand.Rand, key string) (value string, took time.Duration, err error) {
	// Half of the latency is fixed, the other half has the long tail of real ones.
	took = o.latency/2 + time.Duration(random.ExpFloat64()*float64(o.latency/2))
	fails := random.Float64() < o.failures
	if !o.clock.Sleep(ctx, took) {
		return "", took, ctx.Err()
	}
	if fails {
		return "", took, errOrigin
	}
	return fmt.Sprintf("%s as of %v", key, o.clock.Now()), took, nil
}
