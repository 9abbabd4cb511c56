package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// setting is what figures depend on.
type setting struct {
	rounds    int
	benchtime string
	machine   string
	goVersion string
	modules   []string // with their versions, as the benchmarks are built with
}

func (b *binary) setting(ctx context.Context, benchtime string, rounds int) (setting, error) {
	s := setting{rounds: rounds, benchtime: benchtime, machine: machine()}
	version, err := command(ctx, b.dir, "go", "env", "GOVERSION")
	if err != nil {
		return s, err
	}
	s.goVersion = strings.TrimSpace(version)
	modules, err := command(ctx, b.dir, "go", append([]string{"list", "-m"}, peers...)...)
	if err != nil {
		return s, err
	}
	s.modules = strings.Split(strings.TrimSpace(modules), "\n")
	return s, nil
}

// peers are the modules whose versions the page names.
var peers = []string{
	"github.com/VictoriaMetrics/metrics",
	"github.com/alicebob/miniredis/v2",
	"github.com/hashicorp/go-metrics",
	"github.com/hashicorp/golang-lru/v2",
	"github.com/maypok86/otter/v2",
	"github.com/prometheus/client_golang",
	"github.com/rcrowley/go-metrics",
	"github.com/redis/go-redis/extra/redisotel/v9",
	"github.com/redis/go-redis/v9",
	"go.opentelemetry.io/otel",
	"go.opentelemetry.io/otel/sdk",
	"go.opentelemetry.io/otel/sdk/metric",
}

func (s setting) text(r *results) string {
	cpu := r.cpu
	if cpu == "" {
		cpu = "unknown processor"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Medians of %d interleaved rounds of %s each; ± is half of what the middle half of the rounds spans. Times are wall\n", s.rounds, s.benchtime)
	fmt.Fprintf(&b, "times an operation at 1, 2 and 8 goroutines: what scales perfectly halves from 1 to 2. B and allocs are those of an operation.\n\n")
	fmt.Fprintf(&b, "* Machine: %s (%s), %d processors, %s/%s\n", cpu, s.machine, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)
	if r.wall > 0 {
		share := 100 * r.others.Seconds() / r.wall.Seconds() / float64(runtime.NumCPU())
		fmt.Fprintf(&b, "* Meanwhile other programs took %.0f %% of the processors. Much more than 5 %%, and what is said of 2 goroutines is wrong\n", share)
	}
	fmt.Fprintf(&b, "* Go: %s\n", s.goVersion)
	fmt.Fprintf(&b, "* Modules: %s\n", strings.Join(s.modules, ",\n  "))
	return b.String()
}

// busy is the time that the processors have worked since the machine was started, 0
// where the system does not say.
func busy() time.Duration {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	return busyOf(string(text))
}

// busyOf adds up the first line of /proc/stat, which counts in hundredths of a second
// (proc(5)), without its fourth and fifth figures, which are idle.
func busyOf(stat string) time.Duration {
	line, _, _ := strings.Cut(stat, "\n")
	var hundredths int64
	for i, field := range strings.Fields(line) {
		if n, err := strconv.ParseInt(field, 10, 64); err == nil && i != 4 && i != 5 && i <= 8 {
			hundredths += n
		}
	}
	return time.Duration(hundredths) * 10 * time.Millisecond
}

// machine tells whether the processor is a real one, where the system says so.
func machine() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "no more is known"
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if name, flags, _ := strings.Cut(lines.Text(), ":"); strings.TrimSpace(name) == "flags" {
			if slices.Contains(strings.Fields(flags), "hypervisor") {
				return "virtual"
			}
			return "not virtual"
		}
	}
	return "no more is known"
}
