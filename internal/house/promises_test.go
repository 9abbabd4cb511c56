package house

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPromisesAreHeld fails when docs/promises.md names a test that is not there, or
// promises something without one.
func TestPromisesAreHeld(t *testing.T) {
	page, err := os.ReadFile(root + "/docs/promises.md")
	require.NoError(t, err)
	page, _, _ = bytes.Cut(page, []byte("\n## At each limit"))
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)\w+)\(`)
	inPackage := func(dir string) map[string]bool {
		files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files, "%s has no tests", dir)
		names := map[string]bool{}
		for _, file := range files {
			b, err := os.ReadFile(file)
			require.NoError(t, err)
			for _, m := range declared.FindAllSubmatch(b, -1) {
				names[string(m[1])] = true
			}
		}
		return names
	}
	group := regexp.MustCompile("^`([a-z/]+)` (\\w+(?:, \\w+)*)$")
	promises := 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 2 || strings.HasPrefix(cells[0], "-") || strings.TrimSpace(cells[1]) == "Held by" {
			continue
		}
		promises++
		for _, held := range strings.Split(strings.TrimSpace(cells[1]), "; ") {
			m := group.FindStringSubmatch(held)
			require.NotNil(t, m, "%q: want `folder` Test, Test", held)
			tests := inPackage(m[1])
			for _, name := range strings.Split(m[2], ", ") {
				require.True(t, tests[name], "%s has no %s, which holds: %s", m[1], name, cells[0])
			}
		}
	}
	require.Greater(t, promises, 20)
}
