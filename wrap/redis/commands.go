package redismeter

import (
	"fmt"
	"slices"
	"strings"
)

// longestName is longer than any name of the table, its subcommand included.
const longestName = 32

// commands finds a command by its name, as the program wrote it: open-addressed,
// never written after it was built.
type commands struct {
	get   *command // by far the most frequent, told by one comparison
	slots []*command
}

// newCommands returns the table, with what the lists turn on and off.
func newCommands(with, without []string) (*commands, error) {
	chosen := make(map[string]command, len(table))
	for _, c := range table {
		chosen[c.name] = c
	}
	turn := func(names []string, on bool) error {
		for _, name := range names {
			c, ok := chosen[strings.ToLower(strings.TrimSpace(name))]
			if !ok {
				return fmt.Errorf("redismeter: no command %q can be counted; the known ones are %s", name, strings.Join(CommandNames(), ", "))
			}
			c.on = on
			chosen[c.name] = c
		}
		return nil
	}
	if err := turn(with, true); err != nil {
		return nil, err
	}
	if err := turn(without, false); err != nil {
		return nil, err
	}
	cs := &commands{slots: make([]*command, 1024)}
	for _, c := range chosen {
		if c.on {
			cs.put(&c)
		}
	}
	cs.get = cs.named("get")
	return cs, nil
}

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
	for cs.slots[i&1023] != nil {
		i++
	}
	cs.slots[i&1023] = c
}

// named finds a command by its lower-case name.
func (cs *commands) named(name string) *command {
	for i := slot(name); ; i++ {
		c := cs.slots[i&1023]
		if c == nil || c.name == name {
			return c
		}
	}
}

func slot(name string) uint {
	h := uint(len(name))
	for i := range len(name) {
		h = h*31 + uint(name[i])
	}
	return h
}

// find returns what is known of the command that args spell, nil when it counts as
// nothing.
func (cs *commands) find(args []any) *command {
	if len(args) < 2 {
		return nil
	}
	name, ok := args[0].(string)
	if ok && name == "get" {
		return cs.get
	}
	var folded [longestName]byte
	n := fold(&folded, 0, args[0])
	if n == 0 {
		return nil
	}
	c := cs.named(string(folded[:n]))
	if c == nil || c.only != nil && !c.only(args) {
		return nil
	}
	return c
}

// fold writes the lower-case form of a command's word into buf from at on, and
// returns where it ends: 0 when it is no text or too long to be in the table.
func fold(buf *[longestName]byte, at int, word any) int {
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

func lower(buf *[longestName]byte, from, to int) int {
	for i := from; i < to; i++ {
		if c := buf[i]; 'A' <= c && c <= 'Z' {
			buf[i] = c + 'a' - 'A'
		}
	}
	return to
}
