package prommeter_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"

	prommeter "github.com/cachemeter/cachemeter/export/prometheus"
	"github.com/cachemeter/cachemeter/metrics"
)

const acceptProto = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"

func newGatherer(t *testing.T, tracker *metrics.Tracker, opts ...prommeter.Option) *prommeter.Gatherer {
	t.Helper()
	g, err := prommeter.NewGatherer(tracker, opts...)
	require.NoError(t, err)
	return g
}

func decode(t *testing.T, body io.Reader, format expfmt.Format) []*dto.MetricFamily {
	t.Helper()
	var families []*dto.MetricFamily
	for decoder := expfmt.NewDecoder(body, format); ; {
		f := new(dto.MetricFamily)
		err := decoder.Decode(f)
		if errors.Is(err, io.EOF) {
			return families
		}
		require.NoError(t, err)
		families = append(families, f)
	}
}

func TestHandlerSpeaksTextAndProtobuf(t *testing.T) {
	tracker := everything()
	h := prommeter.Handler(newGatherer(t, tracker))
	w := get(t, h, "")
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Header().Get("Content-Type"), "text/plain; version=0.0.4")

	w = get(t, h, acceptProto)
	require.Contains(t, w.Header().Get("Content-Type"), "application/vnd.google.protobuf")
	families := decode(t, bytes.NewReader(w.Body.Bytes()), expfmt.ResponseFormat(w.Header()))
	direct, done, err := newGatherer(t, tracker).Gather()
	require.NoError(t, err)
	defer done()
	requireSameFamilies(t, direct, families)
	require.NotEmpty(t, find(t, byFamily(families)["cache_get_duration_seconds"], map[string]string{"result": "hit"}).GetHistogram().GetPositiveSpan())
}

func TestHandlerNegotiates(t *testing.T) {
	h := prommeter.Handler(newGatherer(t, everything()))
	for _, tt := range []struct{ name, accept, want string }{
		{"nothing asked for", "", "text/plain"},
		{"a browser", "text/html,application/xhtml+xml,*/*;q=0.8", "text/plain"},
		{"Prometheus", "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1", "text/plain"},
		{"Prometheus with native histograms", acceptProto + ",application/openmetrics-text;version=1.0.0;q=0.8,*/*;q=0.1", "application/vnd.google.protobuf"},
		{"another protobuf", "application/vnd.google.protobuf;proto=other;encoding=delimited", "text/plain"},
		{"no media type", ";;,\x00", "text/plain"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, get(t, h, tt.accept).Header().Get("Content-Type"), tt.want)
		})
	}
}

func TestHandlerServesOthersBeside(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	others := prometheus.NewRegistry()
	jobs := prometheus.NewCounter(prometheus.CounterOpts{Name: "jobs_total", Help: "Jobs."})
	jobs.Inc()
	require.NoError(t, others.Register(jobs))
	h := prommeter.Handler(newGatherer(t, tracker), nil, others)
	for _, accept := range []string{"", acceptProto} {
		w := get(t, h, accept)
		families := byFamily(decode(t, w.Body, expfmt.ResponseFormat(w.Header())))
		require.Len(t, families, 2)
		require.EqualValues(t, 1, families["jobs_total"].GetMetric()[0].GetCounter().GetValue())
	}
	require.Contains(t, get(t, prommeter.Handler(nil, others), "").Body.String(), "jobs_total 1")

	require.NoError(t, others.Register(prommeter.NewCollector(tracker)))
	w := get(t, h, "")
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Contains(t, w.Body.String(), "prommeter: metric cache_gets_total is gathered twice")

	broken := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return nil, errors.New("disk on fire") })
	w = get(t, prommeter.Handler(newGatherer(t, tracker), broken), "")
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.Contains(t, w.Body.String(), "disk on fire")
}

func TestGathererJoinsARegistry(t *testing.T) {
	tracker := metrics.NewTracker()
	tracker.RecordHit("user")
	registry := prometheus.NewRegistry()
	jobs := prometheus.NewCounter(prometheus.CounterOpts{Name: "jobs_total", Help: "Jobs."})
	require.NoError(t, registry.Register(jobs))
	both := prometheus.NewMultiTRegistry(prometheus.ToTransactionalGatherer(registry), newGatherer(t, tracker))
	body := get(t, promhttp.HandlerForTransactional(both, promhttp.HandlerOpts{}), "").Body.String()
	require.Contains(t, body, `cache_gets_total{cache="user",result="hit",tier=""} 1`)
	require.Contains(t, body, "jobs_total 0")
}

// A name of any bytes comes out as text that parses back to its label.
func FuzzTextOfNames(f *testing.F) {
	for _, name := range hostile[:len(hostile)-1] {
		f.Add(name, name)
	}
	f.Fuzz(func(t *testing.T, name, tier string) {
		tracker := metrics.NewTracker()
		tracker.Tier(name, tier).RecordHits(7)
		body := get(t, prommeter.Handler(newGatherer(t, tracker)), "").Body.String()
		m := find(t, byFamily(parse(t, body))["cache_gets_total"], map[string]string{"cache": metrics.Label(name), "tier": metrics.Label(tier), "result": "hit"})
		require.NotNil(t, m, body)
		require.EqualValues(t, 7, m.GetCounter().GetValue())
	})
}
