package redismeter_test

import (
	"slices"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

// played is a command that the installed servers do not have: its replies are those
// that its documentation gives.
type played struct {
	do                   string
	reply                string
	hits, misses, errors int
}

var playedTable = map[string][]played{
	"object freq": {
		{do: "object freq u:1", reply: ":3\r\n", hits: 1},
		{do: "object freq u:1", reply: "$-1\r\n", misses: 1},
	},
	"digest": {
		{do: "digest u:1", reply: "$16\r\n0123456789abcdef\r\n", hits: 1},
		{do: "DIGEST u:1", reply: "$-1\r\n", misses: 1},
	},
	"hgetex": {
		{do: "HGETEX u:1 EX 10 FIELDS 2 f g", reply: "*2\r\n$0\r\n\r\n$-1\r\n", hits: 1, misses: 1},
		{do: "hgetex u:1 FIELDS 2 fields g", reply: "*2\r\n$-1\r\n$-1\r\n", misses: 2},
		{do: "hgetex u:1 FIELDS 2 f g", reply: "-WRONGTYPE no hash\r\n", errors: 2},
	},
	"hgetdel": {
		{do: "HGETDEL u:1 FIELDS 3 f g h", reply: "*3\r\n$1\r\nv\r\n$-1\r\n$1\r\nw\r\n", hits: 2, misses: 1},
	},
	"httl": {
		{do: "HTTL u:1 FIELDS 3 f g h", reply: "*3\r\n:-2\r\n:-1\r\n:10\r\n", hits: 2, misses: 1},
	},
	"hpttl":        {{do: "HPTTL u:1 FIELDS 1 f", reply: "*1\r\n:-2\r\n", misses: 1}},
	"hexpiretime":  {{do: "HEXPIRETIME u:1 FIELDS 1 f", reply: "*1\r\n:1700000000\r\n", hits: 1}},
	"hpexpiretime": {{do: "HPEXPIRETIME u:1 FIELDS 1 f", reply: "-WRONGTYPE no hash\r\n", errors: 1}},
	"vemb": {
		{do: "vemb u:1 e", reply: "*2\r\n+0.1\r\n+0.2\r\n", hits: 1},
		{do: "vemb u:1 e", reply: "*-1\r\n", misses: 1},
	},
	"vismember": {
		{do: "vismember u:1 e", reply: ":1\r\n", hits: 1},
		{do: "vismember u:1 e", reply: ":0\r\n", misses: 1},
	},
	"vcard": {
		{do: "vcard u:1", reply: ":7\r\n", hits: 1},
		{do: "vcard u:1", reply: ":0\r\n", misses: 1},
	},
	"arget": {
		{do: "arget u:1 0", reply: "$1\r\nv\r\n", hits: 1},
		{do: "arget u:1 0", reply: "$-1\r\n", misses: 1},
	},
	"armget": {{do: "armget u:1 0 1 2", reply: "*3\r\n$1\r\nv\r\n$-1\r\n$-1\r\n", hits: 1, misses: 2}},
	"json.get": {
		{do: "JSON.GET u:1 $", reply: "$7\r\n[{\"a\":1\r\n", hits: 1},
		{do: "JSON.GET u:1 $.none", reply: "$2\r\n[]\r\n", hits: 1},
		{do: "json.get u:1", reply: "$-1\r\n", misses: 1},
		{do: "json.get u:1", reply: "-WRONGTYPE no JSON\r\n", errors: 1},
	},
	"json.mget": {
		{do: "JSON.MGET u:1 u:2 $", reply: "*2\r\n$3\r\n[1]\r\n$-1\r\n", hits: 1, misses: 1},
	},
	"json.type": {
		{do: "JSON.TYPE u:1 $", reply: "*1\r\n$6\r\nobject\r\n", hits: 1},
		{do: "JSON.TYPE u:1", reply: "$6\r\nobject\r\n", hits: 1},
		{do: "JSON.TYPE u:1 $", reply: "$-1\r\n", misses: 1},
		{do: "JSON.TYPE u:1 $", reply: "*1\r\n$-1\r\n", misses: 1},
	},
	"json.objkeys": {
		{do: "JSON.OBJKEYS u:1 $", reply: "*1\r\n*1\r\n$1\r\na\r\n", hits: 1},
		{do: "JSON.OBJKEYS u:1 $", reply: "*1\r\n*-1\r\n", misses: 1},
	},
	"json.objlen": {
		{do: "JSON.OBJLEN u:1 $", reply: "*1\r\n:2\r\n", hits: 1},
		{do: "JSON.OBJLEN u:1 $", reply: "*1\r\n$-1\r\n", misses: 1},
	},
}

func TestConformanceOfScriptedReplies(t *testing.T) {
	server := redistest.StartScripted(t, func([]string) string { return "" })
	for command, rows := range playedTable {
		t.Run(command, func(t *testing.T) {
			for _, row := range rows {
				server.Answer(scriptOf(row.reply))
				client := redis.NewClient(&redis.Options{Addr: server.Addr, Protocol: 2, MaxRetries: -1})
				tracker := metrics.NewTracker()
				require.NoError(t, redismeter.Instrument(client, tracker, redismeter.WithCommands(command)))
				client.Do(ctx, words(row.do, "")...)
				requireCounts(t, tracker.Stats("u"), row.hits, row.misses, row.errors, "%s: %q", row.do, row.reply)
				require.LessOrEqual(t, len(tracker.Namespaces()), 1)
				require.NoError(t, client.Close())
			}
		})
	}
}

// scriptOf answers every command that is not the connection's own.
func scriptOf(reply string) func([]string) string {
	return func(args []string) string {
		switch args[0] {
		case "hello", "client", "select":
			return ""
		}
		return reply
	}
}

// TestEveryLookupIsTested keeps the table and the two tables of tests together.
func TestEveryLookupIsTested(t *testing.T) {
	names := redismeter.LookupNames()
	for _, name := range names {
		_, real := conformanceTable[name]
		_, played := playedTable[name]
		require.True(t, real || played, "%s has no conformance row", name)
	}
	for name := range conformanceTable {
		require.True(t, slices.Contains(names, name), name)
	}
	for name := range playedTable {
		require.True(t, slices.Contains(names, name), name)
	}
}

func TestClassCIsNeverGuessed(t *testing.T) {
	known := redismeter.CommandNames()
	for _, name := range []string{
		"getrange", "substr", "strlen", "lcs", "getbit", "bitcount", "bitpos", "bitfield_ro", "hstrlen", "zcount", "zlexcount",
		"sinter", "sunion", "sdiff", "sintercard", "zinter", "zunion", "zdiff", "pfcount", "xlen", "xrange", "xrevrange", "xread",
		"vgetattr", "vsim", "blpop", "brpop", "blmpop", "blmove", "bzpopmin", "bzpopmax", "bzmpop", "scan", "hscan", "keys", "randomkey", "ts.get", "ft.search", "bf.exists",
	} {
		require.NotContains(t, known, name)
		_, err := redismeter.NewHook(metrics.NewTracker(), redismeter.WithCommands(name))
		require.ErrorContains(t, err, "without guessing", name)
	}
	// Typed replies that lose nil, and ranges that leave something out.
	for _, cmd := range []redis.Cmder{
		redis.NewStringSliceCmd(ctx, "HGETEX", "u:1", "FIELDS", 2, "f", "g"),
		redis.NewStringSliceCmd(ctx, "HGETDEL", "u:1", "FIELDS", 2, "f", "g"),
		redis.NewFloatSliceCmd(ctx, "zmscore", "u:1", "a", "b"),
		redis.NewStringSliceCmd(ctx, "lrange", "u:1", 0, 9),
		redis.NewStringSliceCmd(ctx, "lrange", "u:1", 1, -1),
		redis.NewStringSliceCmd(ctx, "zrange", "u:1", 0, 9),
		redis.NewStringSliceCmd(ctx, "zrange", "u:1", "-inf", "+inf", "byscore", "limit", 0, 10),
		redis.NewStringSliceCmd(ctx, "zrangebyscore", "u:1", "(1", "+inf"),
		redis.NewStringSliceCmd(ctx, "sort", "u:1", "limit", 0, 5),
		redis.NewStringSliceCmd(ctx, "srandmember", "u:1", 0),
		redis.NewIntSliceCmd(ctx, "lpos", "u:1", "a", "count", 2),
	} {
		for _, err := range []error{nil, redis.Nil, redis.ErrClosed} {
			v, ok := redismeter.Classify(cmd, err)
			require.False(t, ok, "%v: %+v", cmd.Args(), v)
		}
	}
}
