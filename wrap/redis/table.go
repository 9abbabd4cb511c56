package redismeter

// table is every command that can be classified without guessing, measured on real
// servers. What is not here counts as nothing: scans, administration, waiting for a
// queue, and each read whose reply is the same for an absent key and for one that is
// there (GETRANGE, STRLEN, GETBIT, ZCOUNT, SINTER, PFCOUNT, XLEN and so on).
var table = []command{
	// Strings.
	{name: "get", on: true, miss: asNil},
	{name: "getex", on: true, miss: asNil},
	{name: "getdel", on: true, miss: asNil, write: deletesRead},
	{name: "getset", on: true, miss: asNil, write: setsAlways},
	{name: "mget", on: true, miss: asElement, unit: perKey},
	{name: "digest", miss: asNil},
	{name: "set", on: true, write: setsNew}, // with the option GET also a lookup
	{name: "setex", on: true, write: sets},
	{name: "psetex", on: true, write: sets},
	{name: "setnx", on: true, write: sets},
	{name: "mset", on: true, write: sets, unit: perKey, stride: 2},
	{name: "msetnx", on: true, write: sets, unit: perKey, stride: 2},
	{name: "msetex", on: true, write: sets, unit: perKey, key: 2, stride: 2, counted: true},
	{name: "append", on: true, write: setsAlways},
	{name: "setrange", on: true, write: setsAlways},
	{name: "setbit", on: true, write: setsAlways},
	{name: "incr", on: true, write: setsAlways},
	{name: "incrby", on: true, write: setsAlways},
	{name: "incrbyfloat", on: true, write: setsAlways},
	{name: "decr", on: true, write: setsAlways},
	{name: "decrby", on: true, write: setsAlways},

	// Hashes. A missing key and a missing field look the same, and are.
	{name: "hget", on: true, miss: asNil},
	{name: "hmget", on: true, miss: asElement, unit: perField, field: 2},
	{name: "hgetall", on: true, miss: asEmpty},
	{name: "hkeys", on: true, miss: asEmpty},
	{name: "hvals", on: true, miss: asEmpty},
	{name: "hgetex", on: true, miss: asElement, unit: perField, field: behindFields},                      // by Do: HGetEX makes "" of nil
	{name: "hgetdel", on: true, miss: asElement, unit: perField, field: behindFields, write: deletesRead}, // by Do
	{name: "hlen", miss: asZero},
	{name: "hexists", miss: asFalse},
	{name: "hrandfield", miss: asEmpty, only: someWanted},
	{name: "httl", miss: asGone, unit: perField, field: behindFields},
	{name: "hpttl", miss: asGone, unit: perField, field: behindFields},
	{name: "hexpiretime", miss: asGone, unit: perField, field: behindFields},
	{name: "hpexpiretime", miss: asGone, unit: perField, field: behindFields},
	{name: "hset", on: true, write: setsAlways, unit: perField, field: 2, stride: 2},
	{name: "hmset", on: true, write: setsAlways, unit: perField, field: 2, stride: 2},
	{name: "hsetex", on: true, write: sets, unit: perField, field: behindFields, stride: 2},
	{name: "hsetnx", on: true, write: sets},
	{name: "hincrby", on: true, write: setsAlways},
	{name: "hincrbyfloat", on: true, write: setsAlways},
	{name: "hdel", on: true, write: deletes, unit: perField, field: 2},

	// Keys: whether they are there, and for how long.
	{name: "exists", miss: asCount, unit: perKey},
	{name: "touch", miss: asCount, unit: perKey},
	{name: "ttl", miss: asGone},
	{name: "pttl", miss: asGone},
	{name: "expiretime", miss: asGone},
	{name: "pexpiretime", miss: asGone},
	{name: "type", miss: asNone},
	{name: "dump", miss: asNil},
	{name: "object encoding", miss: asNil, key: 2},
	{name: "object refcount", miss: asNil, key: 2},
	{name: "object idletime", miss: asNil, key: 2},
	{name: "object freq", miss: asNil, key: 2},
	{name: "memory usage", miss: asNil, key: 2},
	{name: "sort", miss: asEmpty, only: wholeSort},
	{name: "sort_ro", miss: asEmpty, only: wholeSort},
	{name: "del", on: true, write: deletes, unit: perKey},
	{name: "unlink", on: true, write: deletes, unit: perKey},
	{name: "expire", on: true, write: expires},
	{name: "pexpire", on: true, write: expires},
	{name: "expireat", on: true, write: alters},
	{name: "pexpireat", on: true, write: alters},
	{name: "persist", on: true, write: alters},
	{name: "copy", on: true, write: sets, key: 2},

	// Lists.
	{name: "lrange", on: true, miss: asEmpty, only: wholeByIndex},
	{name: "lindex", miss: asNil},
	{name: "llen", miss: asZero},
	{name: "lpos", miss: asNil, only: noCount},
	{name: "lpop", miss: asEmpty, only: someWanted},
	{name: "rpop", miss: asEmpty, only: someWanted},
	{name: "lmove", miss: asNil},
	{name: "rpoplpush", miss: asNil},
	{name: "lmpop", miss: asNil, key: 2, counted: true},
	{name: "lpush", write: setsAlways},
	{name: "rpush", write: setsAlways},

	// Sets.
	{name: "smembers", on: true, miss: asEmpty},
	{name: "sismember", miss: asFalse},
	{name: "smismember", miss: asFalse, unit: perField, field: 2},
	{name: "scard", miss: asZero},
	{name: "srandmember", miss: asEmpty, only: someWanted},
	{name: "spop", miss: asEmpty, only: someWanted},
	{name: "sadd", on: true, write: setsAlways},

	// Sorted sets.
	{name: "zrange", on: true, miss: asEmpty, only: wholeRange},
	{name: "zrevrange", on: true, miss: asEmpty, only: wholeByIndex},
	{name: "zrangebyscore", on: true, miss: asEmpty, only: wholeByScore},
	{name: "zrevrangebyscore", on: true, miss: asEmpty, only: wholeByScoreR},
	{name: "zrangebylex", on: true, miss: asEmpty, only: wholeByLex},
	{name: "zrevrangebylex", on: true, miss: asEmpty, only: wholeByLexR},
	{name: "zscore", miss: asNil},
	{name: "zmscore", miss: asElement, unit: perField, field: 2}, // by Do: ZMScore makes 0 of nil
	{name: "zrank", miss: asNil},
	{name: "zrevrank", miss: asNil},
	{name: "zcard", miss: asZero},
	{name: "zrandmember", miss: asEmpty, only: someWanted},
	{name: "zpopmin", miss: asEmpty, only: someWanted},
	{name: "zpopmax", miss: asEmpty, only: someWanted},
	{name: "zmpop", miss: asNil, key: 2, counted: true},
	{name: "zadd", on: true, write: setsAlways},

	// Places, vectors and arrays.
	{name: "geopos", miss: asElement, unit: perField, field: 2},
	{name: "geodist", miss: asNil},
	{name: "geohash", miss: asBlank, unit: perField, field: 2},
	{name: "vemb", miss: asNil},
	{name: "vismember", miss: asFalse},
	{name: "vcard", miss: asZero},
	{name: "arget", miss: asNil},
	{name: "armget", miss: asElement, unit: perField, field: 2},

	// JSON. The lookup is of the key: a path that matches nothing is answered "[]".
	{name: "json.get", on: true, miss: asText},
	{name: "json.mget", on: true, miss: asElement, unit: perKey, tail: 1},
	{name: "json.type", miss: asHollow},
	{name: "json.objkeys", miss: asHollow},
	{name: "json.objlen", miss: asHollow},
	{name: "json.set", on: true, write: sets},
	{name: "json.mset", on: true, write: sets, unit: perKey, stride: 3},
	{name: "json.del", on: true, write: deletes},
	{name: "json.forget", on: true, write: deletes},

	// Scripts: what they answer is theirs, and redis.Nil is taken for a miss only
	// because the user said so.
	{name: "eval", miss: asNil, key: 3, counted: true},
	{name: "eval_ro", miss: asNil, key: 3, counted: true},
	{name: "evalsha", miss: asNil, key: 3, counted: true},
	{name: "evalsha_ro", miss: asNil, key: 3, counted: true},
	{name: "fcall", miss: asNil, key: 3, counted: true},
	{name: "fcall_ro", miss: asNil, key: 3, counted: true},
}
