package prommeter_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"
	"google.golang.org/protobuf/proto"

	prommeter "github.com/cachemeter/cachemeter/export/prometheus"
	"github.com/cachemeter/cachemeter/metrics"
)

func TestGoldenExpositions(t *testing.T) {
	for _, tt := range []struct {
		name string
		opts []prommeter.Option
	}{
		{"micrometer.txt", nil},
		{"guidelines.txt", []prommeter.Option{prommeter.WithGuidelineNames()}},
		{"options.txt", []prommeter.Option{
			prommeter.WithPrefix("shop"), prommeter.WithConstLabels(prometheus.Labels{"zone": "a\"b", "app": "cart"}),
			prommeter.WithLatencyBuckets(0.001, 0.1),
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tracker := everything()
			registry := prometheus.NewPedanticRegistry()
			require.NoError(t, registry.Register(prommeter.NewCollector(tracker, tt.opts...)))
			families, err := registry.Gather()
			require.NoError(t, err)
			golden(t, tt.name, asText(t, byFamily(families), families))

			problems, err := testutil.GatherAndLint(registry)
			require.NoError(t, err)
			require.Empty(t, problems)

			// The ways round the registry say the same.
			g, err := prommeter.NewGatherer(tracker, tt.opts...)
			require.NoError(t, err)
			direct, done, err := g.Gather()
			require.NoError(t, err)
			requireSameFamilies(t, families, direct)
			done()
			again, done, err := g.Gather()
			require.NoError(t, err)
			requireSameFamilies(t, families, again)
			done()

			written := get(t, prommeter.Handler(g), "")
			parsed := parse(t, written.Body.String())
			registered := parse(t, string(asText(t, byFamily(families), families)))
			requireSameFamilies(t, registered, parsed)
		})
	}
}

func parse(t *testing.T, text string) []*dto.MetricFamily {
	t.Helper()
	return decode(t, strings.NewReader(text), expfmt.NewFormat(expfmt.TypeTextPlain))
}

// requireSameFamilies compares series by their labels, whatever their order.
func requireSameFamilies(t *testing.T, want, got []*dto.MetricFamily) {
	t.Helper()
	index := func(families []*dto.MetricFamily) map[string]*dto.Metric {
		all := make(map[string]*dto.Metric)
		for _, f := range families {
			for _, m := range f.GetMetric() {
				key := f.GetName() + f.GetType().String() + f.GetHelp() + labelKey(m)
				require.NotContains(t, all, key)
				all[key] = m
			}
		}
		return all
	}
	w, g := index(want), index(got)
	for key := range g {
		require.Contains(t, w, key)
	}
	for key, m := range w {
		require.Contains(t, g, key)
		a, b := proto.Clone(m).(*dto.Metric), proto.Clone(g[key]).(*dto.Metric)
		a.Label, b.Label = nil, nil
		require.True(t, proto.Equal(a, b), "%s: want %v, got %v", key, a, b)
	}
}

// labelKey is the labels of a metric in the order of their names.
func labelKey(m *dto.Metric) string {
	parts := make(map[string]string)
	for _, l := range m.GetLabel() {
		parts[l.GetName()] = l.GetValue()
	}
	var b strings.Builder
	for _, name := range []string{"app", "cache", "cause", "class", "result", "tier", "zone"} {
		b.WriteString("|" + parts[name])
		delete(parts, name)
	}
	for name := range parts {
		b.WriteString("|unexpected label " + name)
	}
	return b.String()
}

func TestRegistering(t *testing.T) {
	one, two := metrics.NewTracker(), metrics.NewTracker()
	one.RecordHit("user")
	two.RecordHit("user")
	registry := prometheus.NewPedanticRegistry()
	first := prommeter.NewCollector(one)
	require.NoError(t, registry.Register(first))

	var already prometheus.AlreadyRegisteredError
	require.ErrorAs(t, registry.Register(first), &already)
	require.ErrorAs(t, registry.Register(prommeter.NewCollector(one)), &already, "the same tracker again")
	require.ErrorAs(t, registry.Register(prommeter.NewCollector(two)), &already, "another tracker, the same names")
	require.Error(t, registry.Register(prommeter.NewCollector(two, prommeter.WithGuidelineNames())), "names that are in use with other labels")

	labelled := prommeter.NewCollector(two, prommeter.WithConstLabels(prometheus.Labels{"app": "two"}))
	require.Error(t, registry.Register(labelled), "Prometheus wants the same label names everywhere")
	require.NoError(t, registry.Register(prommeter.NewCollector(two, prommeter.WithPrefix("two"))))
	require.NoError(t, prometheus.NewRegistry().Register(first), "one collector in two registries")

	families, err := registry.Gather()
	require.NoError(t, err)
	require.Len(t, families, 2)

	require.True(t, registry.Unregister(first))
	require.False(t, registry.Unregister(first))
	families, err = registry.Gather()
	require.NoError(t, err)
	require.Len(t, families, 1)
	require.NoError(t, registry.Register(first), "and back again")

	apart := prometheus.NewPedanticRegistry()
	for name, tracker := range map[string]*metrics.Tracker{"one": one, "two": two} {
		require.NoError(t, apart.Register(prommeter.NewCollector(tracker, prommeter.WithConstLabels(prometheus.Labels{"app": name}))))
	}
	_, err = apart.Gather()
	require.NoError(t, err)
}

func TestBadInputIsAnErrorOfRegister(t *testing.T) {
	tracker := metrics.NewTracker()
	for _, tt := range []struct {
		name    string
		tracker *metrics.Tracker
		opt     prommeter.Option
		want    string
	}{
		{"nil tracker", nil, nil, "prommeter: nil tracker"},
		{"prefix", tracker, prommeter.WithPrefix("my-app"), `prommeter: WithPrefix("my-app")`},
		{"prefix of digits", tracker, prommeter.WithPrefix("2fast"), `prommeter: WithPrefix("2fast")`},
		{"label name", tracker, prommeter.WithConstLabels(prometheus.Labels{"a-b": "c"}), `"a-b" is not a label name`},
		{"label in use", tracker, prommeter.WithConstLabels(prometheus.Labels{"cache": "c"}), `"cache" is reserved`},
		{"the target's label", tracker, prommeter.WithConstLabels(prometheus.Labels{"namespace": "c"}), `"namespace" is reserved`},
		{"falling buckets", tracker, prommeter.WithLatencyBuckets(2, 1), "must be above 0 and rise"},
		{"buckets of nothing", tracker, prommeter.WithLatencyBuckets(math.NaN()), "must be above 0 and rise"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := prommeter.NewCollector(tt.tracker, tt.opt)
			registry := prometheus.NewRegistry()
			require.ErrorContains(t, registry.Register(c), tt.want)
			require.Zero(t, testutil.CollectAndCount(collectOnly{c}), "and collecting it all the same is harmless")
			_, err := prommeter.NewGatherer(tt.tracker, tt.opt)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

// collectOnly describes nothing, so that a registry takes it unchecked.
type collectOnly struct{ prometheus.Collector }

func (collectOnly) Describe(chan<- *prometheus.Desc) {}

func TestEveryNamespaceHasItsGetsFromTheStart(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.Namespace("with a handle")
	families := gather(t, prommeter.NewCollector(tracker))
	require.Len(t, families, 1, "what a cache cannot report has no series")
	for _, result := range []string{"hit", "miss", "error"} {
		m := find(t, families["cache_gets_total"], map[string]string{"cache": "with a handle", "tier": "", "result": result})
		require.NotNil(t, m)
		require.Zero(t, m.GetCounter().GetValue())
	}
	tracker.Namespace("with a handle").Reports(metrics.Sets | metrics.ErrorsByClass)
	families = gather(t, prommeter.NewCollector(tracker))
	require.Len(t, families, 3)
	require.Len(t, families["cache_puts_total"].GetMetric(), 1)
	require.Len(t, families["cache_errors_total"].GetMetric(), metrics.ErrorClasses)
}

func TestCountersGoOnThroughResets(t *testing.T) {
	tracker := everything()
	c := prommeter.NewCollector(tracker, prommeter.WithGuidelineNames())
	before := gather(t, c)
	tracker.Reset("user")
	after := gather(t, c)
	require.Equal(t, before, after)
	tracker.ResetAll()
	require.Equal(t, before, gather(t, c))
	tracker.RecordHit("user")
	require.EqualValues(t, 1, tracker.Stats("user").Hits)
	m := find(t, gather(t, c)["cache_hits_total"], map[string]string{"cache": "user", "tier": ""})
	require.EqualValues(t, 91, m.GetCounter().GetValue())
}

var hostile = []string{
	"", `"quotes"`, `back\slash`, "new\nline", "nul\x00", "\r\t\x7f", "bad\xff", "bad\xfe", "\uFFFDff", "\u2028\U0001F4A5",
	"{}=,# HELP", strings.Repeat("x", 10_000),
}

func TestHostileNames(t *testing.T) {
	tracker := metrics.NewTracker(metrics.WithMaxNamespaces(10_000))
	for i, name := range hostile {
		tracker.Namespace(name).RecordHits(i + 1)
		tracker.Tier(name, name+"tier").RecordMisses(i + 1)
	}
	families := gather(t, prommeter.NewCollector(tracker))
	g, err := prommeter.NewGatherer(tracker)
	require.NoError(t, err)
	written := byFamily(parse(t, get(t, prommeter.Handler(g), "").Body.String()))
	for i, name := range hostile {
		label := metrics.Label(name)
		require.True(t, utf8.ValidString(label))
		for how, f := range map[string]*dto.MetricFamily{"registry": families["cache_gets_total"], "handler": written["cache_gets_total"]} {
			m := find(t, f, map[string]string{"cache": label, "tier": "", "result": "hit"})
			require.NotNil(t, m, "%s: %.40q", how, name)
			require.EqualValues(t, i+1, m.GetCounter().GetValue(), "%s: %.40q", how, name)
			m = find(t, f, map[string]string{"cache": label, "tier": metrics.Label(name + "tier"), "result": "miss"})
			require.NotNil(t, m, "%s: %.40q", how, name)
		}
	}
}
