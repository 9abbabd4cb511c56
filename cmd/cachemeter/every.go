package main

import (
	"sync"
	"time"
)

// every calls do once per interval, until stop is called; no call
// is under way when stop returns.
func every(interval time.Duration, do func(now time.Time)) (stop func()) {
	var running sync.WaitGroup
	end := make(chan struct{})
	running.Go(func() {
		ticker := time.NewTicker(interval)
		defer ticker.Stop()
		for {
			select {
			case now := <-ticker.C:
				do(now)
			case <-end:
				return
			}
		}
	})
	return sync.OnceFunc(func() {
		close(end)
		running.Wait()
	})
}
