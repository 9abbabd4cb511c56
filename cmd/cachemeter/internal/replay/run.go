package replay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
)

// Namespace is the namespace that counts a replay, in every cache.
const Namespace = "replay"

// maxFailures is how many lookups may fail one after the other before Run takes
// the cache for gone. Without an end, a server that dies would turn the rest of a
// trace into hours of retries.
const maxFailures = 10

// Cache is what a trace is put through: a store that counts its lookups by itself.
type Cache interface {
	// Get tells whether the key is there; err says that the cache could not answer.
	Get(ctx context.Context, key string) (found bool, err error)
	// Set makes the key be there.
	Set(ctx context.Context, key string) error
}

// Progress tells how far a run is. It is safe to read beside the run.
type Progress struct {
	keys, failed atomic.Uint64
	first        atomic.Pointer[error]
}

// Keys returns how many keys have been looked up.
func (p *Progress) Keys() uint64 { return p.keys.Load() }

// Failed returns how many operations the cache failed, and the first failure.
func (p *Progress) Failed() (count uint64, first error) {
	if first := p.first.Load(); first != nil {
		return p.failed.Load(), *first
	}
	return 0, nil
}

func (p *Progress) fail(err error) {
	p.failed.Add(1)
	p.first.CompareAndSwap(nil, &err)
}

// Run puts the trace through the cache, in order and by one goroutine: a Get for
// each key and, on a miss, a Set. An operation that the cache fails is counted
// and the run goes on, until maxFailures lookups in a row have failed.
//
// It returns nil at the trace's end, the trace's error, ctx.Err() as soon as ctx is
// done, and an error for an empty trace. In every case the cache's figures hold what
// was done until then. It reads ahead in a goroutine
// of its own, which after an early end lasts until its pending read returns.
func Run(ctx context.Context, trace *Trace, cache Cache, progress *Progress) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	batches := readAhead(ctx, trace)
	for failures := 0; ; {
		var batch batch
		select {
		case <-ctx.Done():
		case batch = <-batches:
		}
		for _, key := range batch.keys {
			if ctx.Err() != nil {
				break
			}
			// An interrupt waits for the operation under way: cut short, it would
			// be counted as an error of the cache.
			if err := lookup(context.WithoutCancel(ctx), cache, key, progress); err == nil {
				failures = 0
			} else if failures++; failures == maxFailures {
				return fmt.Errorf("gave up after %d failures in a row: %w", failures, err)
			}
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case batch.end == nil:
		case !errors.Is(batch.end, io.EOF):
			return batch.end
		case progress.Keys() == 0:
			return fmt.Errorf("%s: no keys: want one a line", trace.Name())
		default:
			return nil
		}
	}
}

// lookup returns the error of the Get: only that tells of a cache that is gone.
func lookup(ctx context.Context, cache Cache, key string, progress *Progress) error {
	found, err := cache.Get(ctx, key)
	progress.keys.Add(1)
	if err != nil {
		progress.fail(err)
		return err
	}
	if !found {
		if err := cache.Set(ctx, key); err != nil {
			progress.fail(err)
		}
	}
	return nil
}

// batch is keys on their way from the reader to the cache, and what ended the
// trace after them: nil when more is to come, io.EOF at its end.
type batch struct {
	keys []string
	end  error
}

// batchSize is enough keys to make the hand-over between goroutines cheap.
const batchSize = 1024

// readAhead reads the trace beside the run, so that an interrupt is heard while
// standard input is silent. It ends after the batch that has an end, or with ctx.
func readAhead(ctx context.Context, trace *Trace) <-chan batch {
	batches := make(chan batch, 4)
	go func() {
		for {
			b := readBatch(trace)
			select {
			case batches <- b:
			case <-ctx.Done():
				return
			}
			if b.end != nil {
				return
			}
		}
	}()
	return batches
}

// readBatch returns at the latest when the next key would have to be waited for.
func readBatch(trace *Trace) (b batch) {
	for len(b.keys) < batchSize {
		key, err := trace.Next()
		if err != nil {
			b.end = err
			return b
		}
		b.keys = append(b.keys, string(key))
		if !trace.ready() {
			return b
		}
	}
	return b
}
