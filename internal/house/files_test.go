package house

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// walk calls f for every file of the project, by its path from the root.
func walk(t *testing.T, f func(path string)) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules") {
			return filepath.SkipDir
		}
		if !d.IsDir() {
			rel, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			f(filepath.ToSlash(rel))
		}
		return nil
	}))
}

// modules returns the folders that hold a go.mod, testdata apart.
func modules(t *testing.T) []string {
	t.Helper()
	var dirs []string
	walk(t, func(path string) {
		if strings.HasSuffix(path, "go.mod") && !strings.Contains(path, "testdata/") {
			dirs = append(dirs, filepath.ToSlash(filepath.Dir(path)))
		}
	})
	require.Contains(t, dirs, ".")
	return dirs
}

func TestFilesHoldOneIdea(t *testing.T) {
	badName := regexp.MustCompile(`(^|/|_)(utils?|helpers?|managers?|base)(\.go|_|/)`)
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".go") {
			return
		}
		require.NotRegexp(t, badName, path)
		b, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		if !strings.HasSuffix(path, "_test.go") && !bytes.HasPrefix(b, []byte("// Code generated")) {
			require.LessOrEqual(t, bytes.Count(b, []byte("\n")), 400, path)
		}
	})
}

var goBlock = regexp.MustCompile("(?s)```go\n(.*?)```")

// TestDocumentedProgramsCompile builds every Go block of every Markdown file: each
// is a whole program or package that imports what it needs.
func TestDocumentedProgramsCompile(t *testing.T) {
	abs, err := filepath.Abs(root)
	require.NoError(t, err)
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	dir := t.TempDir()
	var pkgs, from []string
	walk(t, func(path string) {
		if !strings.HasSuffix(path, ".md") || strings.HasPrefix(path, "testdata/") {
			return
		}
		b, err := os.ReadFile(filepath.Join(root, path))
		require.NoError(t, err)
		for i, block := range goBlock.FindAllSubmatch(b, -1) {
			name := fmt.Sprintf("snippet%d", len(pkgs))
			file := filepath.Join(dir, name+".go")
			require.NoError(t, os.WriteFile(file, block[1], 0o600))
			// An overlay puts the block beside the code, inside the command's module,
			// which knows every other: nothing is written into the project.
			overlay.Replace[filepath.Join(abs, "cmd/cachemeter/internal", name, "main.go")] = file
			pkgs = append(pkgs, module+"/cmd/cachemeter/internal/"+name)
			from = append(from, fmt.Sprintf("%s is block %d of %s", name, i+1, path))
		}
	})
	require.NotEmpty(t, pkgs)
	b, err := json.Marshal(overlay)
	require.NoError(t, err)
	overlayFile := filepath.Join(dir, "overlay.json")
	require.NoError(t, os.WriteFile(overlayFile, b, 0o600))
	cmd := exec.Command("go", append([]string{"build", "-o", os.DevNull, "-overlay", overlayFile}, pkgs...)...)
	cmd.Dir = root
	// The workspace knows every module that a reader may be told to import.
	cmd.Env = append(cmd.Environ(), "GOWORK="+filepath.Join(abs, "go.work"))
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s\n%s", out, strings.Join(from, "\n"))
}
