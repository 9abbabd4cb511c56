package house

import (
	"bytes"
	"flag"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "record the public API as it is now")

const apiFolder = root + "/testdata/api"

// TestPublicAPIIsAsRecorded fails when an exported declaration was added, changed or
// removed without saying so: look at the difference, then record it with -update.
func TestPublicAPIIsAsRecorded(t *testing.T) {
	seen := map[string]bool{}
	for _, dir := range publicPackages(t) {
		file := strings.ReplaceAll(dir, "/", "_") + ".txt"
		seen[file] = true
		got := apiOf(t, dir)
		path := filepath.Join(apiFolder, file)
		if *update {
			require.NoError(t, os.MkdirAll(apiFolder, 0o755))
			require.NoError(t, os.WriteFile(path, []byte(got), 0o644))
			continue
		}
		want, err := os.ReadFile(path)
		require.NoError(t, err, "record the new package: go test ./internal/house -run PublicAPI -update")
		require.Equal(t, string(want), got, "the API of %s changed: is that meant? record it: go test ./internal/house -run PublicAPI -update", dir)
	}
	recorded, err := os.ReadDir(apiFolder)
	require.NoError(t, err)
	for _, f := range recorded {
		require.True(t, seen[f.Name()], "%s is recorded and its package is gone", f.Name())
	}
}

// publicPackages returns the folders of the packages that others can import, those of
// nested modules too.
func publicPackages(t *testing.T) []string {
	t.Helper()
	var dirs []string
	walk(t, func(path string) {
		dir := filepath.ToSlash(filepath.Dir(path))
		private := strings.Contains("/"+path, "/internal/") || strings.Contains("/"+path, "/testdata/")
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !private && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	})
	return slices.DeleteFunc(dirs, func(dir string) bool { return len(packageOf(t, dir)) == 0 })
}

// packageOf parses the package in a folder, its tests apart; none if it is a command.
func packageOf(t *testing.T, dir string) []*ast.File {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, dir))
	require.NoError(t, err)
	var files []*ast.File
	for _, e := range entries {
		if e.Type() != fs.FileMode(0) || !strings.HasSuffix(e.Name(), ".go") || strings.HasSuffix(e.Name(), "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, dir, e.Name()), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		if f.Name.Name == "main" {
			return nil
		}
		files = append(files, f)
	}
	return files
}

// apiOf prints the exported declarations of a package, sorted, without comments.
func apiOf(t *testing.T, dir string) string {
	t.Helper()
	var all []string
	for _, f := range packageOf(t, dir) {
		if !ast.FileExports(f) {
			continue
		}
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				d.Body = nil
			case *ast.GenDecl:
				if d.Tok == token.IMPORT {
					continue
				}
			}
			var b bytes.Buffer
			require.NoError(t, printer.Fprint(&b, token.NewFileSet(), d))
			text, err := format.Source(b.Bytes())
			require.NoError(t, err)
			all = append(all, string(text))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n") + "\n"
}
