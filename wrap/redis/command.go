package redismeter

import "github.com/redis/go-redis/v9"

// unit says what one lookup, or one write, of a command is.
type unit uint8

const (
	perCommand unit = iota // the command is one
	perKey                 // each key is one: MGET
	perField               // each field of the one key is one: HMGET
)

// effect says what a command changed when it succeeded.
type effect uint8

const (
	noWrite     effect = iota
	alters             // nothing that is counted; only its failure is
	sets               // every unit is a set, unless the reply is redis.Nil, false or 0
	setsAlways         // every unit is a set, whatever the reply
	setsNew            // a set unless an option forbade it: SET with NX, XX, GET
	deletesRead        // a delete for each value that was there: GETDEL
	deletes            // the reply is the number of deletes
	expires            // a delete where the time given is already over: EXPIRE k 0
)

// behindFields is the place of fields that follow the words FIELDS n.
const behindFields = -1

// command is what the hook knows of one Redis command.
type command struct {
	name  string // lower case; "memory usage" for one with a subcommand
	on    bool   // counted by default
	miss  miss
	write effect
	unit  unit

	key     int  // index of the (first) key; 0 stands for 1
	field   int  // index of the first field, or behindFields
	stride  int  // arguments from one key or field to the next; 0 stands for 1
	tail    int  // arguments behind the last key or field
	counted bool // the argument before the first key is the number of keys

	// only, where set, tells the forms of the command that can be classified.
	only func(args []any) bool
	// quick commands have one lookup of the key args[1], which only redis.Nil says is
	// not there, and change nothing.
	quick bool
	// judge, where set, is the user's, and replaces all else but the key's place.
	judge func(cmd redis.Cmder, err error) Verdict
}

// keys returns the arguments that hold keys, one every stride.
func (c *command) keys(args []any) []any {
	from := max(c.key, 1)
	to := len(args) - c.tail
	if c.counted {
		n, _ := whole(at(args, from-1))
		to = min(to, from+int(min(max(n, 0), int64(len(args))))*c.step())
	}
	if c.unit != perKey {
		to = min(to, from+1)
	}
	if to <= from {
		return nil
	}
	return args[from:to]
}

// units returns how many lookups or writes args ask for.
func (c *command) units(args []any) int {
	switch {
	case c.unit == perKey:
		return len(c.keys(args)) / c.step()
	case c.unit == perField && c.field == behindFields:
		for i := 2; i < len(args); i++ {
			if is(args[i], "fields") {
				return max(len(args)-i-2, 0) / c.step()
			}
		}
		return 0
	case c.unit == perField:
		return max(len(args)-c.tail-c.field, 0) / c.step()
	default:
		return 1
	}
}

func (c *command) step() int { return max(c.stride, 1) }
