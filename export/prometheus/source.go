package prommeter

import (
	"cmp"
	"slices"
	"sync"

	dto "github.com/prometheus/client_model/go"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

// source is a tracker seen as families of series: what every way out reads.
type source struct {
	tracker  *metrics.Tracker
	families []family
	bounds   []float64 // of classic histograms
	native   bool
	constant []*dto.LabelPair

	variantPairs [][]*dto.LabelPair // by family and variant

	mu      sync.Mutex
	members map[*metrics.Namespace]*member
	last    []*member // what namespaces returned last; never written again
}

// member is what stays the same from scrape to scrape for one namespace or tier. Its
// labels are shared by all scrapes and never written again.
type member struct {
	namespace *metrics.Namespace
	labels    [][][]*dto.LabelPair // by family and variant, sorted by name
	text      string               // the labels that all series have, in the text format

	errors figures.Errors
}

// reading is one member's figures at one moment.
type reading struct {
	*member
	stats         metrics.Stats
	lookupErrors  uint64
	errorsByClass [metrics.ErrorClasses]uint64
	latency       [len(lookupOutcomes)]metrics.Histogram
}

func newSource(tracker *metrics.Tracker, opts []Option) (*source, error) {
	c, err := newConfig(tracker, opts)
	if err != nil {
		return nil, err
	}
	s := &source{
		tracker: tracker, families: micrometer(), bounds: c.buckets, native: c.native,
		members: make(map[*metrics.Namespace]*member),
	}
	if c.guidelines {
		s.families = guidelines()
	}
	slices.SortFunc(s.families, func(a, b family) int { return cmp.Compare(a.name, b.name) })
	for name, value := range c.constLabels {
		s.constant = append(s.constant, pair(name, metrics.Label(value)))
	}
	slices.SortFunc(s.constant, byName)
	for i := range s.families {
		f := &s.families[i]
		if c.prefix != "" {
			f.name = c.prefix + "_" + f.name
		}
		pairs := make([]*dto.LabelPair, len(f.variants))
		for j, v := range f.variants {
			pairs[j] = pair(f.label, v.value)
		}
		s.variantPairs = append(s.variantPairs, pairs)
	}
	return s, nil
}

// namespaces returns every namespace and tier, those that a reset made invisible
// included: their counters go on.
func (s *source) namespaces() []*member {
	all := s.tracker.Namespaces()
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.EqualFunc(all, s.last, func(n *metrics.Namespace, m *member) bool { return n == m.namespace }) {
		return s.last
	}
	members := make([]*member, len(all))
	for i, n := range all {
		m := s.members[n]
		if m == nil {
			m = s.newMember(n)
			s.members[n] = m
		}
		members[i] = m
	}
	s.last = members
	return members
}

func (s *source) newMember(n *metrics.Namespace) *member {
	m := &member{namespace: n, labels: make([][][]*dto.LabelPair, len(s.families))}
	common := append([]*dto.LabelPair{pair("cache", metrics.Label(n.Name())), pair("tier", metrics.Label(n.TierName()))}, s.constant...)
	m.text = appendLabels(common)
	for i, f := range s.families {
		m.labels[i] = make([][]*dto.LabelPair, len(f.variants))
		for j := range f.variants {
			labels := slices.Clone(common)
			if f.label != "" {
				labels = append(labels, s.variantPairs[i][j])
			}
			slices.SortFunc(labels, byName)
			m.labels[i][j] = labels
		}
	}
	return m
}

// read fills r with the member's totals.
func (m *member) read(r *reading) {
	r.member = m
	r.stats = m.namespace.Totals()
	r.lookupErrors, r.errorsByClass = m.errors.Split(m.namespace, r.stats)
	for i, outcome := range lookupOutcomes {
		r.latency[i] = m.namespace.TotalLatency(outcome)
	}
}

// reports tells whether the series exists for this namespace.
func (r *reading) reports(f *family, variant int) bool {
	if f.kind == latencyHistogram {
		return r.latency[variant].Count > 0
	}
	return r.stats.Reported.Has(f.variants[variant].figure)
}

func pair(name, value string) *dto.LabelPair { return &dto.LabelPair{Name: &name, Value: &value} }

func byName(a, b *dto.LabelPair) int { return cmp.Compare(a.GetName(), b.GetName()) }
