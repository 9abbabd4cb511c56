package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestNobodySleeps holds that tests wait for what they want to see, not for a time: a
// sleep stands in a synctest bubble, where it takes none. A function that is no test and
// sleeps is one that a bubble calls, in a file that makes one.
func TestNobodySleeps(t *testing.T) {
	sleeps := 0
	walk(t, func(path string) {
		if !strings.HasSuffix(path, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, path), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, d := range f.Decls {
			function, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			bubbles := calls(function, "synctest.Test")
			outside := slices.DeleteFunc(calls(function, "time.Sleep"), func(sleep *ast.CallExpr) bool {
				sleeps++
				return slices.ContainsFunc(bubbles, func(b *ast.CallExpr) bool { return b.Pos() < sleep.Pos() && sleep.End() < b.End() })
			})
			if len(outside) == 0 {
				continue
			}
			name := function.Name.Name
			for _, kind := range []string{"Test", "Fuzz", "Benchmark", "Example"} {
				require.False(t, strings.HasPrefix(name, kind), "%s: %s sleeps outside of synctest.Test", path, name)
			}
			require.NotEmpty(t, calls(f, "synctest.Test"), "%s: %s sleeps, and nothing here runs in a bubble", path, name)
		}
	})
	require.NotZero(t, sleeps, "the test sees none at all")
}

// calls returns the calls of a function of another package, such as time.Sleep.
func calls(in ast.Node, name string) (found []*ast.CallExpr) {
	ast.Inspect(in, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if s, ok := call.Fun.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name+"."+s.Sel.Name == name {
					found = append(found, call)
				}
			}
		}
		return true
	})
	return found
}
