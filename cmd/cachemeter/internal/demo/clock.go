package demo

import (
	"context"
	"sync/atomic"
	"time"
)

// clock is the time that the workload, the TTLs and the origin go by.
type clock interface {
	// Now returns the time since the start.
	Now() time.Duration
	// Sleep lets d pass; false means that ctx ended before.
	Sleep(ctx context.Context, d time.Duration) bool
}

// wallClock is the real time.
type wallClock struct{ start time.Time }

func (c wallClock) Now() time.Duration { return time.Since(c.start) }

func (c wallClock) Sleep(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// virtualClock moves by what is slept and by nothing else: a run of a given number
// of operations is as fast as the machine, and times in it repeat. Its sleepers are
// taken to sleep beside each other, so that each moves it by its share.
type virtualClock struct {
	sleepers int
	now      atomic.Int64
}

func (c *virtualClock) Now() time.Duration { return time.Duration(c.now.Load()) }

func (c *virtualClock) Sleep(ctx context.Context, d time.Duration) bool {
	c.now.Add(int64(max(d, 0)) / int64(c.sleepers))
	return ctx.Err() == nil
}
