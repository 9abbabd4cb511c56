//go:build race

package figures_test

// The race detector makes a round a hundred times as long.
const rounds = 5_000
