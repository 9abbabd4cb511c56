package demo

import "time"

// namespace says what is cached under a name, and how the program uses it.
type namespace struct {
	name   string
	read   readKind
	keys   int     // distinct keys
	skew   float64 // of their popularity: the exponent of a Zipf distribution
	batch  int     // keys in one read
	weight int     // its share of all reads

	entries  int           // of the LRU
	ttlLRU   time.Duration // short: other processes change values too
	ttlRedis time.Duration

	latency  time.Duration // of the origin
	failures float64       // share of loads that the origin fails
	foreign  float64       // share of reads before which another program writes a value of the wrong type
}

// namespaces are the demo's workload: caches of different size, skew, life and luck.
var namespaces = []namespace{
	{
		name: "user", read: readGet, keys: 5000, skew: 1.1, batch: 1, weight: 40,
		entries: 200, ttlLRU: 5 * time.Second, ttlRedis: time.Minute,
		latency: 8 * time.Millisecond, failures: 0.005,
	},
	{
		name: "product", read: readMGet, keys: 8000, skew: 0.95, batch: 8, weight: 20,
		entries: 400, ttlLRU: 10 * time.Second, ttlRedis: 2 * time.Minute,
		latency: 5 * time.Millisecond, failures: 0.002,
	},
	{
		name: "profile", read: readHGetAll, keys: 2000, skew: 0.9, batch: 1, weight: 20,
		entries: 80, ttlLRU: 5 * time.Second, ttlRedis: 30 * time.Second,
		latency: 12 * time.Millisecond, failures: 0.01, foreign: 0.02,
	},
	{
		name: "feed", read: readPipeline, keys: 3000, skew: 0.8, batch: 5, weight: 10,
		entries: 150, ttlLRU: 2 * time.Second, ttlRedis: 10 * time.Second,
		latency: 4 * time.Millisecond, failures: 0.01,
	},
	{
		name: "rate", read: readGet, keys: 100, skew: 0.6, batch: 1, weight: 10,
		entries: 50, ttlLRU: 500 * time.Millisecond, ttlRedis: 2 * time.Second,
		latency: 25 * time.Millisecond, failures: 0.1,
	},
}
