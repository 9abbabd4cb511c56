package web

import (
	"time"

	"github.com/cachemeter/cachemeter/metrics"
)

// Option changes what [Handler] and [Register] serve.
type Option func(*options)

type options struct {
	windows  *metrics.Windows
	insight  func(namespace string) (any, bool)
	interval time.Duration
	reset    bool
}

// WithWindows makes the page share w instead of keeping samples of its own. What
// other readers of w sample, the page then shows as the past; a program that calls
// [metrics.Windows.Sample] every few seconds by itself has a page that can tell since
// when a cache is failing though nobody was looking. w should have been made with
// [metrics.WithSampledLatency], or the windows show no latency. A nil w is ignored.
func WithWindows(w *metrics.Windows) Option {
	return func(o *options) {
		if w != nil {
			o.windows = w
		}
	}
}

// WithInsight adds what report returns for a namespace, encoded by [encoding/json],
// to that namespace's details, and its panels to the page. report answers false for
// a namespace it knows nothing about; it is called by several goroutines at once.
// What it returns is shown as it is: keys are in it if report puts them there.
func WithInsight(report func(namespace string) (any, bool)) Option {
	return func(o *options) { o.insight = report }
}

// WithInterval sets how often watchers hear of new figures: every second unless told.
// Less than a second counts as a second.
func WithInterval(d time.Duration) Option {
	return func(o *options) { o.interval = max(d, time.Second) }
}

// WithReset adds the one request that changes something: a POST to reset, with
// namespace=NAME or, for all of them, without. It is refused when a browser sends it
// from another origin ([net/http.CrossOriginProtection]). The page shows no button
// for it.
func WithReset() Option {
	return func(o *options) { o.reset = true }
}
