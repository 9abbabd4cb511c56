package web

import (
	"encoding/json"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/cachemeter/cachemeter/metrics"
)

// Version is that of the document that stats.json and events carry. Fields may be
// added to a version; a change of what is there makes a new one.
const Version = 1

// request says what of the document is wanted.
type request struct {
	live    bool // the short form that watchers get once a second
	only    *string
	history time.Duration
	buckets bool
	ticks   map[*metrics.Namespace]tick
}

// tick is what a namespace counted between two events.
type tick struct {
	span                 time.Duration
	hits, misses, errors uint64
}

// appendDocument encodes by hand: encoding/json would take several times as long for
// what is sent once a second.
func (o *observer) appendDocument(b []byte, at time.Time, q request) []byte {
	d := document{b}
	d.raw(`{"version":`).uint(Version).key("at").time(at).key("instance").text(o.instance)
	d.key("started").time(o.started).key("interval_seconds").seconds(o.interval)
	d.key("namespaces").raw("[")
	first := true
	for _, s := range o.subjects() {
		if q.only != nil && metrics.Label(s.name) != asked(*q.only) {
			continue
		}
		if !first {
			d.raw(",")
		}
		first = false
		d.namespace(o, o.observe(s), q)
	}
	d.raw("]}")
	return d.b
}

// document is JSON under construction.
type document struct{ b []byte }

func (d *document) namespace(o *observer, x observation, q request) {
	d.raw(`{"name":`).text(metrics.Label(x.name))
	d.status(x)
	if x.usual.known {
		d.key("usual_hit_rate").float(x.usual.hitRate)
	}
	d.key("total").stats(x.whole.Stats())
	if t, met := q.ticks[x.whole]; met {
		d.key("tick").raw(`{"seconds":`).seconds(t.span)
		d.key("hits").uint(t.hits).key("misses").uint(t.misses).key("errors").uint(t.errors).raw("}")
	}
	d.key("windows").raw("{").name("now").window(x.now, q.buckets)
	d.key("1m").window(x.recent.Short, q.buckets)
	if !q.live {
		d.key("5m").window(x.recent.Middle, q.buckets)
		d.key("15m").window(x.recent.Long, q.buckets)
		d.key("start").window(x.recent.SinceStart, q.buckets)
	}
	d.raw("}")
	d.cost(x.cost, x.now.Empty())
	if !q.live {
		d.tiers(o, x.tiers, q)
	}
	if q.history > 0 {
		d.history(slices.Collect(o.windows.Points(x.whole, q.history)), q.only != nil)
	}
	if q.only != nil && o.insight != nil {
		d.insight(o.insight, x.name)
	}
	d.raw("}")
}

func (d *document) status(x observation) {
	d.key("status").raw(`{"level":`).text(string(x.level))
	if x.reason != "" {
		d.key("reason").text(string(x.reason))
	}
	d.key("message").text(x.message)
	if x.bad() {
		d.key("since").time(x.since)
		if x.earlier {
			d.key("since_or_earlier").raw("true")
		}
	}
	d.raw("}")
}

func (d *document) cost(c cost, empty bool) {
	if empty {
		return
	}
	d.key("cost").raw(`{"error_share":`).float(c.errorShare).key("extra_misses_per_second").float(c.extraMisses)
	if c.missKnown {
		d.key("miss_seconds").float(c.miss).key("waiting_seconds_per_second").float(c.waiting)
		d.key("extra_waiting_seconds_per_second").float(c.extraWaiting)
	}
	if c.savedKnown {
		d.key("saved_seconds_per_second").float(c.saved)
	}
	d.raw("}")
}

func (d *document) tiers(o *observer, tiers []*metrics.Namespace, q request) {
	if len(tiers) == 0 {
		return
	}
	d.key("tiers").raw("[")
	for i, t := range tiers {
		if i > 0 {
			d.raw(",")
		}
		d.raw(`{"tier":`).text(metrics.Label(t.TierName())).key("total").stats(t.Stats())
		d.key("windows").raw("{").name("now").window(o.windows.Over(t, nowSpan), q.buckets)
		d.key("1m").window(o.windows.Over(t, metrics.ShortWindow), q.buckets).raw("}}")
	}
	d.raw("]")
}

// window is null where there was nothing to compare with.
func (d *document) window(w metrics.Window, buckets bool) *document {
	if w.Empty() {
		return d.raw("null")
	}
	d.raw(`{"seconds":`).seconds(w.Span()).key("requests_per_second").float(w.RequestRate()).raw(",")
	at := len(d.b)
	d.b = w.Stats.AppendJSON(d.b)
	d.b = slices.Delete(d.b, at, at+1) // its opening brace
	d.b = d.b[:len(d.b)-1]             // and its closing one
	opened := false
	for outcome := metrics.Hit; outcome <= metrics.Error; outcome++ {
		h := w.Latency(outcome)
		if h.Count == 0 {
			continue
		}
		if !opened {
			d.key("latency").raw("{")
			opened = true
		} else {
			d.raw(",")
		}
		d.name(outcome.String()).latency(h, buckets)
	}
	if opened {
		d.raw("}")
	}
	return d.raw("}")
}

func (d *document) latency(h metrics.Histogram, buckets bool) {
	mean, _ := h.Mean()
	p50, _ := h.Quantile(0.5)
	p99, _ := h.Quantile(0.99)
	d.raw(`{"count":`).uint(h.Count).key("mean_seconds").seconds(mean)
	d.key("p50_seconds").seconds(p50).key("p99_seconds").seconds(p99)
	if buckets {
		d.key("sum_seconds").float(h.Sum.Seconds()).key("buckets").raw("[")
		first := true
		for upper, n := range h.Buckets() {
			if !first {
				d.raw(",")
			}
			first = false
			d.raw("[").seconds(upper).raw(",").uint(n).raw("]")
		}
		d.raw("]")
	}
	d.raw("}")
}

// insight adds what the program's report says. One that panics or cannot be encoded
// is left out: the page goes on without it.
func (d *document) insight(report func(string) (any, bool), name string) {
	defer func() { _ = recover() }()
	if v, known := report(name); known {
		if b, err := json.Marshal(v); err == nil {
			d.key("insight").raw(string(b))
		}
	}
}

func (d *document) stats(s metrics.Stats) *document {
	d.b = s.AppendJSON(d.b)
	return d
}

func (d *document) raw(s string) *document {
	d.b = append(d.b, s...)
	return d
}

// key begins a field after others, name the first one.
func (d *document) key(name string) *document { return d.raw(`,"`).raw(name).raw(`":`) }

func (d *document) name(name string) *document { return d.raw(`"`).raw(name).raw(`":`) }

func (d *document) uint(n uint64) *document {
	d.b = strconv.AppendUint(d.b, n, 10)
	return d
}

// float writes six digits: more than anybody reads. The figures come from counters
// and times, so they are finite.
func (d *document) float(x float64) *document {
	d.b = strconv.AppendFloat(d.b, x, 'g', 6, 64)
	return d
}

func (d *document) seconds(t time.Duration) *document { return d.float(t.Seconds()) }

func (d *document) time(t time.Time) *document {
	d.raw(`"`)
	d.b = t.UTC().AppendFormat(d.b, "2006-01-02T15:04:05.000Z")
	return d.raw(`"`)
}

// text writes a JSON string. Names are user data: anything but plain letters goes
// through encoding/json, which escapes what HTML or JavaScript could mistake, too.
func (d *document) text(s string) *document {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			quoted, _ := json.Marshal(s) // of a string it cannot fail
			return d.raw(string(quoted))
		}
	}
	return d.raw(`"`).raw(s).raw(`"`)
}

// asked is the label of a namespace that a request names, by its label, as the document
// does, or by its very bytes, which can't be taken for a label where they are not UTF-8.
func asked(name string) string {
	if utf8.ValidString(name) {
		return name
	}
	return metrics.Label(name)
}
