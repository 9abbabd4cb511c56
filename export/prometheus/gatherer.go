package prommeter

import (
	"sync"

	dto "github.com/prometheus/client_model/go"

	"github.com/cachemeter/cachemeter/metrics"
)

// Gatherer is a tracker's figures without a registry between: the same families and
// values as [NewCollector] at a small part of the cost, since nothing has to be
// collected one by one, checked and sorted. It is a [prometheus.TransactionalGatherer]:
// join it to a registry by [prometheus.NewMultiTRegistry], or serve it by [Handler],
// which is faster still.
//
// It is safe for concurrent use; scrapes at the same time do not wait for each other.
type Gatherer struct {
	source *source
	pool   sync.Pool // of *exposition
}

// NewGatherer returns a gatherer of the tracker's figures. It fails on a nil tracker
// and on options that make no valid names.
func NewGatherer(tracker *metrics.Tracker, opts ...Option) (*Gatherer, error) {
	s, err := newSource(tracker, opts)
	if err != nil {
		return nil, err
	}
	return &Gatherer{source: s}, nil
}

// Gather returns the families of this moment, sorted by name. They are valid until
// done is called, which must happen once. The error is always nil.
func (g *Gatherer) Gather() (families []*dto.MetricFamily, done func(), err error) {
	e := g.exposition()
	return e.fill(), func() { g.pool.Put(e) }, nil
}

func (g *Gatherer) exposition() *exposition {
	e, _ := g.pool.Get().(*exposition)
	if e == nil {
		e = newExposition(g.source)
	}
	return e
}

// exposition is the memory of one scrape, used again by a later one.
type exposition struct {
	source   *source
	readings []reading
	reported metrics.Figure      // by any of the readings
	latency  bool                // in any of the readings
	families []*dto.MetricFamily // of all families, by position
	counters slots
	gauges   slots
	text     []byte
}

func newExposition(s *source) *exposition {
	e := &exposition{source: s, families: make([]*dto.MetricFamily, len(s.families))}
	e.counters.make = func(s *slot) { s.metric.Counter = &dto.Counter{Value: &s.value} }
	e.gauges.make = func(s *slot) { s.metric.Gauge = &dto.Gauge{Value: &s.value} }
	types := [...]dto.MetricType{
		counter: dto.MetricType_COUNTER, gauge: dto.MetricType_GAUGE,
		loadSummary: dto.MetricType_SUMMARY, latencyHistogram: dto.MetricType_HISTOGRAM,
	}
	for i := range s.families {
		f := &s.families[i]
		e.families[i] = &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: types[f.kind].Enum()}
	}
	return e
}

// read takes the readings of every namespace.
func (e *exposition) read() {
	members := e.source.namespaces()
	if len(e.readings) < len(members) {
		e.readings = make([]reading, len(members))
	}
	e.readings = e.readings[:len(members)]
	e.reported, e.latency = 0, false
	for i, m := range members {
		r := &e.readings[i]
		m.read(r)
		e.reported |= r.stats.Reported
		for _, h := range r.latency {
			e.latency = e.latency || h.Count > 0
		}
	}
}

// wants tells whether any namespace reports the variant: most caches report little,
// and looking at each for each figure would take longer than all else.
func (e *exposition) wants(f *family, variant int) bool {
	if f.kind == latencyHistogram {
		return e.latency
	}
	return e.reported.Has(f.variants[variant].figure)
}

// each calls do for every series of the family, namespace by namespace.
func (e *exposition) each(f *family, do func(r *reading, variant int)) {
	wanted := make([]int, 0, 8)
	for j := range f.variants {
		if e.wants(f, j) {
			wanted = append(wanted, j)
		}
	}
	if len(wanted) == 0 {
		return
	}
	for k := range e.readings {
		for _, j := range wanted {
			if r := &e.readings[k]; r.reports(f, j) {
				do(r, j)
			}
		}
	}
}

func (e *exposition) fill() []*dto.MetricFamily {
	e.read()
	e.counters.used, e.gauges.used = 0, 0
	filled := make([]*dto.MetricFamily, 0, len(e.families))
	for i, out := range e.families {
		f := &e.source.families[i]
		out.Metric = out.Metric[:0]
		e.each(f, func(r *reading, j int) {
			out.Metric = append(out.Metric, e.metric(r, f, i, j))
		})
		if len(out.Metric) > 0 {
			filled = append(filled, out)
		}
	}
	return filled
}

func (e *exposition) metric(r *reading, f *family, i, j int) *dto.Metric {
	switch f.kind {
	case counter:
		return e.counters.next(r.labels[i][j], f.variants[j].read(r))
	case gauge:
		return e.gauges.next(r.labels[i][j], f.variants[j].read(r))
	default:
		m := &dto.Metric{Label: r.labels[i][j]}
		e.source.writeDistribution(m, r, f.kind, j)
		return m
	}
}

// slots are the metrics of one kind, used again from scrape to scrape.
type slots struct {
	all  []*slot
	used int
	make func(*slot)
}

type slot struct {
	metric dto.Metric
	value  float64
}

func (s *slots) next(labels []*dto.LabelPair, value uint64) *dto.Metric {
	if s.used == len(s.all) {
		fresh := new(slot)
		s.make(fresh)
		s.all = append(s.all, fresh)
	}
	slot := s.all[s.used]
	s.used++
	slot.metric.Label, slot.value = labels, float64(value)
	return &slot.metric
}
