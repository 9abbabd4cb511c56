package auto

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// tree writes files into a new folder and returns it.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	for name, content := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
	}
	return dir
}

func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = string(b)
		return err
	}))
	return all
}

const mainGo = "package main\n\nfunc main() {}\n"

func source(t *testing.T) Source {
	t.Helper()
	s, err := SourceAt("")
	require.NoError(t, err)
	require.NotEmpty(t, s.Checkout)
	return s
}

func TestInitAndRemoveLeaveNoTrace(t *testing.T) {
	t.Setenv("GOWORK", "")
	for _, test := range []struct {
		name  string
		files map[string]string
		in    string
		work  []string // lines of the go.work that is written
		notes []string
	}{
		{
			name:  "a module",
			files: map[string]string{"go.mod": "module example.com/a\n\ngo 1.26.0\n", "main.go": mainGo},
			work:  []string{"use %s/.cachemeter", "use %s"},
			notes: []string{"nothing will count: the program has neither github.com/redis/go-redis/v9 nor github.com/hashicorp/golang-lru/v2"},
		},
		{
			name:  "a folder of it",
			files: map[string]string{"go.mod": "module example.com/a\n\ngo 1.26.0\n", "cmd/a/main.go": mainGo},
			in:    "cmd/a",
			work:  []string{"use %s/.cachemeter", "use %s"},
		},
		{
			name:  "older Go keeps its GODEBUG",
			files: map[string]string{"go.mod": "module example.com/a\n\ngo 1.20\n\ngodebug panicnil=0\n", "main.go": mainGo},
			work:  []string{"godebug default=go1.20", "godebug panicnil=0", "use %s"},
		},
		{
			name: "a vendor folder",
			files: map[string]string{"go.mod": "module example.com/a\n\ngo 1.26.0\n\nrequire example.com/b v0.0.0\n\nreplace example.com/b => ./b\n",
				"main.go": "package main\n\nimport _ \"example.com/b\"\n\nfunc main() {}\n", "b/go.mod": "module example.com/b\n", "b/b.go": "package b\n",
				"vendor/modules.txt": "# example.com/b v0.0.0 => ./b\n## explicit\nexample.com/b\n# example.com/b => ./b\n", "vendor/example.com/b/b.go": "package b\n"},
			work:  []string{"use %s"},
			notes: []string{"the vendor folder is not used by the woven build: it takes the same versions from the module cache"},
		},
		{
			name: "a workspace",
			files: map[string]string{"go.work": "go 1.26.0\n\nuse (\n\t./a\n\t./b\n)\n\nreplace example.com/c => ./c\n",
				"a/go.mod": "module example.com/a\n\ngo 1.26.0\n\nrequire example.com/c v0.0.0\n", "a/main.go": mainGo,
				"b/go.mod": "module example.com/b\n\ngo 1.26.0\n", "b/b.go": "package b\n", "c/go.mod": "module example.com/c\n"},
			in:   "a",
			work: []string{"use %s/a/.cachemeter", "use %s/a", "use %s/b", "replace example.com/c => %s/c"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := tree(t, test.files)
			before := content(t, dir)
			p, err := Find(filepath.Join(dir, test.in))
			require.NoError(t, err)
			require.False(t, p.Ready())

			wrote, err := p.Init(source(t))
			require.NoError(t, err)
			require.True(t, p.Ready())
			var paths []string
			for _, path := range wrote {
				paths = append(paths, p.file(path))
			}
			after := content(t, dir)
			for path, was := range before {
				require.Equal(t, was, after[path], path)
			}
			for path := range after {
				if _, was := before[path]; !was && filepath.Base(path) != "go.work.sum" && filepath.Base(path) != "stamp" {
					require.Contains(t, paths, path, "it says what it wrote")
				}
			}
			for _, line := range test.work {
				require.Contains(t, after[p.file(folder, "go.work")]+"\n", strings.ReplaceAll(line, "%s", dir)+"\n")
			}
			notes, err := p.Notes()
			require.NoError(t, err)
			for _, note := range test.notes {
				require.Contains(t, notes, note)
			}

			again, err := Find(filepath.Join(dir, test.in))
			require.NoError(t, err)
			wrote, err = again.Init(source(t))
			require.NoError(t, err)
			require.Empty(t, wrote)
			require.Equal(t, after, content(t, dir))

			removed, err := p.Remove()
			require.NoError(t, err)
			require.NotEmpty(t, removed)
			require.Equal(t, before, content(t, dir))
			require.NoDirExists(t, p.file(folder))
			removed, err = p.Remove()
			require.NoError(t, err)
			require.Empty(t, removed)
		})
	}
}

func TestVersionsAreTheProgramsOwn(t *testing.T) {
	t.Setenv("GOWORK", "")
	dir := tree(t, map[string]string{
		"go.mod":  "module example.com/a\n\ngo 1.26.0\n\nrequire github.com/redis/go-redis/v9 v9.0.5\n",
		"main.go": "package main\n\nimport _ \"github.com/redis/go-redis/v9\"\n\nfunc main() {}\n",
	})
	p, err := Find(dir)
	require.NoError(t, err)
	_, err = p.golang(nil, "mod", "tidy")
	require.NoError(t, err)
	_, err = p.Init(source(t))
	require.NoError(t, err)
	plain, err := p.modules()
	require.NoError(t, err)
	woven, err := p.modules("GOWORK=" + p.file(folder, "go.work"))
	require.NoError(t, err)
	for path, m := range plain {
		if m.Main {
			continue
		}
		has := woven[path]
		if has.Replace != nil {
			has = *has.Replace
		}
		require.Equal(t, m.Version, has.Version, path)
	}

	// A new version in go.mod is noticed by the next build.
	_, err = p.golang(nil, "get", "github.com/redis/go-redis/v9@v9.23.0")
	require.NoError(t, err)
	_, err = p.sync()
	require.NoError(t, err)
	woven, err = p.modules("GOWORK=" + p.file(folder, "go.work"))
	require.NoError(t, err)
	require.Equal(t, "v9.23.0", woven["github.com/redis/go-redis/v9"].Version)
}

func TestWhatCannotBeDoneIsSaid(t *testing.T) {
	t.Setenv("GOWORK", "")
	find := func(dir string) error {
		_, err := Find(dir)
		return err
	}
	require.ErrorContains(t, find(tree(t, nil)), "is in no module: run this in the folder of the program's go.mod")

	files := map[string]string{"go.mod": "module example.com/a\n\ngo 1.26.0\n", "main.go": mainGo}
	t.Run("flags", func(t *testing.T) {
		t.Setenv("GOFLAGS", "-modfile=other.mod")
		require.ErrorContains(t, find(tree(t, files)), "GOFLAGS: -modfile cannot be used")
	})

	p, err := Find(tree(t, files))
	require.NoError(t, err)
	_, err = p.Run(Streams{}, "build", nil)
	require.ErrorContains(t, err, "is not laid out for weaving: run cachemeter auto init first")
	require.ErrorContains(t, refuse("-toolexec=x"), "-toolexec cannot be used")
	require.ErrorContains(t, refuse("--mod=mod"), "-mod=mod cannot be used")
	require.NoError(t, refuse("-mod=vendor"))
	require.NoError(t, refuse("./mod=mod"))

	files[toolFile] = "package tools\n"
	p, err = Find(tree(t, files))
	require.NoError(t, err)
	_, err = p.Init(source(t))
	require.ErrorContains(t, err, `orchestrion.tool.go is not cachemeter's: a program that is woven already needs only this import in it: _ "github.com/cachemeter/cachemeter/wrap/auto"`)
	_, err = p.Remove()
	require.ErrorContains(t, err, "is not cachemeter's")
	require.Equal(t, "package tools\n", content(t, p.Root)[p.file(toolFile)])

	_, err = SourceAt(t.TempDir())
	require.ErrorContains(t, err, "not a checkout of cachemeter")
}

func TestFilesOfOthersStay(t *testing.T) {
	t.Setenv("GOWORK", "")
	p, err := Find(tree(t, map[string]string{"go.mod": "module example.com/a\n\ngo 1.26.0\n", "main.go": mainGo}))
	require.NoError(t, err)
	_, err = p.Init(source(t))
	require.NoError(t, err)
	note := p.file(folder, "note")
	require.NoError(t, os.WriteFile(note, []byte("mine"), 0o600))
	_, err = p.Remove()
	require.ErrorContains(t, err, "holds files that are not cachemeter's: it stays")
	require.FileExists(t, note)
	require.NoFileExists(t, p.file(toolFile))
}
