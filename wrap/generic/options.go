package generic

// Option changes how [Wrap] and the function decorators measure.
type Option func(*options)

type options struct {
	latency bool
}

// WithLatency also measures how long each lookup took, by outcome
// ([metrics.Namespace.Latency]). It reads the clock twice a lookup, which costs about
// ten times what counting does.
//
// [metrics.Namespace.Latency]: https://pkg.go.dev/github.com/cachemeter/cachemeter/metrics#Namespace.Latency
func WithLatency() Option {
	return func(o *options) { o.latency = true }
}

func gather(opts []Option) options {
	var o options
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	return o
}
