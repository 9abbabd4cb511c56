// Command inlines uses a feed as a wrapper does; a test reads what the compiler says.
package main

import "github.com/cachemeter/cachemeter/metrics"

func main() {
	namespace := metrics.NewTracker().Namespace("user")
	feed := metrics.NewKeyFeed[string](namespace)
	if feed.Active() {
		feed.Lookup("a", metrics.Hit)
	}
	if o := namespace.Observer(); o != nil {
		o.ObserveDelete(1)
	}
}
