package start

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/cachemeter/cachemeter/metrics"
)

// dump writes the figures to "stderr", "stdout" or a file of JSON.
func dump(to string, tracker *metrics.Tracker) error {
	switch to {
	case "stderr":
		return table(os.Stderr, tracker)
	case "stdout":
		return table(os.Stdout, tracker)
	}
	b, err := json.Marshal(tracker.AllStats())
	if err != nil {
		return err
	}
	return os.WriteFile(to, append(b, '\n'), 0o644)
}

// table writes a line for each namespace and tier. Names are user data: they are
// quoted where they hold more than plain characters.
func table(w io.Writer, tracker *metrics.Tracker) error {
	tabs := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tabs, "cachemeter\thits\tmisses\terrors\thit rate")
	for _, n := range tracker.Namespaces() {
		if !n.Exists() {
			continue
		}
		s := n.Stats()
		rate := "no lookups"
		if s.TotalRequests() > 0 {
			rate = strconv.FormatFloat(100*s.HitRate(), 'f', 1, 64) + " %"
		}
		fmt.Fprintf(tabs, "%s\t%d\t%d\t%d\t%s\n", plain(n), s.Hits, s.Misses, s.Errors, rate)
	}
	return tabs.Flush()
}

func plain(n *metrics.Namespace) string {
	name := n.Name()
	if n.TierName() != "" {
		name += " (" + n.TierName() + ")"
	}
	if quoted := strconv.Quote(name); strings.Trim(quoted, `"`) != name || name == "" {
		return quoted
	}
	return name
}
