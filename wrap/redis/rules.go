package redismeter

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/cachemeter/cachemeter/metrics"
)

const (
	longestName      = 128 // bytes of a namespace; a longer one counts under metrics.Overflow
	longestInspected = 512 // bytes of a key that rules look at
)

// Rule names the namespace of the keys that it matches. Make one with [ForPrefix],
// [ForSegment] or [ForPattern].
type Rule struct {
	match func(key string) (name string, ok bool)
	err   error
}

// WithRules tries rules in order; the first that matches names the namespace, and keys
// that none matches are named by [Prefix]. Rules look at the first 512 bytes of a key.
// In names that come out of keys, numbers, UUIDs and hashes are folded to "*" as by
// [Fold]. Repeating the option appends.
func WithRules(rules ...Rule) Option {
	return func(o *options) {
		o.fixed, o.namespace = nil, nil
		o.rules = append(o.rules, rules...)
	}
}

// ForPrefix names the keys that begin with prefix.
func ForPrefix(prefix, namespace string) Rule {
	if prefix == "" {
		return Rule{err: errors.New("redismeter: ForPrefix: an empty prefix matches every key; use WithNamespace")}
	}
	return Rule{match: func(key string) (string, bool) {
		return namespace, strings.HasPrefix(key, prefix)
	}}
}

// ForSegment names keys by one of the parts that separator divides them into, the
// first being 0: with ":" and 1, "shop:cart:17" is "cart". It matches keys that have
// that part and another behind it.
func ForSegment(separator string, index int) Rule {
	if separator == "" || index < 0 {
		return Rule{err: fmt.Errorf("redismeter: ForSegment(%q, %d): want a separator and an index of 0 or more", separator, index)}
	}
	var folded names
	return Rule{match: func(key string) (string, bool) {
		for range index {
			_, rest, ok := strings.Cut(key, separator)
			if !ok {
				return "", false
			}
			key = rest
		}
		part, _, ok := strings.Cut(key, separator)
		if !ok || part == "" {
			return "", false
		}
		return folded.fold(part), true
	}}
}

// ForPattern names the keys that a regular expression matches by a template, in which
// $1 or ${name} stand for what the expression's groups matched. It does not match keys
// of more than 512 bytes. Unlike the other rules it allocates.
func ForPattern(pattern, template string) Rule {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return Rule{err: fmt.Errorf("redismeter: ForPattern(%q): %w", pattern, err)}
	}
	var folded names
	return Rule{match: func(key string) (string, bool) {
		if len(key) >= longestInspected {
			return "", false // perhaps cut: an anchor would match where nothing ends
		}
		groups := re.FindStringSubmatchIndex(key)
		if groups == nil {
			return "", false
		}
		return folded.fold(string(re.ExpandString(nil, template, key, groups))), true
	}}
}

// chooser returns what names a key: nil stands for [Prefix].
func chooser(o *options) (func(key string) string, error) {
	if len(o.rules) == 0 {
		return o.namespace, nil
	}
	rules := make([]func(string) (string, bool), 0, len(o.rules))
	for _, r := range o.rules {
		if r.err != nil {
			return nil, r.err
		}
		if r.match == nil {
			return nil, errors.New("redismeter: a Rule without content; make rules with ForPrefix, ForSegment or ForPattern")
		}
		rules = append(rules, r.match)
	}
	return func(key string) string {
		start := key[:min(len(key), longestInspected)]
		for _, match := range rules {
			if name, ok := match(start); ok {
				return name
			}
		}
		return Prefix(key)
	}, nil
}

// usable keeps what a namespace function or rule answered within bounds.
func usable(name string) string {
	switch {
	case len(name) > longestName:
		return metrics.Overflow
	case name == "", !utf8.ValidString(name):
		return Fallback
	}
	return name
}
