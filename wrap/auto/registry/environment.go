package registry

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
)

// Environment is what the environment asks a woven program for.
type Environment struct {
	Off  bool   // CACHEMETER_OFF: count nothing
	HTTP string // CACHEMETER_HTTP: serve the figures at this host:port
	Dump string // CACHEMETER_DUMP: print them at exit, to "stderr", "stdout" or a file ending in .json
}

// Asked is what this process was asked for at its start. Where a value was bad the
// line about it is on stderr and Off is true.
var Asked = readEnvironment(os.LookupEnv, os.Stderr)

func readEnvironment(lookup func(name string) (string, bool), stderr io.Writer) Environment {
	var e Environment
	for _, variable := range []struct {
		name string
		read func(value string) (want string)
	}{
		{"CACHEMETER_OFF", e.readOff},
		{"CACHEMETER_HTTP", e.readHTTP},
		{"CACHEMETER_DUMP", e.readDump},
	} {
		value, _ := lookup(variable.name)
		if value == "" {
			continue
		}
		if want := variable.read(value); want != "" {
			fmt.Fprintf(stderr, "cachemeter: %s=%q is not %s; nothing is counted\n", variable.name, value, want)
			return Environment{Off: true}
		}
	}
	if e.Off {
		return Environment{Off: true}
	}
	return e
}

func (e *Environment) readOff(value string) (want string) {
	off, err := strconv.ParseBool(value)
	if err != nil {
		return "1 or 0"
	}
	e.Off = off
	return ""
}

func (e *Environment) readHTTP(value string) (want string) {
	colon := strings.LastIndexByte(value, ':')
	port, err := strconv.ParseUint(value[colon+1:], 10, 16)
	host := value[:max(colon, 0)]
	bracketed := strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]")
	if colon < 0 || err != nil || port == 0 && value[colon+1:] != "0" || strings.ContainsAny(host, "/ ") || !bracketed && strings.Contains(host, ":") {
		return "a host:port such as 127.0.0.1:6070"
	}
	e.HTTP = value
	return ""
}

func (e *Environment) readDump(value string) (want string) {
	if value != "stderr" && value != "stdout" && !strings.HasSuffix(value, ".json") {
		return "stderr, stdout or a file ending in .json"
	}
	e.Dump = value
	return ""
}
