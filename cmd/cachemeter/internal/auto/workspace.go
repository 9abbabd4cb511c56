package auto

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// workFile is what "go work edit -json" says of a go.work, and "go mod edit -json" of
// a go.mod.
type workFile struct {
	Go      string
	Godebug []struct{ Key, Value string }
	Use     []struct{ DiskPath string }
	Replace []replacement
}

type replacement struct{ Old, New Module }

// sync writes the woven build's go.work: the program's own workspace, or the program
// alone, beside our folder; with every module at the version that the program has it
// at without us. It does nothing while what it depends on is as it was.
func (p *Program) sync() (wrote []string, err error) {
	stamp, err := p.stamp()
	if err != nil {
		return nil, err
	}
	if was, err := os.ReadFile(p.file(folder, "stamp")); err == nil && string(was) == stamp {
		if _, err := os.Stat(p.file(folder, "go.work")); err == nil {
			return nil, nil
		}
	}
	had, err := p.own()
	if err != nil {
		return nil, err
	}
	plain, err := p.modules()
	if err != nil {
		return nil, err
	}
	path := p.file(folder, "go.work")
	before, _ := os.ReadFile(path)
	if err := os.WriteFile(path, []byte(p.goWork(had, nil)), 0o644); err != nil {
		return nil, err
	}
	woven, err := p.modules("GOWORK="+path, "GOFLAGS="+p.goflags())
	if err != nil {
		return nil, err
	}
	content := p.goWork(had, pins(plain, woven))
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		return nil, err
	}
	if content != string(before) {
		wrote = append(wrote, filepath.Join(folder, "go.work"))
	}
	// Fetching the sums of pinned modules is what changes go.work.sum; it is not news.
	if _, err := p.golang([]string{"GOWORK=" + path, "GOFLAGS=" + p.goflags()}, "list", "-m", "all"); err != nil {
		return nil, err
	}
	return wrote, os.WriteFile(p.file(folder, "stamp"), []byte(stamp), 0o644)
}

// own reads the program's own workspace, or makes one of its go.mod alone.
func (p *Program) own() (workFile, error) {
	var w, mod workFile
	if p.Work != "" {
		out, err := p.golang(nil, "work", "edit", "-json", p.Work)
		if err != nil {
			return w, err
		}
		if err := json.Unmarshal(out, &w); err != nil {
			return w, fmt.Errorf("%s: %w", p.Work, err)
		}
		base := filepath.Dir(p.Work)
		for i, u := range w.Use {
			w.Use[i].DiskPath = absolute(base, u.DiskPath)
		}
		for i, r := range w.Replace {
			if r.New.Version == "" {
				w.Replace[i].New.Path = absolute(base, r.New.Path)
			}
		}
		return w, nil
	}
	out, err := p.golang(nil, "mod", "edit", "-json")
	if err != nil {
		return w, err
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		return w, fmt.Errorf("%s: %w", p.file("go.mod"), err)
	}
	return workFile{Go: mod.Go, Godebug: mod.Godebug, Use: []struct{ DiskPath string }{{p.Root}}}, nil
}

// goWork writes the woven build's go.work. A workspace's go line and godebug lines
// decide over its programs' GODEBUG: they are kept as the program has them.
func (p *Program) goWork(had workFile, pinned []replacement) string {
	var b strings.Builder
	b.WriteString(header + "\ngo " + strings.TrimPrefix(minGo, "go") + "\n\n")
	if older("go"+had.Go, minGo) && !slices.ContainsFunc(had.Godebug, func(g struct{ Key, Value string }) bool { return g.Key == "default" }) {
		fmt.Fprintf(&b, "godebug default=%s\n\n", languageOf(had.Go))
	}
	for _, g := range had.Godebug {
		fmt.Fprintf(&b, "godebug %s=%s\n\n", g.Key, g.Value)
	}
	b.WriteString("use " + quote(p.file(folder)) + "\n")
	for _, u := range had.Use {
		b.WriteString("use " + quote(u.DiskPath) + "\n")
	}
	for _, r := range slices.Concat(had.Replace, pinned) {
		b.WriteString("\nreplace " + strings.TrimSpace(r.Old.Path+" "+r.Old.Version) + " => " + strings.TrimSpace(quote(r.New.Path)+" "+r.New.Version) + "\n")
	}
	return b.String()
}

// pins keeps each module of the program as it is: what we need is older almost always,
// but where it is newer it must not change the program.
func pins(plain, woven map[string]Module) (pinned []replacement) {
	for _, path := range slices.Sorted(maps.Keys(plain)) {
		was, is := plain[path], woven[path]
		if was.Main || path == module || strings.HasPrefix(path, module+"/") {
			continue
		}
		switch {
		case was.Replace != nil && (is.Replace == nil || is.Replace.Path != was.Replace.Path || is.Replace.Version != was.Replace.Version):
			to := *was.Replace
			if to.Version == "" {
				to.Path = was.Dir
			}
			if is.Replace != nil && to.Version == "" && is.Replace.Dir == to.Path {
				continue // a relative path, from another folder
			}
			pinned = append(pinned, replacement{Module{Path: path}, to})
		case was.Replace == nil && is.Version != was.Version:
			pinned = append(pinned, replacement{Module{Path: path}, Module{Path: path, Version: was.Version}})
		}
	}
	return pinned
}

// stamp says what the go.work is made from.
func (p *Program) stamp() (string, error) {
	sum := sha256.New()
	files := []string{p.file("go.mod"), p.file("go.sum"), p.file(folder, "go.mod")}
	if p.Work != "" {
		own, err := p.own()
		if err != nil {
			return "", err
		}
		files = append(files, p.Work)
		for _, u := range own.Use {
			files = append(files, filepath.Join(u.DiskPath, "go.mod"))
		}
	}
	for _, f := range files {
		b, _ := os.ReadFile(f)
		fmt.Fprintf(sum, "%s %d\n", f, len(b))
		sum.Write(b)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func absolute(base, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(base, path)
}

// languageOf returns the goX.Y of a go line.
func languageOf(version string) string {
	parts := strings.SplitN(version, ".", 3)
	return "go" + strings.Join(parts[:min(2, len(parts))], ".")
}

// goflags is the program's GOFLAGS without a choice of the vendor folder: the woven
// build cannot use one that we are not in.
func (p *Program) goflags() string {
	out, err := p.golang(nil, "env", "GOFLAGS")
	if err != nil {
		return ""
	}
	var kept []string
	for flag := range strings.FieldsSeq(string(out)) {
		if !strings.HasPrefix(strings.TrimLeft(flag, "-"), "mod=") {
			kept = append(kept, flag)
		}
	}
	return strings.Join(kept, " ")
}
