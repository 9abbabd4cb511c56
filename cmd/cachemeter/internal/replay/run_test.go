package replay_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/replay"
	"github.com/cachemeter/cachemeter/metrics"
)

var errGone = errors.New("gone")

// fake fails its gets and sets where the function says so, by the key.
type fake struct {
	held     map[string]bool
	get, set func(key string) error
	asked    []string
}

func (f *fake) Get(_ context.Context, key string) (bool, error) {
	f.asked = append(f.asked, key)
	if f.get != nil {
		if err := f.get(key); err != nil {
			return false, err
		}
	}
	return f.held[key], nil
}

func (f *fake) Set(_ context.Context, key string) error {
	if f.set != nil {
		if err := f.set(key); err != nil {
			return err
		}
	}
	f.held[key] = true
	return nil
}

func TestRunAsksForEachKeyInOrder(t *testing.T) {
	text := strings.Repeat("a\nb\nc\na\n", 1000)
	cache := &fake{held: map[string]bool{}}
	var progress replay.Progress
	require.NoError(t, replay.Run(t.Context(), stdin(t, text), cache, &progress))
	require.Equal(t, strings.Fields(text), cache.asked)
	require.EqualValues(t, 4000, progress.Keys())
	failed, first := progress.Failed()
	require.Zero(t, failed)
	require.NoError(t, first)
}

func TestRunGoesOnAfterFailures(t *testing.T) {
	cache := &fake{held: map[string]bool{}, get: func(key string) error {
		if key == "bad" {
			return errGone
		}
		return nil
	}, set: func(key string) error {
		if key == "full" {
			return io.ErrShortWrite
		}
		return nil
	}}
	var progress replay.Progress
	text := strings.Repeat("bad\nbad\nbad\nbad\ngood\nfull\n", 10)
	require.NoError(t, replay.Run(t.Context(), stdin(t, text), cache, &progress))
	require.EqualValues(t, 60, progress.Keys())
	failed, first := progress.Failed()
	require.EqualValues(t, 50, failed)
	require.Equal(t, errGone, first)
}

func TestRunGivesUpOnADeadCache(t *testing.T) {
	cache := &fake{get: func(string) error { return errGone }}
	var progress replay.Progress
	err := replay.Run(t.Context(), stdin(t, strings.Repeat("1\n", 1000)), cache, &progress)
	require.ErrorIs(t, err, errGone)
	require.EqualError(t, err, "gave up after 10 failures in a row: gone")
	require.EqualValues(t, 10, progress.Keys())
}

func TestRunBadTrace(t *testing.T) {
	cache := &fake{held: map[string]bool{}}
	var progress replay.Progress
	err := replay.Run(t.Context(), stdin(t, "1\n2\n\x00"), cache, &progress)
	require.ErrorContains(t, err, "line 3: a NUL byte")
	require.EqualValues(t, 2, progress.Keys(), "what came before is counted")

	progress = replay.Progress{}
	require.EqualError(t, replay.Run(t.Context(), stdin(t, "\n\n"), cache, &progress), "standard input: no keys: want one a line")
}

// An interrupt is heard while standard input is silent, and the keys that came
// before it have all been looked up.
func TestRunInterruptedWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in, out := io.Pipe()
		defer out.Close()
		trace, err := replay.Open("-", in)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go io.WriteString(out, "1\n2\n3\n")

		cache := &fake{held: map[string]bool{}}
		var progress replay.Progress
		require.ErrorIs(t, replay.Run(ctx, trace, cache, &progress), context.DeadlineExceeded)
		require.Equal(t, []string{"1", "2", "3"}, cache.asked)
	})
}

func TestLRU(t *testing.T) {
	tracker := metrics.NewTracker()
	cache, err := replay.NewLRU(2, tracker)
	require.NoError(t, err)
	var progress replay.Progress
	require.NoError(t, replay.Run(t.Context(), stdin(t, "1\n2\n1\n3\n2\n"), cache, &progress))
	stats := tracker.Stats(replay.Namespace)
	require.EqualValues(t, 1, stats.Hits)
	require.EqualValues(t, 4, stats.Misses)
	require.EqualValues(t, 2, stats.Evictions)

	_, err = replay.NewLRU(0, tracker)
	require.Error(t, err)
}

func ExampleRun() {
	trace, _ := replay.Open("-", strings.NewReader("1\n2\n1\n1\n"))
	tracker := metrics.NewTracker()
	cache, _ := replay.NewLRU(10, tracker)
	if err := replay.Run(context.Background(), trace, cache, new(replay.Progress)); err != nil {
		fmt.Println(err)
	}
	stats := tracker.Stats(replay.Namespace)
	fmt.Printf("%d hits, %d misses\n", stats.Hits, stats.Misses)
	// Output: 2 hits, 2 misses
}
