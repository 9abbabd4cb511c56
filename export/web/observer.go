package web

import (
	"crypto/rand"
	"slices"
	"sync"
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// nowSpan is what "now" means: long enough that a hit rate is not noise, short enough
// that trouble shows at once.
const nowSpan = 10 * time.Second

// observer reads a tracker's figures and judges them.
type observer struct {
	tracker  *metrics.Tracker
	windows  *metrics.Windows
	insight  func(namespace string) (any, bool)
	interval time.Duration
	instance string // another one after a restart
	started  time.Time

	mu     sync.Mutex
	onsets map[*metrics.Namespace]*onset
}

func newObserver(tracker *metrics.Tracker, o options) *observer {
	return &observer{
		tracker:  tracker,
		windows:  o.windows,
		insight:  o.insight,
		interval: o.interval,
		instance: rand.Text()[:12],
		started:  time.Now(),
		onsets:   make(map[*metrics.Namespace]*onset),
	}
}

// subject is a namespace with its tiers. whole is nil where only tiers were recorded.
type subject struct {
	name  string
	whole *metrics.Namespace
	tiers []*metrics.Namespace
}

// subjects returns what exists, by name.
func (o *observer) subjects() []subject {
	var all []subject
	for _, n := range o.tracker.Namespaces() {
		if !n.Exists() {
			continue
		}
		if len(all) == 0 || all[len(all)-1].name != n.Name() {
			all = append(all, subject{name: n.Name()})
		}
		last := &all[len(all)-1]
		if n.TierName() == "" {
			last.whole = n
		} else {
			last.tiers = append(last.tiers, n)
		}
	}
	return all
}

// observation is everything there is to say about one namespace at one moment.
type observation struct {
	subject
	at     time.Time
	now    metrics.Window
	recent metrics.Recent
	usual  usual
	cost   cost
	verdict
	onset
}

func (o *observer) observe(s subject) observation {
	x := observation{subject: s, at: time.Now(), now: o.windows.Over(s.whole, nowSpan), recent: o.windows.Recent(s.whole)}
	x.usual = usualOf(x.recent)
	x.cost = costOf(x.now, x.recent.Short, x.usual)
	x.verdict = judge(x.now, x.recent.Short, x.usual)
	if s.whole == nil {
		return x
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	known := o.onsets[s.whole]
	if known == nil {
		known = new(onset)
		o.onsets[s.whole] = known
	}
	known.update(x.at, x.bad(), func() (time.Time, bool) {
		points := slices.Collect(o.windows.Points(s.whole, metrics.LongWindow))
		return began(points, x.at, x.verdict, x.usual, x.now.Stats.HitRate())
	})
	x.onset = *known
	return x
}

func (x *observation) bad() bool { return x.level.bad() }
