package redismeter

// table is every command that can be classified without guessing. A command that is
// not here counts as nothing: queues that block, scans, administration, and those
// whose reply is the same for an absent key and for one that is there.
var table = []command{
	// Strings.
	{name: "get", on: true, miss: asNil},
	{name: "getex", on: true, miss: asNil},
	{name: "getdel", on: true, miss: asNil, write: deletesRead},
	{name: "mget", on: true, miss: asElement, unit: perKey},
	{name: "set", on: true, write: setsNew},
	{name: "setex", on: true, write: sets},
	{name: "psetex", on: true, write: sets},
	{name: "setnx", on: true, write: sets},
	{name: "mset", on: true, write: sets, unit: perPair},
	{name: "msetnx", on: true, write: sets, unit: perPair},

	// Hashes.
	{name: "hget", on: true, miss: asNil},
	{name: "hmget", on: true, miss: asElement, unit: perField, field: 2},
	{name: "hgetall", on: true, miss: asEmpty},
	{name: "hset", on: true, write: setsAlways, unit: perFieldPair, field: 2},
	{name: "hmset", on: true, write: setsAlways, unit: perFieldPair, field: 2},
	{name: "hsetnx", on: true, write: sets},
	{name: "hdel", on: true, write: deletes, unit: perField, field: 2},

	// Keys.
	{name: "exists", miss: asCount, unit: perKey},
	{name: "del", on: true, write: deletes, unit: perKey},
	{name: "unlink", on: true, write: deletes, unit: perKey},
	{name: "expire", on: true, write: expires},
	{name: "pexpire", on: true, write: expires},
}
