package auto_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// scratch is where the command is built: made by TestMain, gone after it.
var scratch string

// built is the cachemeter command of this checkout, or the error of building it.
var built = sync.OnceValues(func() (string, error) {
	path := filepath.Join(scratch, "cachemeter")
	cmd := exec.Command("go", "build", "-o", path, ".")
	cmd.Dir = filepath.Join(root, "cmd", "cachemeter")
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "cachemeter-auto-test-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		scratch = dir
		return m.Run()
	}())
}

// folder is a copy of a module of testdata's, where commands run.
type folder struct {
	t   *testing.T
	dir string
	env []string
}

// copied copies trees of testdata into a new folder, the later over the earlier, and
// returns the module within it.
func copied(t *testing.T, module string, trees ...string) folder {
	t.Helper()
	dir := t.TempDir()
	for _, tree := range trees {
		require.NoError(t, filepath.WalkDir(filepath.Join("testdata", tree), func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			rel, err := filepath.Rel("testdata", path)
			if err != nil {
				return err
			}
			to := filepath.Join(dir, strings.TrimPrefix(filepath.ToSlash(rel), "byhand/"))
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
				return err
			}
			return os.WriteFile(to, b, 0o644)
		}))
	}
	return folder{t: t, dir: filepath.Join(dir, module), env: []string{"GOWORK="}}
}

// run runs a command in the folder and returns its stdout and stderr.
func (f folder) run(name string, args ...string) (stdout, stderr string) {
	f.t.Helper()
	stdout, stderr, err := f.try(name, args...)
	require.NoError(f.t, err, "%s %s\n%s%s", name, strings.Join(args, " "), stdout, stderr)
	return stdout, stderr
}

func (f folder) try(name string, args ...string) (stdout, stderr string, err error) {
	cmd := exec.Command(name, args...)
	cmd.Dir = f.dir
	var out, errs bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = append(os.Environ(), f.env...), &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// auto runs cachemeter auto.
func (f folder) auto(args ...string) string {
	f.t.Helper()
	command, err := built()
	require.NoError(f.t, err)
	out, _ := f.run(command, append([]string{"auto"}, args...)...)
	return out
}

func (f folder) with(env ...string) folder {
	f.env = append(append([]string{}, f.env...), env...)
	return f
}

// files returns the content of every file below the folder.
func (f folder) files() map[string]string {
	f.t.Helper()
	all := map[string]string{}
	require.NoError(f.t, filepath.WalkDir(f.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all[path] = string(b)
		return err
	}))
	return all
}
