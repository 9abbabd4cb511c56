package prommeter

import (
	"strconv"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// The text format, version 0.0.4:
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format

var (
	escapeHelp  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	escapeLabel = strings.NewReplacer(`\`, `\\`, "\n", `\n`, `"`, `\"`)
)

// appendLabels returns labels as they stand between braces.
func appendLabels(labels []*dto.LabelPair) string {
	var b strings.Builder
	for i, l := range labels {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(l.GetName())
		b.WriteString(`="`)
		_, _ = escapeLabel.WriteString(&b, l.GetValue()) // a Builder takes all
		b.WriteByte('"')
	}
	return b.String()
}

// appendText appends the exposition of this moment.
func (e *exposition) appendText(b []byte) []byte {
	e.read()
	for i := range e.source.families {
		f := &e.source.families[i]
		head := false
		e.each(f, func(r *reading, j int) {
			if !head {
				b, head = f.appendHead(b), true
			}
			b = e.source.appendSeries(b, f, r, j)
		})
	}
	return b
}

func (f *family) appendHead(b []byte) []byte {
	b = append(append(append(b, "# HELP "...), f.name...), ' ')
	b = append(append(b, escapeHelp.Replace(f.help)...), '\n')
	b = append(append(append(b, "# TYPE "...), f.name...), ' ')
	types := [...]string{counter: "counter\n", gauge: "gauge\n", loadSummary: "summary\n", latencyHistogram: "histogram\n"}
	return append(b, types[f.kind]...)
}

func (s *source) appendSeries(b []byte, f *family, r *reading, variant int) []byte {
	v := &f.variants[variant]
	line := func(suffix, le string) {
		b = append(append(b, f.name...), suffix...)
		b = append(append(b, '{'), r.text...)
		if f.label != "" {
			b = append(append(append(append(b, ','), f.label...), `="`...), v.value...)
			b = append(b, '"')
		}
		if le != "" {
			b = append(append(append(b, `,le="`...), le...), '"')
		}
		b = append(b, "} "...)
	}
	number := func(n uint64) { b = append(strconv.AppendUint(b, n, 10), '\n') }
	seconds := func(v float64) { b = append(strconv.AppendFloat(b, v, 'g', -1, 64), '\n') }
	switch f.kind {
	case counter, gauge:
		line("", "")
		number(v.read(r))
	case loadSummary:
		line("_sum", "")
		seconds(r.stats.LoadTime.Seconds())
		line("_count", "")
		number(allLoads(r))
	case latencyHistogram:
		h := r.latency[variant]
		for _, bucket := range classicBuckets(h, s.bounds) {
			line("_bucket", strconv.FormatFloat(bucket.GetUpperBound(), 'g', -1, 64))
			number(bucket.GetCumulativeCount())
		}
		line("_bucket", "+Inf")
		number(h.Count)
		line("_sum", "")
		seconds(h.Sum.Seconds())
		line("_count", "")
		number(h.Count)
	}
	return b
}
