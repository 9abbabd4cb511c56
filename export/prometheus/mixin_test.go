package prommeter_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	prommeter "github.com/cachemeter/cachemeter/export/prometheus"
	"github.com/cachemeter/cachemeter/metrics"
)

type ruleFile struct {
	Groups []struct {
		Rules []struct {
			Record, Alert, Expr string
		}
	}
}

func readYAML(t *testing.T, path string, into any) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(b, into))
}

// panel is one query of the dashboard.
type panel struct{ title, expr string }

func dashboard(t *testing.T) []panel {
	t.Helper()
	b, err := os.ReadFile("mixin/dashboard.json")
	require.NoError(t, err)
	var d struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
		Templating struct {
			List []struct{ Name, AllValue string }
		}
	}
	require.NoError(t, json.Unmarshal(b, &d))
	// What Grafana fills in for "All". Where .* does not match a line break, a name
	// with one would be left out.
	variables := []string{"$__rate_interval", "5m"}
	for _, v := range d.Templating.List {
		if v.Name != "datasource" {
			require.NotEmpty(t, v.AllValue, v.Name)
			variables = append(variables, "$"+v.Name, v.AllValue)
		}
	}
	fill := strings.NewReplacer(variables...)
	var panels []panel
	for _, p := range d.Panels {
		require.NotEmpty(t, p.Targets, p.Title)
		for _, target := range p.Targets {
			expr := fill.Replace(target.Expr)
			require.NotContains(t, expr, "$")
			panels = append(panels, panel{p.Title, expr})
		}
	}
	require.NotEmpty(t, panels)
	return panels
}

// work makes every kind of figure move, the same share of hits for each call.
func work(tracker *metrics.Tracker) {
	users := tracker.Namespace("user")
	users.RecordHits(700)
	users.RecordMisses(300)
	users.RecordErrors(50)
	users.RecordFailures(metrics.TimeoutError, 20)
	users.RecordWriteErrors(metrics.ConnectionError, 30)
	users.RecordSets(300)
	users.RecordDeletes(20)
	users.RecordEvictions(100)
	users.RecordExpirations(10)
	users.RecordCoalesced(5)
	users.RecordStaleHits(3)
	users.RecordNegativeHits(4)
	for range 300 {
		users.RecordLoadSuccess(20 * time.Millisecond)
		users.RecordLatency(metrics.Miss, 25*time.Millisecond)
	}
	users.RecordLoadFailure(time.Second)
	users.RecordLatency(metrics.Hit, time.Millisecond)
	users.RecordLatency(metrics.Error, time.Second)
	tracker.Namespace("session").RecordHits(3)
	tracker.Namespace("session").RecordMisses(1)
	tracker.Tier("user", "L1").RecordHits(500)
	tracker.Tier("user", "L1").RecordMisses(500)
	tracker.Tier("user", "L2").RecordHits(200)
	tracker.Tier("user", "L2").RecordMisses(300)
	for i, name := range hostile {
		tracker.Namespace(name).RecordHits(i + 1)
		tracker.Namespace(name).RecordMisses(1)
	}
}

// declare makes every series exist, with zeros, before anything happens.
func declare(tracker *metrics.Tracker) {
	users := tracker.Namespace("user")
	users.Reports(metrics.Sets | metrics.Deletes | metrics.Evictions | metrics.Expirations | metrics.Loads | metrics.Coalesced |
		metrics.WriteErrors | metrics.StaleHits | metrics.NegativeHits | metrics.ErrorsByClass)
	users.AddSize(func() (int, int, bool) { return 42, 100, true })
	for _, outcome := range []metrics.Outcome{metrics.Hit, metrics.Miss, metrics.Error} {
		users.RecordLatency(outcome, time.Millisecond)
	}
	tracker.Namespace("session")
	tracker.Tier("user", "L1")
	tracker.Tier("user", "L2")
	for _, name := range hostile {
		tracker.Namespace(name)
	}
}

// TestRealPrometheus scrapes a running program by all the ways out and asks every
// question of the dashboard and of the rules.
func TestRealPrometheus(t *testing.T) {
	t.Parallel()
	tracker := metrics.NewTracker()
	declare(tracker)
	atStart := tracker.Namespace("user").TotalLatency(metrics.Hit)
	registry := prometheus.NewPedanticRegistry()
	require.NoError(t, registry.Register(prommeter.NewCollector(tracker)))
	direct := prommeter.Handler(newGatherer(t, tracker))
	mux := http.NewServeMux()
	mux.Handle("/registry", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("/direct", direct)
	mux.HandleFunc("/text", func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept") // a server that does not know native histograms
		direct.ServeHTTP(w, r)
	})
	program := httptest.NewServer(mux)
	defer program.Close()
	jobs := []string{"registry", "direct", "text"}
	targets := make(map[string]string)
	for _, job := range jobs {
		targets[job] = program.URL + "/" + job
	}
	p := startPrometheus(t, targets)

	count := func(expr string) float64 {
		if got := p.query(t, expr); len(got) == 1 {
			return got[0].value
		}
		return math.NaN()
	}
	require.Eventually(t, func() bool {
		return count(`count(cache_gets_total{cache="user",tier="",result="hit"} == 0)`) == float64(len(jobs))
	}, 30*time.Second, 100*time.Millisecond, "the zeros of the start were not scraped")
	for range 3 {
		work(tracker)
	}
	tracker.Reset("user") // of no concern to Prometheus
	scraped := func() bool {
		return count(`sum(cache_gets_total{cache="user",tier="",result=~"hit|miss"})`) == float64(len(jobs)*3000)
	}
	require.Eventually(t, scraped, 30*time.Second, 100*time.Millisecond, "the work was not scraped")
	want := make(map[string]float64) // hit rates as the tracker has them
	for _, n := range tracker.Namespaces() {
		if n.TierName() == "" {
			want[metrics.Label(n.Name())] = n.Totals().HitRate()
		}
	}
	// A scrape in the middle of the work has a part of it: wait for the rules to have
	// seen all of it, everywhere.
	require.Eventually(t, func() bool {
		right := 0
		for _, s := range p.query(t, "job_cache:cache_hits_per_request:ratio_rate5m") {
			if math.Abs(s.value-want[s.labels["cache"]]) < 1e-9 {
				right++
			}
		}
		return right == len(jobs)*len(want)
	}, 30*time.Second, 100*time.Millisecond, "the rules' hit rates are not the tracker's")
	requireHitRates := func(t *testing.T, got []sample) {
		t.Helper()
		seen := make(map[string]bool)
		for _, s := range got {
			require.Contains(t, want, s.labels["cache"])
			require.InDelta(t, want[s.labels["cache"]], s.value, 1e-9, "%.40q", s.labels["cache"])
			seen[s.labels["cache"]] = true
		}
		require.Len(t, seen, len(want), "each cache has its hit rate, whatever its name")
	}

	for _, panel := range dashboard(t) {
		t.Run("panel "+panel.title, func(t *testing.T) {
			got := p.query(t, panel.expr)
			require.NotEmpty(t, got, panel.expr)
			for _, s := range got {
				require.False(t, math.IsNaN(s.value) || math.IsInf(s.value, 0), "%s: %v", panel.expr, s)
			}
			switch panel.title {
			case "Hit rate by cache":
				requireHitRates(t, got)
			case "Hit rate by tier":
				require.Len(t, got, 2)
				for _, s := range got {
					require.InDelta(t, tracker.Tier("user", s.labels["tier"]).Totals().HitRate(), s.value, 1e-9)
				}
			case "Time saved by cache":
				// Rates move with the moment of asking, so the quotient is asked for.
				perHit := count(fmt.Sprintf(`(%s) / on (cache) sum by (cache) (rate(cache_gets_total{cache="user", tier="", result="hit"}[5m]))`, panel.expr))
				users := tracker.Namespace("user")
				saved, ok := metrics.TimeSaved(users.Totals(), users.TotalLatency(metrics.Hit).Sub(atStart))
				require.True(t, ok)
				require.InDelta(t, saved.Seconds()/float64(users.Totals().Hits), perHit, 1e-9)
			case "Error share by cache":
				for _, s := range got {
					if s.labels["cache"] == "user" {
						require.InDelta(t, 70./1070, s.value, 1e-9, "writes that failed are no lookups")
					}
				}
			}
		})
	}
	var rules, alerts ruleFile
	readYAML(t, "mixin/rules.yaml", &rules)
	readYAML(t, "mixin/alerts.yaml", &alerts)
	for _, rule := range rules.Groups[0].Rules {
		t.Run("rule "+rule.Record, func(t *testing.T) {
			require.NotEmpty(t, p.query(t, rule.Expr))
			require.NotEmpty(t, p.query(t, rule.Record))
			if rule.Record == "job_cache:cache_hits_per_request:ratio_rate5m" {
				requireHitRates(t, p.query(t, rule.Expr))
			}
		})
	}
	for _, rule := range alerts.Groups[0].Rules {
		t.Run("alert "+rule.Alert, func(t *testing.T) {
			p.query(t, rule.Expr) // answered; what it says is tests.yaml's to show
		})
	}
	t.Run("rules are healthy", func(t *testing.T) {
		var answer struct {
			Groups []struct {
				Rules []struct{ Name, Health, LastError string }
			}
		}
		p.get(t, "/api/v1/rules", &answer)
		checked := 0
		for _, g := range answer.Groups {
			for _, r := range g.Rules {
				require.Equal(t, "ok", r.Health, "%s: %s", r.Name, r.LastError)
				checked++
			}
		}
		require.Equal(t, len(rules.Groups[0].Rules)+len(alerts.Groups[0].Rules), checked)
	})
	t.Run("native histograms", func(t *testing.T) {
		require.EqualValues(t, 2*901, count(`sum(histogram_count(cache_get_duration_seconds{result="miss"}))`), "of the jobs that speak protobuf")
		require.InEpsilon(t, 0.025, count(`histogram_quantile(0.9, sum(cache_get_duration_seconds{result="miss"}))`), 0.1)
	})
}

// runPromtool runs promtool in the mixin's folder, with a file for its input.
func runPromtool(t *testing.T, input string, args ...string) string {
	t.Helper()
	program, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("no promtool on PATH: install Debian's package prometheus to run this test")
	}
	cmd := exec.Command(program, args...)
	cmd.Dir = "mixin"
	if input != "" {
		file, err := os.Open(input)
		require.NoError(t, err)
		defer file.Close()
		cmd.Stdin = file
	}
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return string(out)
}

func TestPromtool(t *testing.T) {
	t.Parallel()
	out := runPromtool(t, "", "check", "rules", "--lint=all", "--lint-fatal", "rules.yaml", "alerts.yaml")
	require.NotContains(t, out, "FAILED")
	require.Contains(t, runPromtool(t, "", "test", "rules", "tests.yaml"), "SUCCESS")
	for _, golden := range []string{"micrometer.txt", "guidelines.txt", "options.txt"} {
		require.Empty(t, runPromtool(t, "../../testdata/expositions/"+golden, "check", "metrics"), "%s", golden)
	}
}

// TestEachAlertIsTestedBothWays keeps the unit tests complete.
func TestEachAlertIsTestedBothWays(t *testing.T) {
	var alerts ruleFile
	readYAML(t, "mixin/alerts.yaml", &alerts)
	var tests struct {
		Tests []struct {
			Alerts []struct {
				Name string `yaml:"alertname"`
				Want []any  `yaml:"exp_alerts"`
			} `yaml:"alert_rule_test"`
		}
	}
	readYAML(t, "mixin/tests.yaml", &tests)
	fires, rests := make(map[string]bool), make(map[string]bool)
	for _, group := range tests.Tests {
		for _, a := range group.Alerts {
			fires[a.Name] = fires[a.Name] || len(a.Want) > 0
			rests[a.Name] = rests[a.Name] || len(a.Want) == 0
		}
	}
	for _, rule := range alerts.Groups[0].Rules {
		require.True(t, fires[rule.Alert], "%s is not shown to fire", rule.Alert)
		require.True(t, rests[rule.Alert], "%s is not shown to rest", rule.Alert)
	}
}
