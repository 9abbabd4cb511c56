package web

import (
	"strconv"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// history writes the past as columns, oldest first, one value a sample: what a chart
// draws. Columns of figures that the cache does not report are left out. Quantiles
// are worth their time only for one namespace at once: detailed adds them.
func (d *document) history(points []metrics.Window, detailed bool) {
	d.key("history").raw("{")
	column := d.columns(points)
	column("at", func(w metrics.Window) { d.millis(w.End) })
	column("seconds", func(w metrics.Window) { d.seconds(w.Span()) })
	column("hits", func(w metrics.Window) { d.uint(w.Stats.Hits) })
	column("misses", func(w metrics.Window) { d.uint(w.Stats.Misses) })
	column("errors", func(w metrics.Window) { d.uint(w.Stats.Errors) })
	if !detailed {
		d.raw("}")
		return
	}
	var reported metrics.Figure
	for _, w := range points {
		reported |= w.Stats.Reported
	}
	for _, c := range []struct {
		figure metrics.Figure
		name   string
		of     func(metrics.Stats) uint64
	}{
		{metrics.Loads, "loads", func(s metrics.Stats) uint64 { return s.Loads }},
		{metrics.Loads, "load_failures", func(s metrics.Stats) uint64 { return s.LoadFailures }},
		{metrics.Coalesced, "coalesced", func(s metrics.Stats) uint64 { return s.Coalesced }},
		{metrics.Evictions, "evictions", func(s metrics.Stats) uint64 { return s.Evictions }},
		{metrics.Expirations, "expirations", func(s metrics.Stats) uint64 { return s.Expirations }},
		{metrics.Entries, "entries", func(s metrics.Stats) uint64 { return s.Entries }},
	} {
		if reported.Has(c.figure) {
			column(c.name, func(w metrics.Window) { d.uint(c.of(w.Stats)) })
		}
	}
	if reported.Has(metrics.Loads) {
		column("load_seconds", func(w metrics.Window) { d.float(w.Stats.LoadTime.Seconds()) })
	}
	for outcome := metrics.Hit; outcome <= metrics.Error; outcome++ {
		if !measured(points, outcome) {
			continue
		}
		for _, q := range []struct {
			name string
			of   float64
		}{{"_p50_seconds", 0.5}, {"_p99_seconds", 0.99}} {
			column(outcome.String()+q.name, func(w metrics.Window) {
				if t, ok := w.Latency(outcome).Quantile(q.of); ok {
					d.seconds(t)
				} else {
					d.raw("null")
				}
			})
		}
	}
	d.raw("}")
}

// columns returns a function that writes one column over all points.
func (d *document) columns(points []metrics.Window) func(name string, write func(metrics.Window)) {
	first := true
	return func(name string, write func(metrics.Window)) {
		if !first {
			d.raw(",")
		}
		first = false
		d.name(name).raw("[")
		for i, w := range points {
			if i > 0 {
				d.raw(",")
			}
			write(w)
		}
		d.raw("]")
	}
}

func measured(points []metrics.Window, outcome metrics.Outcome) bool {
	for _, w := range points {
		if w.Latency(outcome).Count > 0 {
			return true
		}
	}
	return false
}

// millis writes milliseconds since 1970, what JavaScript counts time in.
func (d *document) millis(t time.Time) { d.b = strconv.AppendInt(d.b, t.UnixMilli(), 10) }
