package auto

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

// Source is where cachemeter's modules come from.
type Source struct {
	Version  string // a release
	Checkout string // or a folder with a checkout
}

// SourceAt returns a checkout in a folder; for "" the release that this command is, or
// the checkout that it was compiled from.
func SourceAt(folder string) (Source, error) {
	if folder != "" {
		abs, err := filepath.Abs(folder)
		if err == nil {
			_, err = os.Stat(filepath.Join(abs, "wrap", "auto", "go.mod"))
		}
		if err != nil {
			return Source{}, fmt.Errorf("-source %s: not a checkout of cachemeter: no wrap/auto/go.mod in it", folder)
		}
		return Source{Checkout: abs}, nil
	}
	info, ok := debug.ReadBuildInfo()
	if ok && semver(info.Main.Version) {
		return Source{Version: info.Main.Version}, nil
	}
	_, file, _, _ := runtime.Caller(0)
	checkout := filepath.Join(filepath.Dir(file), "..", "..", "..", "..")
	if _, err := os.Stat(filepath.Join(checkout, "wrap", "auto", "go.mod")); err == nil {
		return Source{Checkout: checkout}, nil
	}
	return Source{}, errors.New("this cachemeter is no release, and the checkout that it was compiled from is gone: say -source FOLDER")
}

// semver tells a release from what is built in a checkout: (devel), or a version of
// the last commit with what has changed since.
func semver(version string) bool {
	return strings.HasPrefix(version, "v") && !strings.HasPrefix(version, "v0.0.0-") && !strings.Contains(version, "+")
}

// ourModules are what a woven program needs of us, and where each is in a checkout.
var ourModules = []struct{ path, dir string }{
	{module, "."},
	{module + "/wrap/auto", "wrap/auto"},
}

// require writes the folder's go.mod and go.sum. Those of a release hold for ever.
func (p *Program) require(from Source) (wrote []string, err error) {
	path := p.file(folder, "go.mod")
	had, _ := os.ReadFile(path)
	content := from.goMod()
	begin, _, _ := strings.Cut(content, "\nmodule ")
	same := strings.HasPrefix(string(had), begin+"\nmodule ")
	if same && from.Checkout == "" {
		return nil, nil
	}
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		return nil, err
	}
	inside := *p
	inside.Dir = p.file(folder)
	if _, err := inside.golang([]string{"GOWORK=off", "GOFLAGS="}, "mod", "tidy"); err != nil {
		os.Remove(path) // half done is not done
		return nil, err
	}
	if same {
		return nil, nil
	}
	return []string{filepath.Join(folder, "go.mod"), filepath.Join(folder, "go.sum")}, nil
}

// goMod returns the folder's go.mod before it is tidied, its source in the second line.
func (s Source) goMod() string {
	var b strings.Builder
	version, from := s.Version, s.Version
	if s.Checkout != "" {
		version, from = "v0.0.0", s.Checkout
	}
	fmt.Fprintf(&b, "%s// It takes cachemeter from %s.\n\nmodule cachemeter.local\n\ngo %s\n\nrequire %s %s\n\nrequire %s/wrap/auto %s\n",
		header, from, strings.TrimPrefix(minGo, "go"), module, version, module, version)
	if s.Checkout != "" {
		for _, m := range ourModules {
			fmt.Fprintf(&b, "\nreplace %s => %s\n", m.path, quote(filepath.Join(s.Checkout, m.dir)))
		}
	}
	return b.String()
}

// quote makes a path a token of go.mod.
func quote(path string) string {
	if strings.ContainsAny(path, " \t\"'`()[]{},") {
		return strconv.Quote(path)
	}
	return path
}
