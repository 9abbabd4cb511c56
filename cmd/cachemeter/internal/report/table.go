package report

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"

	"github.com/cachemeter/cachemeter/metrics"
)

// none stands where there is no figure, which is not a zero.
const none = "-"

// Live draws the rows as a table for a person to watch: rates, hit rate and latency
// of the interval, misses and errors in all.
func Live(rows []Row) string {
	return table("namespace\ttier\treq/s\thit rate\tmisses\terrors\tp50\tp99\t", rows, func(r Row) string {
		return fmt.Sprintf("%.0f\t%s\t%d\t%d\t%s\t%s\t", r.PerSecond(r.Recent.TotalRequests()), HitRate(r.Recent),
			r.Total.Misses, r.Total.Errors, quantile(r.Latency, 0.50), quantile(r.Latency, 0.99))
	})
}

// Totals draws the rows as a table of all that was counted.
func Totals(rows []Row) string {
	return table("namespace\ttier\trequests\thits\tmisses\terrors\thit rate\tloads\tfailed\tmean load\t", rows, func(r Row) string {
		t := r.Total
		loads, failed, mean := none, none, none
		if t.Reported.Has(metrics.Loads) {
			loads, failed = fmt.Sprint(t.Loads), fmt.Sprint(t.LoadFailures)
			if d, ok := t.MeanLoadTime(); ok {
				mean = short(d)
			}
		}
		return fmt.Sprintf("%d\t%d\t%d\t%d\t%s\t%s\t%s\t%s\t", t.TotalRequests(), t.Hits, t.Misses, t.Errors, HitRate(t), loads, failed, mean)
	})
}

// table aligns figures to the right and names, the first two columns, to the left.
func table(header string, rows []Row, figures func(Row) string) string {
	names, tiers := len("namespace"), len("tier")
	for _, r := range rows {
		names, tiers = max(names, utf8.RuneCountInString(plain(r.Namespace))), max(tiers, utf8.RuneCountInString(plain(r.Tier)))
	}
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	heads := strings.SplitN(header, "\t", 3)
	fmt.Fprintf(w, "%-*s  %-*s\t%s\n", names, heads[0], tiers, heads[1], heads[2])
	for _, r := range rows {
		name, tier := plain(r.Namespace), ""
		if r.Tier != "" {
			name, tier = "", plain(r.Tier) // it belongs to the namespace above
		}
		fmt.Fprintf(w, "%-*s  %-*s\t%s\n", names, name, tiers, tier, figures(r))
	}
	w.Flush()
	return b.String()
}

// Line puts the rows of whole namespaces on one line, without line end.
func Line(elapsed time.Duration, rows []Row) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%4.0fs", elapsed.Seconds())
	for _, r := range rows {
		if r.Tier == "" {
			fmt.Fprintf(&b, "  %s %.0f/s %s", plain(r.Namespace), r.PerSecond(r.Recent.TotalRequests()), HitRate(r.Recent))
			if r.Recent.Errors > 0 {
				fmt.Fprintf(&b, " errors %d", r.Recent.Errors)
			}
		}
	}
	return b.String()
}

// HitRate returns the hit rate for people, "-" where there were no requests.
func HitRate(s metrics.Stats) string {
	if s.TotalRequests() == 0 {
		return none
	}
	return fmt.Sprintf("%.2f %%", 100*s.HitRate())
}

func quantile(h metrics.Histogram, q float64) string {
	d, ok := h.Quantile(q)
	if !ok {
		return none
	}
	return short(d)
}

// short returns d with about three digits.
func short(d time.Duration) string {
	switch {
	case d < time.Microsecond:
		return d.String()
	case d < time.Millisecond:
		return fmt.Sprintf("%.3gµs", float64(d)/float64(time.Microsecond))
	case d < time.Second:
		return fmt.Sprintf("%.3gms", float64(d)/float64(time.Millisecond))
	default:
		return fmt.Sprintf("%.3gs", d.Seconds())
	}
}

// plain makes a name safe to print: it is user data, and a terminal obeys control
// characters.
func plain(name string) string {
	quoted := fmt.Sprintf("%q", name)
	if inner := quoted[1 : len(quoted)-1]; inner != name || name == "" {
		return quoted
	}
	return name
}
