package redismeter

// Option changes what a hook counts and whose figures it counts in.
type Option func(*options)

type options struct {
	with, without []string
	namespace     func(key string) string
	fixed         *string
	tier          string
	noLatency     bool
	bytes         bool
	classifiers   []classifier
	rules         []Rule
}

type classifier struct {
	name  string
	judge Classifier
}

// WithNamespace counts every key under one name.
func WithNamespace(name string) Option {
	return func(o *options) { o.fixed, o.namespace, o.rules = &name, nil, nil }
}

// WithNamespaceFunc chooses a key's namespace. The function must be safe for
// concurrent use; where it panics, the key counts under [Fallback]. It is not asked
// about keys that the program gave as something else than text, bytes or a whole
// number. Names made from user data end in the tracker's overflow namespace.
func WithNamespaceFunc(namespace func(key string) string) Option {
	return func(o *options) {
		if namespace != nil {
			o.fixed, o.namespace, o.rules = nil, namespace, nil
		}
	}
}

// WithTier counts in the figures of one tier of each namespace, such as "L2" for a
// Redis behind an in-process cache.
func WithTier(tier string) Option {
	return func(o *options) { o.tier = tier }
}

// WithCommands counts these commands too. [CommandNames] are the names it knows, in
// any case; one that it does not know is an error at construction. Repeating it adds.
func WithCommands(names ...string) Option {
	return func(o *options) { o.with = append(o.with, names...) }
}

// WithoutCommands does not count these commands, whatever [WithCommands] says. An
// unknown name is an error at construction. Repeating it adds.
func WithoutCommands(names ...string) Option {
	return func(o *options) { o.without = append(o.without, names...) }
}

// WithClassifier judges a command by a function of the user's, and counts it whether
// or not the table knows it: a script, for instance, or a command of a module. What it
// finds counts in the namespace of the command's first key, which for a command that
// the table does not know is its first argument. name is in any case, with the
// subcommand where there is one. It is not asked about replies that are no answers:
// QUEUED in an open MULTI. Where it panics the command counts as nothing. A nil
// function or an empty name is an error at construction.
func WithClassifier(name string, judge Classifier) Option {
	return func(o *options) { o.classifiers = append(o.classifiers, classifier{name, judge}) }
}

// WithBytesRead measures the payload that hits return.
func WithBytesRead() Option {
	return func(o *options) { o.bytes = true }
}

// WithoutLatency does not measure how long lookups take, which saves two readings of
// the clock a call.
func WithoutLatency() Option {
	return func(o *options) { o.noLatency = true }
}
