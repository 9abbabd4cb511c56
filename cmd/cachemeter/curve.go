package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/chart"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/replay"
	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/terminal"
	"github.com/cachemeter/cachemeter/insight"
	"github.com/cachemeter/cachemeter/metrics"
)

// curveFlags ask what other sizes than that of the replay would hit.
type curveFlags struct {
	wanted, exact bool
	samples       int
	png           string
}

func (c *curveFlags) register(flags *flag.FlagSet) {
	flags.BoolVar(&c.wanted, "curve", false, "also tell what other sizes would hit, from a sample of the keys in the same pass")
	flags.BoolVar(&c.exact, "exact", false, "with -curve, beside what they do hit exactly: needs memory for every key")
	flags.IntVar(&c.samples, "samples", 8192, "with -curve, how many keys to follow")
	flags.StringVar(&c.png, "png", "", "with -curve, plot the curve into `FILE` as well")
}

func (c *curveFlags) check(flags *flag.FlagSet) error {
	if !c.wanted {
		for _, name := range []string{"exact", "samples", "png"} {
			if given(flags, name) {
				return usagef("-%s: only with -curve", name)
			}
		}
		return nil
	}
	if c.samples < 256 || c.samples > 32768 {
		return usagef("-samples %d: want 256 to 32768", c.samples)
	}
	return nil
}

// curves are those of one replay. A nil *curves is none.
type curves struct {
	flags   curveFlags
	insight *insight.Insight
	exact   *replay.Exact

	report insight.Report
	rates  []float64 // exact, by size
}

// watch makes the curves of what is about to go through cache, and returns what to
// send it through.
func (c curveFlags) watch(tracker *metrics.Tracker, cache replay.Cache) (*curves, replay.Cache) {
	if !c.wanted {
		return nil, cache
	}
	w := &curves{flags: c, insight: insight.Attach(tracker, insight.Options{Samples: c.samples, ShowKeys: true})}
	if c.exact {
		w.exact = replay.NewExact(cache)
		cache = w.exact
	}
	return w, cache
}

// curveJSON is what -json tells of the curves.
type curveJSON struct {
	Insight insight.Report  `json:"insight"`
	Exact   []insight.Point `json:"exact,omitempty"`
	Error   *float64        `json:"mean_absolute_error,omitempty"`
}

// finish looks at the curves once the trace has gone through.
func (c *curves) finish() *curveJSON {
	if c == nil {
		return nil
	}
	c.insight.Detach()
	c.report = c.insight.Report(replay.Namespace)
	j := &curveJSON{Insight: c.report}
	if c.exact != nil {
		c.rates = c.exact.HitRates()
		if off, ok := c.meanError(); ok {
			j.Error = &off
		}
		for _, p := range c.report.Curve.Points(64) {
			j.Exact = append(j.Exact, insight.Point{Size: p.Size, HitRate: c.exactAt(float64(p.Size))})
		}
	}
	return j
}

func (c *curves) exactAt(size float64) float64 {
	return c.rates[min(int(size), len(c.rates)-1)]
}

// meanError is the mean distance of both curves at a hundred sizes in even steps, of
// those the sampled one tells of.
func (c *curves) meanError() (mean float64, ok bool) {
	if c.rates == nil {
		return 0, false
	}
	n := 0.0
	for i := 1; i <= 100; i++ {
		size := uint64(len(c.rates)-1) * uint64(i) / 100
		if rate, ok := c.report.Curve.At(size); ok {
			mean += math.Abs(rate - c.exactAt(float64(size)))
			n++
		}
	}
	return mean / max(n, 1), n > 0
}

func (c *curves) series() (chart.Axis, []chart.Series) {
	curve := c.report.Curve
	sampled := chart.Series{
		Name: fmt.Sprintf("from %d lookups of one key in %.1f", curve.Samples, 1/curve.Rate),
		Rate: func(size float64) (float64, bool) { return curve.At(uint64(math.Round(size))) },
	}
	axis := chart.Axis{From: float64(curve.Smallest()), To: math.Max(float64(curve.Keys), float64(curve.Smallest()+1))}
	if c.rates == nil {
		return axis, []chart.Series{sampled}
	}
	axis = chart.Axis{From: 1, To: math.Max(float64(len(c.rates)-1), 2)}
	return axis, []chart.Series{sampled, {Name: "exact", Rate: func(size float64) (float64, bool) { return c.exactAt(size), true }}}
}

// print shows the curves as tables and as a plot.
func (c *curves) print(w io.Writer) {
	if c == nil {
		return
	}
	r := c.report
	if !r.Curve.Enough() {
		fmt.Fprintf(w, "\nNot enough samples for a curve: %d lookups.\n", r.Curve.Samples)
		return
	}
	fmt.Fprintf(w, "\n%10s  %8s", "entries", "hit rate")
	if c.rates != nil {
		fmt.Fprintf(w, "  %8s", "exact")
	}
	fmt.Fprintln(w)
	for _, s := range r.Sizes {
		rate := "too few samples"
		if s.Enough {
			rate = fmt.Sprintf("%6.2f %%", 100*s.HitRate)
		}
		fmt.Fprintf(w, "%10d  %8s", s.Entries, rate)
		if c.rates != nil {
			fmt.Fprintf(w, "  %6.2f %%", 100*c.exactAt(float64(s.Entries)))
		}
		fmt.Fprintf(w, "  %g times the size\n", s.Factor)
	}
	best, _ := r.Curve.Best()
	fmt.Fprintf(w, "\n%d different keys; all of them in the cache would hit %.2f %%", r.Curve.Keys, 100*best)
	if size, ok := r.Curve.Within(0.01); ok {
		fmt.Fprintf(w, ", %d entries within 1 %% of that", size)
	}
	if size, ok := r.Curve.Knee(); ok {
		fmt.Fprintf(w, "; the knee is at %d", size)
	}
	fmt.Fprintln(w, ".")
	if off, ok := c.meanError(); ok {
		fmt.Fprintf(w, "Mean distance from the exact curve: %.4f.\n", off)
	}
	columns, _ := terminal.Size(w)
	axis, all := c.series()
	fmt.Fprintf(w, "\n%s", chart.Text(axis, min(columns, 100), 21, all...))
}

// plot writes the PNG, where one is wanted.
func (c *curves) plot(title string) error {
	if c == nil || c.flags.png == "" {
		return nil
	}
	if !c.report.Curve.Enough() {
		return fmt.Errorf("%s: not written: not enough samples for a curve", c.flags.png)
	}
	f, err := os.Create(c.flags.png)
	if err != nil {
		return err
	}
	axis, all := c.series()
	if err := chart.PNG(f, title, axis, all...); err != nil {
		f.Close()
		return fmt.Errorf("%s: %w", c.flags.png, err)
	}
	return f.Close()
}
