package auto

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Program is the program that is instrumented: a module's folder, and the workspace
// it is in, if any.
type Program struct {
	Dir  string // where commands run
	Root string // the folder of its go.mod
	Work string // its go.work, "" for none
	env  []string
}

// Find returns the program whose module dir is in.
func Find(dir string) (*Program, error) {
	p := &Program{Dir: dir, env: os.Environ()}
	var env struct{ GOMOD, GOWORK, GOVERSION, GOFLAGS string }
	out, err := p.golang(nil, "env", "-json", "GOMOD", "GOWORK", "GOVERSION", "GOFLAGS")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, &env); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	if env.GOMOD == "" || env.GOMOD == os.DevNull {
		return nil, fmt.Errorf("%s is in no module: run this in the folder of the program's go.mod", dir)
	}
	for flag := range strings.FieldsSeq(env.GOFLAGS) {
		if err := refuse(flag); err != nil {
			return nil, fmt.Errorf("GOFLAGS: %w", err)
		}
	}
	if older(env.GOVERSION, minGo) {
		return nil, fmt.Errorf("%s is too old to weave: %s or later is needed", env.GOVERSION, minGo)
	}
	p.Root, p.Work = filepath.Dir(env.GOMOD), env.GOWORK
	if filepath.Base(p.Root) == folder { // run inside what we wrote
		return nil, fmt.Errorf("%s is cachemeter's own folder: run this in the program's", p.Root)
	}
	if p.Work == "off" || p.Work == p.file(folder, "go.work") {
		p.Work = ""
	}
	return p, nil
}

func (p *Program) file(elements ...string) string {
	return filepath.Join(append([]string{p.Root}, elements...)...)
}

// golang runs the go command as the program's author would, in its folder.
func (p *Program) golang(env []string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir = p.Dir
	cmd.Env = append(p.env, env...)
	out, err := cmd.Output()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return nil, fmt.Errorf("go %s: %s", args[0], bytes.TrimSpace(exit.Stderr))
	}
	return out, err
}

// Module is one of a build's modules.
type Module struct {
	Path, Version string
	Main          bool
	Dir           string
	Replace       *Module
}

// modules returns what a build is made of, by path. A vendor folder does not list
// all of it; go.mod does.
func (p *Program) modules(env ...string) (map[string]Module, error) {
	out, err := p.golang(env, "list", "-mod=readonly", "-m", "-json=Path,Version,Main,Dir,Replace", "all")
	if err != nil {
		return nil, err
	}
	all := map[string]Module{}
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var m Module
		if err := d.Decode(&m); err != nil {
			return nil, fmt.Errorf("go list -m: %w", err)
		}
		all[m.Path] = m
	}
	return all, nil
}

// refuse says why a flag of the go command cannot be used while weaving.
func refuse(flag string) error {
	name, value, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
	switch {
	case !strings.HasPrefix(flag, "-"):
	case name == "modfile":
		return errors.New("-modfile cannot be used: the woven build has a workspace of its own, where Go does not allow it")
	case name == "mod" && value == "mod":
		return errors.New("-mod=mod cannot be used: the woven build has a workspace of its own, where Go does not allow it")
	case name == "toolexec":
		return errors.New("-toolexec cannot be used: weaving is one itself")
	}
	return nil
}
