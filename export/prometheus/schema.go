package prommeter

import "github.com/cachemeter/cachemeter/metrics"

// kind is what a family's series are.
type kind uint8

const (
	counter kind = iota
	gauge
	loadSummary      // sum and count of loads
	latencyHistogram // of lookups, by result
)

// family is one metric name with all its series.
type family struct {
	name, help string
	kind       kind
	label      string // the label that tells the variants apart, "" where there is one
	variants   []variant
}

// variant is one series of a family for each namespace and tier that reports figure.
type variant struct {
	value  string         // of the family's label
	figure metrics.Figure // 0: always reported
	read   func(r *reading) uint64
}

func one(figure metrics.Figure, read func(r *reading) uint64) []variant {
	return []variant{{figure: figure, read: read}}
}

// The figures, by the words of this project.
func hits(r *reading) uint64          { return r.stats.Hits }
func misses(r *reading) uint64        { return r.stats.Misses }
func requests(r *reading) uint64      { return r.stats.TotalRequests() }
func lookupErrors(r *reading) uint64  { return r.lookupErrors }
func sets(r *reading) uint64          { return r.stats.Sets }
func deletes(r *reading) uint64       { return r.stats.Deletes }
func evictions(r *reading) uint64     { return r.stats.Evictions }
func evictedWeight(r *reading) uint64 { return r.stats.EvictedWeight }
func expirations(r *reading) uint64   { return r.stats.Expirations }
func loads(r *reading) uint64         { return r.stats.Loads }
func loadFailures(r *reading) uint64  { return r.stats.LoadFailures }
func allLoads(r *reading) uint64      { return r.stats.Loads + r.stats.LoadFailures }
func coalesced(r *reading) uint64     { return r.stats.Coalesced }
func writeErrors(r *reading) uint64   { return r.stats.WriteErrors }
func bytesRead(r *reading) uint64     { return r.stats.BytesRead }
func negativeHits(r *reading) uint64  { return r.stats.NegativeHits }
func staleHits(r *reading) uint64     { return r.stats.StaleHits }
func entries(r *reading) uint64       { return r.stats.Entries }
func capacity(r *reading) uint64      { return r.stats.Capacity }

// micrometer is the default schema. The first eight names are Micrometer's, see
// CacheMeterBinder in micrometer-core. Its cache_load_duration_seconds is a gauge that
// grows; here it is the sum and count of a summary, which rate() understands.
func micrometer() []family {
	return append([]family{
		{"cache_gets_total", "Lookups by result: hit, miss, or error where the cache could not answer.", counter, "result", []variant{
			{"hit", 0, hits}, {"miss", 0, misses}, {"error", 0, lookupErrors},
		}},
		{"cache_puts_total", "Values written.", counter, "", one(metrics.Sets, sets)},
		{"cache_removals_total", "Entries deleted on request.", counter, "", one(metrics.Deletes, deletes)},
		{"cache_evictions_total", "Entries that left by themselves: for the cache's size, or because their time was over.", counter, "cause", []variant{
			{"size", metrics.Evictions, evictions}, {"expired", metrics.Expirations, expirations},
		}},
		{"cache_eviction_weight_total", "Weight of the entries evicted for the cache's size.", counter, "", one(metrics.Evictions, evictedWeight)},
		{"cache_load_total", "Loads from the origin by result.", counter, "result", []variant{
			{"success", metrics.Loads, loads}, {"failure", metrics.Loads, loadFailures},
		}},
		{"cache_size", "Entries held now.", gauge, "", one(metrics.Entries, entries)},
	}, shared("cache_capacity")...)
}

// guidelines is the schema of WithGuidelineNames. A total and a part of it are two
// metrics, so that a share is one divided by the other.
func guidelines() []family {
	return append([]family{
		{"cache_requests_total", "Lookups that the cache answered, with a hit or a miss.", counter, "", one(0, requests)},
		{"cache_hits_total", "Lookups that found their value.", counter, "", one(0, hits)},
		{"cache_lookup_errors_total", "Lookups that the cache could not answer.", counter, "", one(0, lookupErrors)},
		{"cache_sets_total", "Values written.", counter, "", one(metrics.Sets, sets)},
		{"cache_deletes_total", "Entries deleted on request.", counter, "", one(metrics.Deletes, deletes)},
		{"cache_evictions_total", "Entries that the cache's policy removed to make room.", counter, "", one(metrics.Evictions, evictions)},
		{"cache_evicted_weight_total", "Weight of the evicted entries.", counter, "", one(metrics.Evictions, evictedWeight)},
		{"cache_expirations_total", "Entries whose time was over.", counter, "", one(metrics.Expirations, expirations)},
		{"cache_loads_total", "Loads from the origin, failed ones included.", counter, "", one(metrics.Loads, allLoads)},
		{"cache_load_failures_total", "Loads from the origin that failed.", counter, "", one(metrics.Loads, loadFailures)},
		{"cache_entries", "Entries held now.", gauge, "", one(metrics.Entries, entries)},
	}, shared("cache_capacity_entries")...)
}

// shared are the families that both schemas name alike.
func shared(capacityName string) []family {
	classes := make([]variant, metrics.ErrorClasses)
	for i := range classes {
		classes[i] = variant{metrics.ErrorClass(i).String(), metrics.ErrorsByClass, func(r *reading) uint64 { return r.errorsByClass[i] }}
	}
	results := make([]variant, len(lookupOutcomes))
	for i, outcome := range lookupOutcomes {
		results[i] = variant{value: outcome.String()}
	}
	return []family{
		{capacityName, "Entries that could be held.", gauge, "", one(metrics.Capacity, capacity)},
		{"cache_errors_total", "Failed operations of every kind, writes included, by class.", counter, "class", classes},
		{"cache_write_errors_total", "Failed writes.", counter, "", one(metrics.WriteErrors, writeErrors)},
		{"cache_coalesced_gets_total", "Lookups that waited for another's load, neither hits nor misses.", counter, "", one(metrics.Coalesced, coalesced)},
		{"cache_negative_hits_total", "Hits that answered from memory that the origin has no such value.", counter, "", one(metrics.NegativeHits, negativeHits)},
		{"cache_stale_hits_total", "Hits that answered with a value past its time.", counter, "", one(metrics.StaleHits, staleHits)},
		{"cache_read_bytes_total", "Payload bytes that hits returned.", counter, "", one(metrics.BytesRead, bytesRead)},
		{"cache_load_duration_seconds", "Time that loads from the origin took, failed ones included.", loadSummary, "", one(metrics.Loads, nil)},
		{"cache_get_duration_seconds", "Time that lookups took, by result.", latencyHistogram, "result", results},
	}
}

var lookupOutcomes = [...]metrics.Outcome{metrics.Hit, metrics.Miss, metrics.Error}
