package prommeter

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/cachemeter/cachemeter/export/internal/figures"
	"github.com/cachemeter/cachemeter/metrics"
)

// Option changes what is exported and how it is named.
type Option func(*config)

type config struct {
	prefix      string
	constLabels prometheus.Labels
	guidelines  bool
	buckets     []float64
	native      bool
}

// WithPrefix puts prefix and an underscore before every metric's name.
func WithPrefix(prefix string) Option {
	return func(c *config) { c.prefix = prefix }
}

// WithConstLabels puts labels on every series: what tells two trackers in one registry
// apart. Repeating it adds labels. The names cache, tier, result, cause, class, le and
// namespace are refused: the first are in use, and namespace belongs to the scraped
// target.
func WithConstLabels(labels prometheus.Labels) Option {
	labels = maps.Clone(labels)
	return func(c *config) {
		if c.constLabels == nil {
			c.constLabels = make(prometheus.Labels)
		}
		maps.Copy(c.constLabels, labels)
	}
}

// WithGuidelineNames names metrics as Prometheus' guidelines advise, in the words of
// this project: the total and the hits apart (cache_requests_total, cache_hits_total),
// sets, deletes, evictions and expirations each by themselves.
func WithGuidelineNames() Option {
	return func(c *config) { c.guidelines = true }
}

// WithLatencyBuckets sets the upper bounds, in seconds, of the classic latency
// histogram. None leaves only the native one. The default are twelve powers of four from
// 1.024 µs to 4.29 s, which fall between two buckets of [metrics.Histogram] and are
// therefore exact to the nanosecond; another bound is as exact as those buckets, which
// are at most 1/16 wide: what shares a bucket with the bound counts as above it.
func WithLatencyBuckets(bounds ...float64) Option {
	bounds = slices.Clone(bounds)
	return func(c *config) { c.buckets = bounds }
}

// WithoutNativeHistograms leaves latency to classic histograms. Native ones are only
// seen by servers that ask for them.
func WithoutNativeHistograms() Option {
	return func(c *config) { c.native = false }
}

var errNilTracker = errors.New("prommeter: nil tracker: give the one that your caches record to")

func newConfig(tracker *metrics.Tracker, opts []Option) (config, error) {
	c := config{buckets: figures.DefaultBounds(), native: true}
	for _, opt := range opts {
		if opt != nil {
			opt(&c)
		}
	}
	if tracker == nil {
		return c, errNilTracker
	}
	return c, c.check()
}

// The names that every Prometheus takes, and that the text format needs no quotes for.
var (
	metricName = regexp.MustCompile(`^[a-zA-Z_:][a-zA-Z0-9_:]*$`)
	labelName  = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)
)

func (c *config) check() error {
	if c.prefix != "" && !metricName.MatchString(c.prefix) {
		return fmt.Errorf("prommeter: WithPrefix(%q): not the beginning of a metric name: use letters, digits and underscores", c.prefix)
	}
	for _, name := range slices.Sorted(maps.Keys(c.constLabels)) {
		switch {
		case !labelName.MatchString(name):
			return fmt.Errorf("prommeter: WithConstLabels: %q is not a label name: use letters, digits and underscores", name)
		case slices.Contains([]string{"cache", "tier", "result", "cause", "class", "le", "namespace"}, name):
			return fmt.Errorf("prommeter: WithConstLabels: the label %q is reserved: choose another name", name)
		}
	}
	if !figures.RisingBounds(c.buckets) {
		return fmt.Errorf("prommeter: WithLatencyBuckets(%v): bounds must be above 0 and rise", c.buckets)
	}
	return nil
}
