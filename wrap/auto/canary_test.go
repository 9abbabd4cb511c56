package auto_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// versions are what testdata/canary is woven with. Of each library the oldest and the
// newest are woven by default, here and by TestShop, and all with CACHEMETER_CANARY=all:
// each version of go-redis builds the standard library anew. TestEveryAspectMatches
// looks at all of them always.
var versions = []struct {
	redis, lru string
	always     bool
}{
	{"v9.0.0", "v2.0.0", true},
	{"v9.0.0", "v2.0.7", true},
	{"v9.0.5", "v2.0.1", false},
	{"v9.5.1", "v2.0.2", false},
	{"v9.7.3", "v2.0.3", false},
	{"v9.9.0", "v2.0.4", false},
	{"v9.14.1", "v2.0.5", false},
	{"v9.22.0", "v2.0.6", false},
	{"v9.23.0", "v2.0.7", false},
}

// TestCanary runs the canary's own test woven, with the race detector.
func TestCanary(t *testing.T) {
	s := startServers(t)
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	for _, v := range versions {
		if !v.always && os.Getenv("CACHEMETER_CANARY") != "all" {
			continue
		}
		t.Run(fmt.Sprintf("go-redis %s and golang-lru %s", v.redis, v.lru), func(t *testing.T) {
			s.flush(t)
			canary := copied(t, "canary", "canary").with(s.environment()...)
			file := func(name string) string { return filepath.Join(canary.dir, name) }
			if v.lru >= "v2.0.5" {
				require.NoError(t, os.Rename(file("expirable.go.txt"), file("expirable.go")))
			}
			canary.run("go", "mod", "edit", "-require=github.com/redis/go-redis/v9@"+v.redis, "-require=github.com/hashicorp/golang-lru/v2@"+v.lru)
			canary.run("go", "mod", "tidy")
			canary.run("go", "mod", "vendor")
			canary.auto("init", "-source", checkout)
			// Its test asks metrics, which a tidied go.mod cannot: the woven build can.
			require.NoError(t, os.Rename(file("canary_test.go.txt"), file("canary_test.go")))
			if v.lru >= "v2.0.7" { // as wrap/lru needs
				require.NoError(t, os.Rename(file("wrapped_test.go.txt"), file("wrapped_test.go")))
			}
			canary.auto("test", "-race", "-count=1", ".")
			used, _ := canary.with("GOWORK="+file(".cachemeter/go.work")).run("go", "list", "-m", "-f", "{{with .Replace}}{{.Version}}{{else}}{{.Version}}{{end}}",
				"github.com/redis/go-redis/v9", "github.com/hashicorp/golang-lru/v2")
			require.Equal(t, v.redis+"\n"+v.lru+"\n", used, "the program's own versions were woven")
		})
	}
}
