package prommeter_test

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// promServer is a real Prometheus that a test started.
type promServer struct {
	url    string
	client http.Client
}

// startPrometheus runs a Prometheus on a free loopback port that scrapes the targets, a
// job each, twice a second, with native histograms and the mixin's rules.
func startPrometheus(t *testing.T, targets map[string]string) *promServer {
	t.Helper()
	program, err := exec.LookPath("prometheus")
	if err != nil {
		t.Skip("no prometheus on PATH: install Debian's package prometheus to run this test")
	}
	dir := t.TempDir()
	mixin, err := filepath.Abs("mixin")
	require.NoError(t, err)
	config := fmt.Sprintf("global: {scrape_interval: 500ms, scrape_timeout: 500ms, evaluation_interval: 500ms}\nrule_files: [%q, %q]\nscrape_configs:\n",
		filepath.Join(mixin, "rules.yaml"), filepath.Join(mixin, "alerts.yaml"))
	for job, target := range targets {
		u, err := url.Parse(target)
		require.NoError(t, err)
		config += fmt.Sprintf("- {job_name: %s, metrics_path: %s, static_configs: [{targets: [%q]}]}\n", job, u.Path, u.Host)
	}
	configFile := filepath.Join(dir, "prometheus.yml")
	require.NoError(t, os.WriteFile(configFile, []byte(config), 0o600))

	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := listener.Addr().String()
	require.NoError(t, listener.Close())

	log, err := os.Create(filepath.Join(dir, "log"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = log.Close() })
	cmd := exec.Command(program, "--config.file="+configFile, "--storage.tsdb.path="+filepath.Join(dir, "data"),
		"--web.listen-address="+address, "--enable-feature=native-histograms", "--log.level=warn")
	cmd.Stdout, cmd.Stderr = log, log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			said, _ := os.ReadFile(log.Name())
			t.Logf("prometheus said:\n%s", said)
		}
	})
	p := &promServer{url: "http://" + address, client: http.Client{Timeout: 10 * time.Second}}
	require.Eventually(t, func() bool {
		response, err := p.client.Get(p.url + "/-/ready")
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	}, 30*time.Second, 50*time.Millisecond, "prometheus did not become ready")
	return p
}

// sample is one element of an instant vector.
type sample struct {
	labels map[string]string
	value  float64
}

// query answers an instant query.
func (p *promServer) query(t *testing.T, expr string) []sample {
	t.Helper()
	var data struct {
		Result []struct {
			Metric map[string]string `json:"metric"`
			Value  [2]any            `json:"value"`
		} `json:"result"`
	}
	p.get(t, "/api/v1/query?query="+url.QueryEscape(expr), &data)
	samples := make([]sample, 0, len(data.Result))
	for _, r := range data.Result {
		text, _ := r.Value[1].(string) // absent for native histograms
		v, err := strconv.ParseFloat(text, 64)
		require.True(t, err == nil || text == "", "%s: %v", expr, err)
		samples = append(samples, sample{r.Metric, v})
	}
	return samples
}

// get reads the data of one call of Prometheus' HTTP interface.
func (p *promServer) get(t *testing.T, path string, data any) {
	t.Helper()
	response, err := p.client.Get(p.url + path)
	require.NoError(t, err)
	defer response.Body.Close()
	var answer struct {
		Status, Error string
		Data          json.RawMessage
	}
	require.NoError(t, json.NewDecoder(response.Body).Decode(&answer))
	require.Equal(t, "success", answer.Status, "%s: %s", path, answer.Error)
	require.NoError(t, json.Unmarshal(answer.Data, data))
}
