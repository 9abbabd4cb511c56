package auto_test

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A place is what a join point of an orchestrion.yml is about: a function, a method of
// a type, or a struct.
type place struct{ pkg, receiver, name string }

func (p place) String() string { return p.pkg + "." + strings.Trim(p.receiver+"."+p.name, ".") }

var (
	aMethod   = regexp.MustCompile(`\{name: (\w+)\}, \{receiver: "\*([^"]+)\.(\w+)"\}`)
	aFunction = regexp.MustCompile(`\{name: (\w+)\}, \{receiver: false\}`)
	aStruct   = regexp.MustCompile(`struct-definition: ([^\s}]+)\.(\w+)`)
	aPackage  = regexp.MustCompile(`(?:import-path|package-name): (\S+)`)
)

// places reads the join points of an aspect file, which are written one a line.
func places(t *testing.T, path string) (all []place) {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	pkg, points := "", 0
	for line := range strings.Lines(string(b)) {
		if strings.Contains(line, "function-body:") || strings.Contains(line, "struct-definition:") {
			points++
		}
		if m := aPackage.FindStringSubmatch(line); m != nil {
			pkg = m[1]
		}
		if m := aMethod.FindStringSubmatch(line); m != nil {
			all = append(all, place{m[2], m[3], m[1]})
		} else if m := aFunction.FindStringSubmatch(line); m != nil {
			all = append(all, place{pkg, "", m[1]})
		} else if m := aStruct.FindStringSubmatch(line); m != nil {
			all = append(all, place{m[1], m[2], ""})
		}
	}
	require.Len(t, all, points, "a join point of %s is written in a way that this test cannot read", path)
	return all
}

// downloaded returns the folder of a module's version.
func downloaded(t *testing.T, module, version string) string {
	t.Helper()
	cmd := exec.Command("go", "mod", "download", "-json", module+"@"+version)
	cmd.Dir, cmd.Env = t.TempDir(), append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.Output()
	require.NoError(t, err, "%s", out)
	var m struct{ Dir string }
	require.NoError(t, json.Unmarshal(out, &m))
	return m.Dir
}

// declared returns every function, method and struct of a module's packages, with how
// many results each function has.
func declared(t *testing.T, module, dir string) map[place]int {
	t.Helper()
	all := map[place]int{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel, err := filepath.Rel(dir, filepath.Dir(path))
		require.NoError(t, err)
		pkg := strings.TrimSuffix(module+"/"+filepath.ToSlash(rel), "/.")
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				p := place{pkg: pkg, name: d.Name.Name}
				if d.Recv != nil {
					p.receiver = receiverOf(d.Recv.List[0].Type)
				}
				all[p] = d.Type.Results.NumFields()
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					if s, ok := spec.(*ast.TypeSpec); ok {
						if _, ok := s.Type.(*ast.StructType); ok {
							all[place{pkg: pkg, receiver: s.Name.Name}] = 0
						}
					}
				}
			}
		}
		return nil
	}))
	require.NotEmpty(t, all)
	return all
}

func receiverOf(expr ast.Expr) string {
	switch e := expr.(type) {
	case *ast.StarExpr:
		return receiverOf(e.X)
	case *ast.IndexExpr:
		return receiverOf(e.X)
	case *ast.IndexListExpr:
		return receiverOf(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// absent says what a version does not have, which is then nothing to weave.
func absent(p place, version string) bool {
	switch {
	case strings.HasSuffix(p.pkg, "/expirable"):
		return version < "v2.0.5"
	case p.receiver == "TwoQueueCache" && p.name == "Resize":
		return version < "v2.0.7"
	}
	return false
}

// TestEveryAspectMatches holds every join point against the source of every supported
// version: one that matches nothing is no error to the weaver.
func TestEveryAspectMatches(t *testing.T) {
	for _, v := range versions {
		for _, library := range []struct{ module, version, aspects string }{
			{golangLRU, v.lru, "lru/orchestrion.yml"},
			{goRedis, v.redis, "redis/orchestrion.yml"},
		} {
			t.Run(library.module+" "+library.version, func(t *testing.T) {
				all := declared(t, library.module, downloaded(t, library.module, library.version))
				for _, p := range places(t, library.aspects) {
					if !strings.HasPrefix(p.pkg, library.module) {
						continue
					}
					_, found := all[p]
					require.Equal(t, !absent(p, library.version), found, p)
				}
				for p, results := range all {
					require.True(t, known(p, results), "%s is new: decide whether it is to be woven", p)
				}
			})
		}
	}
	t.Run("our own", func(t *testing.T) {
		all := map[place]int{}
		for _, dir := range []string{"wrap/lru", "wrap/redis", "metrics"} {
			for p, n := range declared(t, "github.com/cachemeter/cachemeter/"+dir, filepath.Join(root, dir)) {
				all[p] = n
			}
		}
		seen := 0
		for _, path := range []string{"lru/orchestrion.yml", "redis/orchestrion.yml", "start/orchestrion.yml"} {
			for _, p := range places(t, path) {
				if strings.HasPrefix(p.pkg, "github.com/cachemeter/cachemeter/") {
					seen++
					_, found := all[p]
					require.True(t, found, p)
				}
			}
		}
		require.Equal(t, 8, seen)
	})
}

const (
	golangLRU = "github.com/hashicorp/golang-lru/v2"
	goRedis   = "github.com/redis/go-redis/v9"
)

// known tells whether a method of a woven type, or a way to make one, was there when
// the aspects were written.
func known(p place, results int) bool {
	if !ast.IsExported(p.name) {
		return true
	}
	switch p.pkg {
	case golangLRU, golangLRU + "/expirable", golangLRU + "/simplelru":
		switch p.receiver {
		case "Cache", "TwoQueueCache", "LRU":
			return slices.Contains(strings.Fields("Add Contains ContainsOrAdd Get GetOldest Keys Len Peek PeekOrAdd Purge Remove RemoveOldest Resize Values"), p.name)
		case "":
			return slices.Contains(strings.Fields("New NewWithEvict New2Q New2QParams NewARC NewLRU"), p.name)
		}
	case goRedis:
		if p.receiver == "" && results == 1 && regexp.MustCompile(`^New(.*Client|.*Ring|.*Cluster)$`).MatchString(p.name) {
			return slices.Contains(strings.Fields("NewClient NewFailoverClient NewClusterClient NewRing NewUniversalClient NewFailoverClusterClient NewSentinelClient"), p.name)
		}
	}
	return true
}
