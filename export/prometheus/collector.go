package prommeter

import (
	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"github.com/cachemeter/cachemeter/metrics"
)

// NewCollector returns a collector of the tracker's figures, read on scrape.
//
// What is wrong with the options or the tracker comes back as the error of Register.
// So does a second collector of the same names in one registry, be it of the same
// tracker or of another: tell trackers apart by [WithConstLabels] or [WithPrefix].
// The collector is safe for concurrent use and can be in several registries.
func NewCollector(tracker *metrics.Tracker, opts ...Option) prometheus.Collector {
	s, err := newSource(tracker, opts)
	if err != nil {
		return &collector{invalid: prometheus.NewInvalidDesc(err)}
	}
	c := &collector{source: s}
	constant := make(prometheus.Labels)
	for _, p := range s.constant {
		constant[p.GetName()] = p.GetValue()
	}
	for _, f := range s.families {
		names := []string{"cache", "tier"}
		if f.label != "" {
			names = append(names, f.label)
		}
		c.descs = append(c.descs, prometheus.NewDesc(f.name, f.help, names, constant))
	}
	return c
}

type collector struct {
	source  *source
	descs   []*prometheus.Desc // by family
	invalid *prometheus.Desc
}

func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	if c.invalid != nil {
		ch <- c.invalid
	}
	for _, d := range c.descs {
		ch <- d
	}
}

func (c *collector) Collect(ch chan<- prometheus.Metric) {
	if c.invalid != nil {
		return
	}
	for _, m := range c.source.namespaces() {
		r := new(reading)
		m.read(r)
		for i := range c.source.families {
			for j := range c.source.families[i].variants {
				if r.reports(&c.source.families[i], j) {
					ch <- series{c, r, i, j}
				}
			}
		}
	}
}

// series is one constant metric of a scrape.
type series struct {
	collector       *collector
	reading         *reading
	family, variant int
}

func (s series) Desc() *prometheus.Desc { return s.collector.descs[s.family] }

func (s series) Write(out *dto.Metric) error {
	out.Label = s.reading.labels[s.family][s.variant]
	f := &s.collector.source.families[s.family]
	switch f.kind {
	case counter:
		v := float64(f.variants[s.variant].read(s.reading))
		out.Counter = &dto.Counter{Value: &v}
	case gauge:
		v := float64(f.variants[s.variant].read(s.reading))
		out.Gauge = &dto.Gauge{Value: &v}
	default:
		s.collector.source.writeDistribution(out, s.reading, f.kind, s.variant)
	}
	return nil
}

// writeDistribution fills in what is not a single number.
func (s *source) writeDistribution(out *dto.Metric, r *reading, k kind, variant int) {
	if k == loadSummary {
		out.Summary = newSummary(&r.stats)
		return
	}
	out.Histogram = newHistogram(r.latency[variant], s.bounds, s.native)
}
