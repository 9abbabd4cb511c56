package house

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var writeLicences = flag.Bool("licences", false, "write docs/licences.md anew")

const licencesPage = root + "/docs/licences.md"

// licences are those we can live with, by words that only their texts have. All allow
// linking into programs of any licence, with a notice.
var licences = []struct {
	name  string
	words *regexp.Regexp
}{
	{"Apache-2.0", regexp.MustCompile(`apache license,? version 2\.0`)},
	{"MPL-2.0", regexp.MustCompile(`mozilla public license,? (version|v\.) ?2\.0`)},
	{"MIT", regexp.MustCompile(`permission is hereby granted, free of charge, to any person obtaining a copy`)},
	{"BSD-3-Clause", regexp.MustCompile(`redistributions in binary form must .*neither the names? of `)},
	{"BSD-2-Clause", regexp.MustCompile(`redistributions in binary form must `)},
	{"ISC", regexp.MustCompile(`permission to use, copy, modify, and(/or)? distribute this software for any purpose`)},
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying)([.-]|$)`)

// licenceOf reads the licences of the module in a folder, none if it cannot tell.
func licenceOf(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	found := map[string]bool{}
	for _, e := range entries {
		if e.IsDir() || !licenceFile.MatchString(e.Name()) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		text := strings.ToLower(strings.Join(strings.Fields(string(b)), " "))
		for _, l := range licences {
			if l.words.MatchString(text) && (l.name != "BSD-2-Clause" || !found["BSD-3-Clause"]) {
				found[l.name] = true
			}
		}
	}
	return strings.Join(slices.Sorted(maps.Keys(found)), " and ")
}

// dependency is a module that is not ours.
type dependency struct {
	dir   string
	comes map[string]bool // with these modules of ours; without any, with their tests and tools alone
}

// dependencies lists what the packages, tests and tools of all our modules need.
func dependencies(t *testing.T) map[string]*dependency {
	t.Helper()
	all := map[string]*dependency{}
	note := func(out, with string) {
		for line := range strings.Lines(out) {
			path, dir, _ := strings.Cut(strings.TrimSpace(line), " ")
			if path == "" || path == module || strings.HasPrefix(path, module+"/") {
				continue
			}
			require.NotEmpty(t, dir, "%s is not in the module cache", path)
			if all[path] == nil {
				all[path] = &dependency{dir: dir, comes: map[string]bool{}}
			}
			if with != "" {
				all[path].comes[with] = true
			}
		}
	}
	const format = "{{with .Module}}{{.Path}} {{.Dir}}{{end}}"
	for _, m := range modules(t) {
		shipped, own := "`"+m+"`", "./..."
		switch m {
		case ".":
			shipped = "the root"
			// What serves tests is no part of a user's program.
			own = strings.Join(slices.DeleteFunc(rootPackages(t), func(p string) bool {
				return strings.Contains(p, "internal/") && !strings.Contains(p, "figures") || strings.HasSuffix(p, "cachetest")
			}), " ")
		case "tools", "benchmarks", "export/web/browsertest":
			shipped = ""
		}
		note(goRun(t, m, append([]string{"list", "-deps", "-f", format}, strings.Fields(own)...)...), shipped)
		note(goRun(t, m, "list", "-deps", "-test", "-f", format, "./..."), "")
		if m == "tools" {
			note(goRun(t, m, "list", "-deps", "-f", format, "tool"), "")
		}
	}
	return all
}

// TestLicencesAreListed fails on a dependency whose licence it does not know, and when
// docs/licences.md is not what is there.
func TestLicencesAreListed(t *testing.T) {
	all := dependencies(t)
	var page strings.Builder
	page.WriteString("# Licences of what this project builds on\n\n" +
		"Written by `go test ./internal/house -run Licences -licences`, which reads the licence texts in the module cache and\n" +
		"fails on one that it does not know. Modules without an entry in the last column serve tests, benchmarks and tools alone,\n" +
		"and are in no user's program. `export/web` carries uPlot (MIT) with its licence beside it.\n\n" +
		"| Module | Licence | Comes with |\n|---|---|---|\n")
	for _, path := range slices.Sorted(maps.Keys(all)) {
		licence := licenceOf(t, all[path].dir)
		require.NotEmpty(t, licence, "%s: unknown licence in %s: look at it, and add it to the list if it is compatible", path, all[path].dir)
		fmt.Fprintf(&page, "| %s | %s | %s |\n", path, licence, strings.Join(slices.Sorted(maps.Keys(all[path].comes)), ", "))
	}
	if *writeLicences {
		require.NoError(t, os.MkdirAll(filepath.Dir(licencesPage), 0o755))
		require.NoError(t, os.WriteFile(licencesPage, []byte(page.String()), 0o644))
	}
	listed, err := os.ReadFile(licencesPage)
	require.NoError(t, err)
	require.Equal(t, page.String(), string(listed), "write it anew: go test ./internal/house -run Licences -licences")
}
