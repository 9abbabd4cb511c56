package redismeter

import (
	"fmt"
	"slices"
	"strings"
)

// longestCommand is longer than any name of the table, its subcommand included.
const longestCommand = 32

// slots is a power of two and far more than there are commands.
const slots = 1024

// commands finds a command by its name, as the program wrote it: open-addressed,
// never written after it was built.
type commands struct {
	get   *command // by far the most frequent, told by one comparison
	slots [slots]*command
}

// The commands that open and close a transaction count as nothing, but replies in
// between are no answers yet.
var (
	multi = &command{name: "multi"}
	ends  = []*command{{name: "exec"}, {name: "discard"}}
)

func (c *command) isEnd() bool { return c == ends[0] || c == ends[1] }

// isControl tells the commands that count as nothing themselves.
func (c *command) isControl() bool { return c == multi || c.isEnd() }

// newCommands returns the table, with what the options turn on, off and replace.
func newCommands(o *options) (*commands, error) {
	chosen := make(map[string]*command, len(table))
	for _, c := range table {
		chosen[c.name] = &c
	}
	for _, own := range o.classifiers {
		name := strings.ToLower(strings.TrimSpace(own.name))
		if name == "" || len(name) > longestCommand || own.judge == nil {
			return nil, fmt.Errorf("redismeter: a classifier needs the name of a command of at most %d letters and a function, not %q", longestCommand, own.name)
		}
		c := chosen[name]
		if c == nil {
			c = &command{name: name, key: 1 + strings.Count(name, " ")}
			chosen[name] = c
		}
		c.judge, c.on, c.only = own.judge, true, nil
	}
	turn := func(names []string, on bool) error {
		for _, name := range names {
			c := chosen[strings.ToLower(strings.TrimSpace(name))]
			if c == nil {
				return fmt.Errorf("redismeter: no command %q can be counted without guessing; known are %s; for others use WithClassifier", name, strings.Join(CommandNames(), ", "))
			}
			c.on = on
		}
		return nil
	}
	if err := turn(o.with, true); err != nil {
		return nil, err
	}
	if err := turn(o.without, false); err != nil {
		return nil, err
	}
	if len(chosen) > slots/4 {
		return nil, fmt.Errorf("redismeter: %d commands are more than there are; WithClassifier is given names that are made up", len(chosen))
	}
	cs := new(commands)
	cs.put(multi)
	cs.put(ends[0])
	cs.put(ends[1])
	for _, c := range chosen {
		if !c.on {
			continue
		}
		c.quick = c.miss == asNil && c.write == noWrite && c.unit == perCommand && c.key == 0 && c.judge == nil
		cs.put(c)
		if first, _, two := strings.Cut(c.name, " "); two && cs.named(first) == nil {
			cs.put(&command{name: first, only: never})
		}
	}
	cs.get = cs.named("get")
	return cs, nil
}

// never marks the first word of commands with a subcommand.
func never([]any) bool { return false }

// CommandNames returns, sorted, the names that [WithCommands] and [WithoutCommands]
// know.
func CommandNames() []string {
	names := make([]string, len(table))
	for i := range table {
		names[i] = table[i].name
	}
	slices.Sort(names)
	return names
}

func (cs *commands) put(c *command) {
	i := slot(c.name)
	for cs.slots[i%slots] != nil {
		i++
	}
	cs.slots[i%slots] = c
}

// named finds a command by its lower-case name.
func (cs *commands) named(name string) *command {
	for i := slot(name); ; i++ {
		c := cs.slots[i%slots]
		if c == nil || c.name == name {
			return c
		}
	}
}

// slot looks at a few letters: names are told apart by comparing anyway.
func slot(name string) uint {
	n := uint(len(name))
	if n == 0 {
		return 0
	}
	return n*131 + uint(name[0])*31 + uint(name[n/2])*17 + uint(name[n-1])*7 + uint(name[min(1, n-1)])
}

// find returns what is known of the command that args spell, nil when it counts as
// nothing.
func (cs *commands) find(args []any) *command {
	if len(args) == 0 {
		return nil
	}
	if name, ok := args[0].(string); ok && name == "get" {
		return cs.get
	}
	var folded [longestCommand]byte
	n := fold(&folded, 0, args[0])
	if n == 0 {
		return nil
	}
	c := cs.named(string(folded[:n]))
	if c == nil || c.only == nil {
		return c
	}
	if c.only(args) {
		return c
	}
	if len(args) < 2 || n == longestCommand {
		return nil
	}
	// Its own form does not count; perhaps one with a subcommand does.
	folded[n] = ' '
	if n = fold(&folded, n+1, args[1]); n == 0 {
		return nil
	}
	return cs.named(string(folded[:n]))
}

// fold writes the lower-case form of a command's word into buf from at on, and
// returns where it ends: 0 when it is no text or too long to be in the table.
func fold(buf *[longestCommand]byte, at int, word any) int {
	switch w := word.(type) {
	case string:
		if len(w) > len(buf)-at {
			return 0
		}
		copy(buf[at:], w)
		return lower(buf, at, at+len(w))
	case []byte:
		if len(w) > len(buf)-at {
			return 0
		}
		copy(buf[at:], w)
		return lower(buf, at, at+len(w))
	}
	return 0
}

func lower(buf *[longestCommand]byte, from, to int) int {
	for i := from; i < to; i++ {
		if c := buf[i]; 'A' <= c && c <= 'Z' {
			buf[i] = c + 'a' - 'A'
		}
	}
	return to
}
