package auto

import (
	"fmt"
	"os"
)

// Notes says, one a line, what will be counted and what will not.
func (p *Program) Notes() (notes []string, err error) {
	all, err := p.modules()
	if err != nil {
		return nil, err
	}
	counted := 0
	for _, m := range []struct{ path, what string }{
		{"github.com/redis/go-redis/v9", "clients"},
		{"github.com/hashicorp/golang-lru/v2", "caches"},
	} {
		if has, ok := all[m.path]; ok {
			counted++
			notes = append(notes, fmt.Sprintf("the %s of %s %s will count", m.what, m.path, has.Version))
		}
	}
	if counted == 0 {
		notes = append(notes, "nothing will count: the program has neither github.com/redis/go-redis/v9 nor github.com/hashicorp/golang-lru/v2")
	}
	for _, path := range []string{"github.com/go-redis/redis/v8", "github.com/hashicorp/golang-lru", "github.com/hashicorp/golang-lru/arc/v2"} {
		if has, ok := all[path]; ok {
			notes = append(notes, fmt.Sprintf("%s %s will not count: there are no aspects for it", path, has.Version))
		}
	}
	if _, err := os.Stat(p.file("vendor")); err == nil {
		notes = append(notes, "the vendor folder is not used by the woven build: it takes the same versions from the module cache")
	}
	return notes, nil
}
