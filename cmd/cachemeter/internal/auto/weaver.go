package auto

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// The engine that weaves, as github.com/DataDog/orchestrion is released. It works on
// the compiler's input; nothing of it is in the program that it builds.
const (
	weaverPackage = "github.com/DataDog/orchestrion"
	weaverVersion = "v1.15.0"
)

// weaver returns the engine's binary, building it first where this is its first use
// on this machine.
func (p *Program) weaver(progress io.Writer) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "cachemeter", "orchestrion-"+weaverVersion)
	name := "orchestrion"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	fmt.Fprintf(progress, "cachemeter auto: building the weaver, %s %s, into %s: once, a minute or two\n", weaverPackage, weaverVersion, dir)
	// Built beside its place and moved there, so that two at a time do no harm. It runs
	// here, whatever the program is built for, and its modules are none of the program's.
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	building, err := os.MkdirTemp(filepath.Dir(dir), "building-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(building)
	cmd := exec.Command("go", "install", weaverPackage+"@"+weaverVersion)
	cmd.Dir = building
	cmd.Env = append(p.env, "GOBIN="+building, "GOWORK=off", "GOFLAGS=", "GOOS="+runtime.GOOS, "GOARCH="+runtime.GOARCH)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w: %s", weaverPackage, err, out)
	}
	return path, os.Rename(filepath.Join(building, name), path)
}
