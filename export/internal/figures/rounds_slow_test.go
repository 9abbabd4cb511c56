//go:build race || 386

package figures_test

// The race detector, and 64-bit counters of a 32-bit machine, make a round a hundred
// times as long.
const rounds = 5_000
