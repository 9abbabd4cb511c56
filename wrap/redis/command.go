package redismeter

// unit says what one lookup, or one write, of a command is.
type unit uint8

const (
	perCommand   unit = iota // the command is one
	perKey                   // each key is one: MGET
	perPair                  // each key with the value behind it is one: MSET
	perField                 // each field of the one key is one: HMGET
	perFieldPair             // each field with the value behind it: HSET
)

// miss says how "not there" shows in the reply of a command that reads.
type miss uint8

const (
	noLookup  miss = iota // the command does not read a value
	asNil                 // redis.Nil for the whole command
	asElement             // a nil element for each that is not there
	asEmpty               // an empty collection
	asBlank               // an empty text for each that is not there
	asZero                // the number 0
	asCount               // the reply is the number of those that are there
	asFalse               // false, or 0, for each that is not there
	asGone                // -2, for each that is not there
	asNone                // the word none
)

// effect says what a command changed when it succeeded.
type effect uint8

const (
	noWrite     effect = iota
	sets               // every unit is a set, unless the reply is redis.Nil, false or 0
	setsAlways         // every unit is a set, whatever the reply
	setsNew            // a set unless an option forbade it: SET with NX, XX, GET
	deletesRead        // a delete where the value was there: GETDEL
	deletes            // the reply is the number of deletes
	expires            // a delete where the time given is already over: EXPIRE k 0
)

// command is what the hook knows of one Redis command.
type command struct {
	name  string // lower case; "memory usage" for one with a subcommand
	on    bool   // counted by default
	miss  miss
	write effect
	unit  unit
	key   int // index of the (first) key; 0 stands for 1
	field int // index of the first field, where the unit is perField or perFieldPair
	tail  int // arguments after the last key or field that are none

	// only, where set, tells the forms of the command that can be classified.
	only func(args []any) bool
}

func (c *command) keyAt() int {
	if c.key == 0 {
		return 1
	}
	return c.key
}

// units returns how many lookups or writes args ask for.
func (c *command) units(args []any) int {
	from, step := c.keyAt(), 1
	switch c.unit {
	case perCommand:
		return 1
	case perField:
		from = c.field
	case perFieldPair:
		from, step = c.field, 2
	case perPair:
		step = 2
	}
	return max(len(args)-c.tail-from, 0) / step
}

// step returns how far a key is from the next.
func (c *command) step() int {
	if c.unit == perPair {
		return 2
	}
	return 1
}

func (c *command) manyKeys() bool { return c.unit == perKey || c.unit == perPair }
