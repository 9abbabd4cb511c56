package metrics

// Option changes how [NewTracker] makes a tracker.
type Option func(*options)

type options struct {
	maxNamespaces int
}

// WithMaxNamespaces sets how many namespaces, each of their tiers included, the
// tracker keeps apart: 1000 unless told. Names that come after share [Overflow], so
// that names made from user data can neither fill the memory nor an exporter.
// A limit below 1 is ignored.
func WithMaxNamespaces(n int) Option {
	return func(o *options) {
		if n > 0 {
			o.maxNamespaces = n
		}
	}
}
