package registry

import (
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// mapping is cachemeter.yaml as "cachemeter auto build" bakes it in, through the
// linker: see [Rules.Encode].
var mapping string

// Rules say which caches and clients are counted, and what a cache is called. A
// pattern is a package (catalog), a package and all below it (catalog/...), a function
// (catalog.New) or a call site (catalog.New(catalog.go:12)). Packages of the main
// module go by their path within it or in full. Of several names the most particular
// one counts; exclude goes before include.
type Rules struct {
	Names   []NameRule
	Include []string // none: everything
	Exclude []string
}

// NameRule gives what is made at a place a name.
type NameRule struct{ Pattern, Name string }

// Encode returns the rules as one word that passes through a linker flag.
func (r Rules) Encode() string {
	var b strings.Builder
	for _, n := range r.Names {
		fmt.Fprintf(&b, "n%s\t%s\n", n.Pattern, n.Name)
	}
	for _, p := range r.Include {
		fmt.Fprintf(&b, "i%s\n", p)
	}
	for _, p := range r.Exclude {
		fmt.Fprintf(&b, "x%s\n", p)
	}
	return base64.RawURLEncoding.EncodeToString([]byte(b.String()))
}

func decode(word string) (r Rules, ok bool) {
	text, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil {
		return Rules{}, false
	}
	for line := range strings.Lines(string(text)) {
		kind, rest := line[0], strings.TrimSuffix(line[1:], "\n")
		switch kind {
		case 'n':
			pattern, name, ok := strings.Cut(rest, "\t")
			if !ok {
				return Rules{}, false
			}
			r.Names = append(r.Names, NameRule{pattern, name})
		case 'i':
			r.Include = append(r.Include, rest)
		case 'x':
			r.Exclude = append(r.Exclude, rest)
		default:
			return Rules{}, false
		}
	}
	return r, true
}

// naming applies rules, and tells apart what they do not name.
type naming struct {
	rules Rules
	main  func() string // the main module's path

	mu    sync.Mutex
	first map[string]string // name of a function: the first position in it that made a cache
}

var names = readNames(mapping, os.Stderr)

func readNames(word string, stderr io.Writer) *naming {
	rules, ok := decode(word)
	if !ok {
		fmt.Fprintln(stderr, "cachemeter: the names baked into this program cannot be read: build it with cachemeter auto build; call sites are the names")
	}
	return &naming{rules: rules, main: mainModule, first: map[string]string{}}
}

// cache returns the namespace of a cache made at a site, and whether it is counted.
// Without a rule it is the function, with the position for a second cache of the same
// function.
func (n *naming) cache(s Site) (name string, counted bool) {
	if !n.counted(s) {
		return "", false
	}
	best := 0
	for _, rule := range n.rules.Names {
		if fit := n.fits(rule.Pattern, s); fit > best {
			best, name = fit, rule.Name
		}
	}
	if name != "" {
		return name, true
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	position, seen := n.first[s.Name()]
	if !seen {
		n.first[s.Name()] = s.Position
	} else if position != s.Position {
		return s.String(), true
	}
	return s.Name(), true
}

func (n *naming) counted(s Site) bool {
	for _, p := range n.rules.Exclude {
		if n.fits(p, s) > 0 {
			return false
		}
	}
	for _, p := range n.rules.Include {
		if n.fits(p, s) > 0 {
			return true
		}
	}
	return len(n.rules.Include) == 0
}

// fits tells how particularly a pattern is about a site; 0 is not at all.
func (n *naming) fits(pattern string, s Site) int {
	if fit := fitsAs(pattern, s); fit > 0 {
		return fit
	}
	main := n.main()
	switch {
	case main == "":
	case strings.HasPrefix(pattern, main+"/") && pattern != main+"/...":
		return fitsAs(pattern[len(main)+1:], s)
	case strings.HasPrefix(pattern, main+"."), pattern == main: // the package at the module's root
		return fitsAs(shorten(main, main)+pattern[len(main):], s)
	}
	return 0
}

func fitsAs(pattern string, s Site) int {
	const function, position = 1 << 20, 1 << 21
	if below, ok := strings.CutSuffix(pattern, "/..."); ok {
		if within(s.Package, below) {
			return len(below)
		}
		return 0
	}
	switch pattern {
	case s.Package:
		return len(pattern) + 1
	case s.Name():
		return function
	case s.String():
		return position
	}
	return 0
}
