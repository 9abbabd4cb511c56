package auto

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
)

// Streams are what a go command is connected to.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
}

// Run runs a go command, such as build, with weaving. What it answers is the exit
// status of the command; an error means that it did not run.
func (p *Program) Run(std Streams, command string, args []string) (status int, err error) {
	if !p.Ready() {
		return 0, fmt.Errorf("%s is not laid out for weaving: run cachemeter auto init first", p.Root)
	}
	for _, arg := range args {
		if arg == "--" || arg == "-args" || arg == "--args" {
			break
		}
		if err := refuse(arg); err != nil {
			return 0, err
		}
	}
	rules, err := p.rules()
	if err != nil {
		return 0, err
	}
	if _, err := p.sync(); err != nil {
		return 0, err
	}
	weaver, err := p.weaver(std.Err)
	if err != nil {
		return 0, err
	}
	goflags := p.goflags()
	args, err = withRules(args, goflags, rules)
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(weaver, append([]string{"go", command}, args...)...)
	cmd.Dir = p.Dir
	cmd.Stdin, cmd.Stdout, cmd.Stderr = std.In, std.Out, std.Err
	// The last of them: the version of the weaver is ours to choose, and it shall not look
	// for itself in the program's go.mod, nor write itself into it.
	cmd.Env = append(p.env, "GOWORK="+p.file(folder, "go.work"), "GOFLAGS="+goflags, "DD_ORCHESTRION_IS_GOMOD_VERSION=true")

	// An interrupt reaches the command too, which ends by it; we stay to tell its status.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	defer signal.Stop(interrupts)
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

// Command returns what Run runs, for people.
func (p *Program) Command(command string) string {
	return "GOWORK=" + p.file(folder, "go.work") + " DD_ORCHESTRION_IS_GOMOD_VERSION=true orchestrion go " + command
}
