package house

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	root   = "../.."
	module = "github.com/cachemeter/cachemeter"
)

// goRun runs the go command in a folder of the project, as if there were no
// workspace: what each module says for itself is what counts for its users.
func goRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("go", args...)
	cmd.Dir = filepath.Join(root, dir)
	cmd.Env = append(cmd.Environ(), "GOWORK=off")
	out, err := cmd.Output()
	if exit, ok := err.(*exec.ExitError); ok {
		t.Fatalf("go %s in %s: %s", strings.Join(args, " "), dir, exit.Stderr)
	}
	require.NoError(t, err)
	return string(out)
}

// depsOf returns the packages beyond the standard library that a package links.
func depsOf(t *testing.T, pkg string) []string {
	t.Helper()
	out := goRun(t, ".", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", pkg)
	return slices.DeleteFunc(strings.Fields(out), func(d string) bool { return d == module+strings.TrimPrefix(pkg, ".") })
}

// rootPackages returns the packages of the root module, as "./metrics".
func rootPackages(t *testing.T) []string {
	t.Helper()
	var pkgs []string
	for _, p := range strings.Fields(goRun(t, ".", "list", "./...")) {
		pkgs = append(pkgs, "."+strings.TrimPrefix(p, module))
	}
	require.Contains(t, pkgs, "./metrics")
	return pkgs
}

func TestMetricsLinksTheStandardLibraryAlone(t *testing.T) {
	require.Empty(t, depsOf(t, "./metrics"))
}

// TestImportsPointAtMetrics holds the arrows of the design: wrap and export know
// metrics, and not each other.
func TestImportsPointAtMetrics(t *testing.T) {
	allowed := map[string]*regexp.Regexp{
		"./wrap/generic": regexp.MustCompile(`^golang\.org/x/sync/`),
		"./wrap/lru":     regexp.MustCompile(`^github\.com/hashicorp/golang-lru/v2`),
	}
	for _, pkg := range rootPackages(t) {
		for _, dep := range depsOf(t, pkg) {
			ours, isOurs := strings.CutPrefix(dep, module)
			switch {
			case strings.HasPrefix(pkg, "./wrap/"):
				require.False(t, isOurs && (strings.HasPrefix(ours, "/export") || strings.HasPrefix(ours, "/insight")), "%s links %s", pkg, dep)
			case strings.HasPrefix(pkg, "./export/"), pkg == "./insight":
				require.False(t, isOurs && strings.HasPrefix(ours, "/wrap"), "%s links %s", pkg, dep)
			}
			if rule := allowed[pkg]; rule != nil && !isOurs {
				require.Regexp(t, rule, dep, "%s links %s", pkg, dep)
			}
		}
	}
}

// TestNoTestCodeInUsersBinaries: otter once shipped testify to its users by a file
// whose name did not end in _test.go.
func TestNoTestCodeInUsersBinaries(t *testing.T) {
	// What is internal is looked at through those who link it.
	forTests := regexp.MustCompile(`/internal/|cachetest`)
	for _, pkg := range rootPackages(t) {
		if forTests.MatchString(pkg) {
			continue
		}
		for _, dep := range strings.Fields(goRun(t, ".", "list", "-deps", pkg)) {
			require.NotRegexp(t, `^testing$|testify|miniredis`, dep, "%s links %s", pkg, dep)
		}
	}
}

func TestDirectDependenciesOfTheRootAreFew(t *testing.T) {
	allowed := []string{
		"github.com/alicebob/miniredis/v2",
		"github.com/axiomhq/hyperloglog",
		"github.com/hashicorp/golang-lru/v2",
		"github.com/redis/go-redis/v9",
		"github.com/stretchr/testify",
		"golang.org/x/sync",
	}
	out := goRun(t, ".", "list", "-m", "-f", "{{if not (or .Main .Indirect)}}{{.Path}}{{end}}", "all")
	require.Subset(t, allowed, strings.Fields(out))
}

// TestModulesAreTied: every module is in the workspace, and every nested one that
// needs the root replaces it by the code beside it.
func TestModulesAreTied(t *testing.T) {
	work := goRun(t, ".", "work", "edit", "-json", "go.work")
	for _, dir := range modules(t) {
		if dir == "." {
			continue
		}
		require.Contains(t, work, `"./`+dir+`"`, "go.work does not use %s", dir)
		mod := goRun(t, dir, "mod", "edit", "-json")
		require.Contains(t, mod, `"Path": "`+module+"/"+dir+`"`)
		if strings.Contains(mod, `"Path": "`+module+`",`) {
			up := strings.Repeat("../", strings.Count(dir, "/")+1)
			require.Contains(t, mod, `"Path": "`+strings.TrimSuffix(up, "/")+`"`, "%s does not replace the root", dir)
		}
	}
}
