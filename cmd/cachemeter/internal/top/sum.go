package top

import (
	"cmp"
	"slices"
	"time"
)

// Row is one namespace over all instances that have it. What nobody reports is nil,
// and absent from its JSON.
type Row struct {
	Name      string     `json:"name"`
	Level     string     `json:"level"` // the worst of the instances
	Message   string     `json:"message"`
	Since     *time.Time `json:"since,omitempty"`
	Earlier   bool       `json:"since_or_earlier,omitempty"`
	Instances int        `json:"instances"`
	Bad       int        `json:"bad_instances"` // those that are degraded or failing

	Requests  *float64 `json:"requests_per_second,omitempty"`
	HitRate   *float64 `json:"hit_rate,omitempty"`
	Usual     *float64 `json:"usual_hit_rate,omitempty"`
	Errors    *float64 `json:"errors_per_second,omitempty"`
	ErrorPart *float64 `json:"error_share,omitempty"`
	HitP50    *float64 `json:"hit_p50_seconds,omitempty"`
	HitP99    *float64 `json:"hit_p99_seconds,omitempty"`
	MissP50   *float64 `json:"miss_p50_seconds,omitempty"`
	MissP99   *float64 `json:"miss_p99_seconds,omitempty"`
	Waiting   *float64 `json:"waiting_seconds_per_second,omitempty"`
	Extra     *float64 `json:"extra_waiting_seconds_per_second,omitempty"`
	Saved     *float64 `json:"saved_seconds_per_second,omitempty"`
	Evictions *float64 `json:"evictions_per_second,omitempty"`
	Entries   *uint64  `json:"entries,omitempty"`
	Capacity  *uint64  `json:"capacity,omitempty"`

	TotalHits   uint64 `json:"hits"` // since the last reset
	TotalMisses uint64 `json:"misses"`
	TotalErrors uint64 `json:"errors"`
}

var severity = map[string]int{"failing": 4, "degraded": 3, "ok": 2, "no_data": 1, "idle": 0}

// sum adds the namespaces of several documents by name: counters first, ratios then.
// Instances may have windows of different length, so rates are added as rates.
func sum(documents []document) []Row {
	parts := make(map[string][]namespace)
	for _, d := range documents {
		for _, n := range d.Namespaces {
			parts[n.Name] = append(parts[n.Name], n)
		}
	}
	rows := make([]Row, 0, len(parts))
	for _, p := range parts {
		rows = append(rows, sumOf(p))
	}
	slices.SortFunc(rows, func(a, b Row) int { return cmp.Compare(a.Name, b.Name) })
	return rows
}

func sumOf(parts []namespace) Row {
	r := Row{Name: parts[0].Name, Instances: len(parts)}
	var now, before counters
	var total counters
	for _, n := range parts {
		r.judge(n.Status)
		total = total.plus(n.Total)
		if w := n.Windows["now"]; w != nil && w.Seconds > 0 {
			now = now.plus(w.counters)
			rate := func(count uint64) *float64 { x := float64(count) / w.Seconds; return &x }
			r.Requests, r.Errors = add(r.Requests, rate(w.lookups())), add(r.Errors, rate(w.counters.Errors))
			if w.counters.Evictions != nil {
				r.Evictions = add(r.Evictions, rate(*w.counters.Evictions))
			}
		}
		if w := n.Windows["start"]; w != nil {
			before = before.plus(w.counters)
			if recent := n.Windows["1m"]; recent != nil { // what is usual is older than a minute
				before.Hits -= min(before.Hits, recent.Hits)
				before.Misses -= min(before.Misses, recent.Misses)
			}
		}
		if n.Cost != nil {
			r.Waiting, r.Extra, r.Saved = add(r.Waiting, n.Cost.Waiting), add(r.Extra, n.Cost.Extra), add(r.Saved, n.Cost.Saved)
		}
	}
	r.HitRate, r.Usual = share(now.Hits, now.lookups()), share(before.Hits, before.lookups())
	r.ErrorPart = share(now.Errors, now.lookups()+now.Errors)
	r.Entries, r.Capacity = total.Entries, total.Capacity
	r.TotalHits, r.TotalMisses, r.TotalErrors = total.Hits, total.Misses, total.Errors
	hit, miss := latencies(parts, "hit"), latencies(parts, "miss")
	r.HitP50, r.HitP99 = quantile(hit, 0.5), quantile(hit, 0.99)
	r.MissP50, r.MissP99 = quantile(miss, 0.5), quantile(miss, 0.99)
	return r
}

// judge takes over what is worse than what is known, and what began earlier of what is
// as bad.
func (r *Row) judge(s status) {
	bad := s.Level == "degraded" || s.Level == "failing"
	if bad {
		r.Bad++
	}
	worse := r.Level == "" || severity[s.Level] > severity[r.Level]
	if worse || s.Level == r.Level && bad && r.Since != nil && s.Since.Before(*r.Since) {
		r.Level, r.Message, r.Since, r.Earlier = s.Level, s.Message, nil, false
		if bad {
			r.Since, r.Earlier = &s.Since, s.Earlier
		}
	}
}

func latencies(parts []namespace, outcome string) (all []latency) {
	for _, n := range parts {
		for _, name := range []string{"now", "1m"} {
			if w := n.Windows[name]; w != nil && w.Latency[outcome].Count > 0 {
				all = append(all, w.Latency[outcome])
				break
			}
		}
	}
	return all
}

func share(part, whole uint64) *float64 {
	if whole == 0 {
		return nil
	}
	x := float64(part) / float64(whole)
	return &x
}
