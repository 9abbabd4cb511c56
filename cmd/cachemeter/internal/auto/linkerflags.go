package auto

import (
	"fmt"
	"strings"

	"github.com/cachemeter/cachemeter/wrap/auto/registry"
)

const mappingVariable = module + "/wrap/auto/registry.mapping"

// withRules adds the rules to the linker flags of a go command: a change of them
// links the program anew, where a change of its source would compile it anew. The
// program's own -ldflags, from the arguments or from GOFLAGS, stay in force.
func withRules(args []string, goflags string, rules registry.Rules) ([]string, error) {
	word := rules.Encode()
	if word == "" {
		return args, nil
	}
	ours := "-X=" + mappingVariable + "=" + word
	had, found := "", false
	for flag := range strings.FieldsSeq(goflags) {
		if value, ok := ldflags(flag); ok {
			had, found = value, true
		}
	}
	if strings.ContainsAny(goflags, `'"`) && strings.Contains(goflags, "ldflags") {
		return nil, fmt.Errorf("GOFLAGS=%s: -ldflags with quotes cannot be joined with the names of %s: give -ldflags as an argument", goflags, RulesFile)
	}
	out := make([]string, 0, len(args)+1)
	rest := args
	for len(rest) > 0 && strings.HasPrefix(rest[0], "-") && rest[0] != "--" && rest[0] != "-args" {
		flag := rest[0]
		rest = rest[1:]
		value, ok := ldflags(flag)
		if ok && !strings.Contains(flag, "=") {
			if len(rest) == 0 {
				return nil, fmt.Errorf("%s: no value", flag)
			}
			value, rest = rest[0], rest[1:]
		}
		if ok {
			had, found = value, true
			continue
		}
		out = append(out, flag)
		if takesValue(flag) && len(rest) > 0 {
			out = append(out, rest[0])
			rest = rest[1:]
		}
	}
	value := ours
	if found {
		value = had + " " + ours // after a pattern, if there is one
	}
	return append(append([]string{"-ldflags=" + value}, out...), rest...), nil
}

// ldflags returns the value of an -ldflags flag, "" if it is in the next argument.
func ldflags(flag string) (value string, ok bool) {
	name, value, _ := strings.Cut(strings.TrimLeft(flag, "-"), "=")
	return value, name == "ldflags" && strings.HasPrefix(flag, "-")
}

// takesValue tells whether a flag of go build, test or run has its value in the next
// argument. All others are switches.
func takesValue(flag string) bool {
	name := strings.TrimPrefix(strings.TrimLeft(flag, "-"), "test.")
	if strings.Contains(name, "=") {
		return false
	}
	switch name {
	case "C", "o", "p", "covermode", "coverpkg", "asmflags", "buildmode", "compiler", "gccgoflags", "gcflags",
		"installsuffix", "mod", "overlay", "pgo", "pkgdir", "tags", "exec", "vet", "bench", "benchtime", "blockprofile",
		"blockprofilerate", "count", "coverprofile", "cpu", "cpuprofile", "fuzz", "fuzztime", "fuzzminimizetime", "list",
		"memprofile", "memprofilerate", "mutexprofile", "mutexprofilefraction", "outputdir", "parallel", "run", "shuffle",
		"skip", "timeout", "trace":
		return true
	}
	return false
}
