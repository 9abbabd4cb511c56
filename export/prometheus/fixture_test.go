package prommeter_test

import (
	"bytes"
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

var update = flag.Bool("update", false, "write the golden files anew")

// everything returns a tracker that reports each figure there is, in one namespace or
// another, and one namespace that nothing has happened in.
func everything() *metrics.Tracker {
	tracker := metrics.NewTracker()
	tracker.Namespace("idle")

	users := tracker.Namespace("user")
	users.RecordHits(90)
	users.RecordMisses(10)
	users.RecordSets(12)
	users.RecordDeletes(3)
	users.RecordEvictions(4)
	users.RecordEviction(16)
	users.RecordExpirations(5)
	for range 9 {
		users.RecordLoadSuccess(20 * time.Millisecond)
	}
	users.RecordLoadFailure(320 * time.Millisecond)
	users.RecordCoalesced(6)
	users.RecordNegativeHits(2)
	users.RecordStaleHits(1)
	users.RecordBytesRead(123456)
	users.AddSize(func() (int, int, bool) { return 42, 100, true })
	for i := range 90 {
		users.RecordLatency(metrics.Hit, time.Duration(i+1)*100*time.Nanosecond)
	}
	for i := range 10 {
		users.RecordLatency(metrics.Miss, time.Duration(i+1)*10*time.Millisecond)
	}
	users.RecordLatency(metrics.Error, 10*time.Second) // beyond the last classic bucket
	users.RecordLatency(metrics.Error, 0)
	tracker.Tier("user", "L1").RecordHits(80)
	tracker.Tier("user", "L1").RecordMisses(20)
	tracker.Tier("user", "L2").RecordHits(10)
	tracker.Tier("user", "L2").RecordMisses(10)

	remote := tracker.Namespace("remote")
	remote.RecordFailures(metrics.TimeoutError, 2)
	remote.RecordError()
	remote.RecordWriteErrors(metrics.ConnectionError, 4)
	remote.Reports(metrics.Sets)
	return tracker
}

func gather(t *testing.T, collectors ...prometheus.Collector) map[string]*dto.MetricFamily {
	t.Helper()
	registry := prometheus.NewPedanticRegistry()
	for _, c := range collectors {
		require.NoError(t, registry.Register(c))
	}
	families, err := registry.Gather()
	require.NoError(t, err)
	return byFamily(families)
}

func byFamily(families []*dto.MetricFamily) map[string]*dto.MetricFamily {
	named := make(map[string]*dto.MetricFamily)
	for _, f := range families {
		named[f.GetName()] = f
	}
	return named
}

// find returns the one series of a family that has the labels, nil if there is none.
func find(t *testing.T, f *dto.MetricFamily, labels map[string]string) *dto.Metric {
	t.Helper()
	var found *dto.Metric
	for _, m := range f.GetMetric() {
		all := make(map[string]string)
		for _, l := range m.GetLabel() {
			all[l.GetName()] = l.GetValue()
		}
		matches := true
		for name, value := range labels {
			matches = matches && all[name] == value
		}
		if matches {
			require.Nil(t, found, "two series have %v", labels)
			found = m
		}
	}
	return found
}

func asText(t *testing.T, families map[string]*dto.MetricFamily, order []*dto.MetricFamily) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, f := range order {
		_, err := expfmt.MetricFamilyToText(&b, families[f.GetName()])
		require.NoError(t, err)
	}
	return b.Bytes()
}

func get(t *testing.T, h http.Handler, accept string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	if accept != "" {
		r.Header.Set("Accept", accept)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// golden compares with a file of the project's testdata; -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("../../testdata/expositions", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, got, 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), string(got))
}
