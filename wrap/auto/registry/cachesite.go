package registry

import (
	"runtime"
	"strings"
)

// cacheSite finds where a golang-lru cache was made, and whether it is the program's:
// those inside the library's own caches are counted with them, and those made by
// wrap/lru are counted there.
func cacheSite(kind Kind) (site Site, counted bool) {
	library := golangLRU // whose frames are still the constructor
	if kind == Simple {
		library = golangLRU + "/v2/simplelru"
	}
	frames(func(pkg string, f runtime.Frame) bool {
		if within(pkg, library) {
			return true
		}
		if counted = !within(pkg, golangLRU) && !strings.HasPrefix(pkg, ours); counted {
			site = siteOf(pkg, f)
		}
		return false
	})
	return site, counted
}
