// Package top shows the caches of one or several running programs in a terminal. It
// reads the stats.json of each; the counters of all are added before any ratio is
// taken of them.
package top
