package registry

import (
	"path"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
)

// Site is a place in the program's source where a cache or client was made.
type Site struct {
	Package  string // import path, in the main module's packages without the module's path
	Function string // as a reader would write it: New, Store.Open; init for package-level variables
	Position string // file.go:12
}

// String returns the site as it is written in cachemeter.yaml: catalog.New(catalog.go:12).
func (s Site) String() string { return s.Name() + "(" + s.Position + ")" }

// Name returns the site without its position: catalog.New.
func (s Site) Name() string { return s.Package + "." + s.Function }

const (
	golangLRU = "github.com/hashicorp/golang-lru"
	goRedis   = "github.com/redis/go-redis/v9"
	ours      = "github.com/cachemeter/cachemeter/wrap/"
)

// maxFrames is how far up a stack is looked for who made a thing. Constructors are
// few frames deep; a cluster's node is about ten below what made it.
const maxFrames = 32

// frames calls visit for each frame above the woven constructor that called into this
// package, until visit answers false.
func frames(visit func(pkg string, f runtime.Frame) (more bool)) {
	var pcs [maxFrames]uintptr
	walk := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	for {
		f, more := walk.Next()
		pkg := packageOf(f.Function)
		// Our own frames here, and those of the runtime which runs deferred calls, are
		// below the constructor's.
		if pkg != "github.com/cachemeter/cachemeter/wrap/auto/registry" && pkg != "runtime" && pkg != "" {
			if !visit(pkg, f) {
				return
			}
		}
		if !more {
			return
		}
	}
}

// packageOf returns the import path of a function named as the runtime names it.
func packageOf(function string) string {
	slash := strings.LastIndexByte(function, '/')
	if dot := strings.IndexByte(function[slash+1:], '.'); dot >= 0 {
		return strings.ReplaceAll(function[:slash+1+dot], "%2e", ".")
	}
	return ""
}

func within(pkg, module string) bool {
	return pkg == module || strings.HasPrefix(pkg, module+"/")
}

// siteOf makes a frame readable.
func siteOf(pkg string, f runtime.Frame) Site {
	function := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
	_, function, _ = strings.Cut(function, ".")
	return Site{
		Package:  shorten(pkg, mainModule()),
		Function: readable(function),
		Position: path.Base(f.File) + ":" + strconv.Itoa(f.Line),
	}
}

// shorten leaves the main module's path away: example.com/shop/catalog is catalog.
// The package at its root is known by its own name.
func shorten(pkg, module string) string {
	switch {
	case module == "" || !within(pkg, module):
		return pkg
	case pkg == module:
		return path.Base(module)
	}
	return pkg[len(module)+1:]
}

// readable turns the runtime's name of a function, without its package, into the one
// that a reader of its source would use: type arguments, the counters of closures and
// the brackets of a pointer receiver go away.
func readable(function string) string {
	for {
		open := strings.IndexByte(function, '[')
		if open < 0 {
			break
		}
		end := strings.LastIndexByte(function, ']')
		if end < open {
			break
		}
		function = function[:open] + function[end+1:]
	}
	function = strings.NewReplacer("(*", "", ")", "", "-fm", "").Replace(function)
	parts := strings.Split(function, ".")
	if parts[0] == "init" || parts[0] == "" { // init.0, init.func1, glob..func1
		return "init"
	}
	if parts[0] == "glob" {
		return "init"
	}
	kept := parts[:1]
	for _, p := range parts[1:] {
		if isCounter(p) {
			break
		}
		kept = append(kept, p)
	}
	return strings.Join(kept, ".")
}

// isCounter tells the parts that the compiler adds for closures: func1, gowrap2,
// deferwrap1, 3.
func isCounter(part string) bool {
	digits := strings.TrimLeft(part, "abcdefghijklmnopqrstuvwxyz")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return false
	}
	switch part[:len(part)-len(digits)] {
	case "", "func", "gowrap", "deferwrap":
		return true
	}
	return false
}

var mainModule = sync.OnceValue(func() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Path
	}
	return ""
})
