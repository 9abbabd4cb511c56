//lint:file-ignore SA1019 deprecated commands are still read, and counted

package redismeter_test

import (
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
	"github.com/cachemeter/cachemeter/wrap/redis/internal/redistest"
)

// conformance is one lookup command, as hit, miss and wrong type.
type conformance struct {
	setup string                              // what makes KEY a hit
	do    string                              // the command, for Do
	typed func(c *redis.Client, key string)   // the method, where there is one
	n     int                                 // lookups; 0 stands for 1
	wrong int                                 // errors on a wrong type; -1 where every type will do
	also  func(t testing.TB, s metrics.Stats) // further figures of a hit
	notOn string                              // backends that do not have it
}

const anyType = -1

var conformanceTable = map[string]conformance{
	"get":    {setup: "set KEY v", do: "get KEY", typed: func(c *redis.Client, k string) { c.Get(ctx, k) }},
	"getex":  {setup: "set KEY v", do: "getex KEY ex 100", typed: func(c *redis.Client, k string) { c.GetEx(ctx, k, time.Hour) }},
	"getdel": {setup: "set KEY v", do: "getdel KEY", typed: func(c *redis.Client, k string) { c.GetDel(ctx, k) }, also: wantDeletes(1)},
	"getset": {setup: "set KEY v", do: "getset KEY w", typed: func(c *redis.Client, k string) { c.GetSet(ctx, k, "w") }, also: wantSets(1)},
	"set": {setup: "set KEY v", do: "set KEY w ex 100 get", typed: func(c *redis.Client, k string) {
		c.SetArgs(ctx, k, "w", redis.SetArgs{Get: true})
	}, also: wantSets(1)},
	"mget": {setup: "set KEY v", do: "mget KEY KEY", typed: func(c *redis.Client, k string) { c.MGet(ctx, k, k) }, n: 2, wrong: anyType},

	"hget":       {setup: "hset KEY f v", do: "hget KEY f", typed: func(c *redis.Client, k string) { c.HGet(ctx, k, "f") }},
	"hmget":      {setup: "hset KEY f v g w", do: "hmget KEY f g", typed: func(c *redis.Client, k string) { c.HMGet(ctx, k, "f", "g") }, n: 2},
	"hgetall":    {setup: "hset KEY f v", do: "hgetall KEY", typed: func(c *redis.Client, k string) { c.HGetAll(ctx, k) }},
	"hkeys":      {setup: "hset KEY f v", do: "hkeys KEY", typed: func(c *redis.Client, k string) { c.HKeys(ctx, k) }},
	"hvals":      {setup: "hset KEY f v", do: "hvals KEY", typed: func(c *redis.Client, k string) { c.HVals(ctx, k) }},
	"hlen":       {setup: "hset KEY f v", do: "hlen KEY", typed: func(c *redis.Client, k string) { c.HLen(ctx, k) }},
	"hexists":    {setup: "hset KEY f v", do: "hexists KEY f", typed: func(c *redis.Client, k string) { c.HExists(ctx, k, "f") }},
	"hrandfield": {setup: "hset KEY f v", do: "hrandfield KEY", typed: func(c *redis.Client, k string) { c.HRandField(ctx, k, 2) }},

	"exists":          {setup: "set KEY v", do: "exists KEY KEY", typed: func(c *redis.Client, k string) { c.Exists(ctx, k, k) }, n: 2, wrong: anyType},
	"touch":           {setup: "set KEY v", do: "touch KEY", typed: func(c *redis.Client, k string) { c.Touch(ctx, k) }, wrong: anyType},
	"ttl":             {setup: "set KEY v", do: "ttl KEY", typed: func(c *redis.Client, k string) { c.TTL(ctx, k) }, wrong: anyType},
	"pttl":            {setup: "set KEY v ex 100", do: "pttl KEY", typed: func(c *redis.Client, k string) { c.PTTL(ctx, k) }, wrong: anyType},
	"expiretime":      {setup: "set KEY v ex 100", do: "expiretime KEY", typed: func(c *redis.Client, k string) { c.ExpireTime(ctx, k) }, wrong: anyType},
	"pexpiretime":     {setup: "set KEY v", do: "pexpiretime KEY", typed: func(c *redis.Client, k string) { c.PExpireTime(ctx, k) }, wrong: anyType},
	"type":            {setup: "set KEY v", do: "type KEY", typed: func(c *redis.Client, k string) { c.Type(ctx, k) }, wrong: anyType},
	"dump":            {setup: "set KEY v", do: "dump KEY", typed: func(c *redis.Client, k string) { c.Dump(ctx, k) }, wrong: anyType, notOn: "mini"},
	"object encoding": {setup: "set KEY v", do: "object encoding KEY", typed: func(c *redis.Client, k string) { c.ObjectEncoding(ctx, k) }, wrong: anyType, notOn: "mini"},
	"object refcount": {setup: "set KEY v", do: "object refcount KEY", typed: func(c *redis.Client, k string) { c.ObjectRefCount(ctx, k) }, wrong: anyType, notOn: "mini"},
	"object idletime": {setup: "set KEY v", do: "object idletime KEY", typed: func(c *redis.Client, k string) { c.ObjectIdleTime(ctx, k) }, wrong: anyType},
	"memory usage":    {setup: "set KEY v", do: "memory usage KEY", typed: func(c *redis.Client, k string) { c.MemoryUsage(ctx, k) }, wrong: anyType},
	"sort":            {setup: "rpush KEY 1 2", do: "sort KEY", typed: func(c *redis.Client, k string) { c.Sort(ctx, k, &redis.Sort{}) }, notOn: "mini"},
	"sort_ro":         {setup: "rpush KEY 1 2", do: "sort_ro KEY", typed: func(c *redis.Client, k string) { c.SortRO(ctx, k, &redis.Sort{}) }, notOn: "mini"},

	"lrange":    {setup: "rpush KEY a", do: "lrange KEY 0 -1", typed: func(c *redis.Client, k string) { c.LRange(ctx, k, 0, -1) }},
	"lindex":    {setup: "rpush KEY a", do: "lindex KEY 0", typed: func(c *redis.Client, k string) { c.LIndex(ctx, k, 0) }},
	"llen":      {setup: "rpush KEY a", do: "llen KEY", typed: func(c *redis.Client, k string) { c.LLen(ctx, k) }},
	"lpos":      {setup: "rpush KEY a", do: "lpos KEY a", typed: func(c *redis.Client, k string) { c.LPos(ctx, k, "a", redis.LPosArgs{}) }},
	"lpop":      {setup: "rpush KEY a", do: "lpop KEY 2", typed: func(c *redis.Client, k string) { c.LPop(ctx, k) }},
	"rpop":      {setup: "rpush KEY a", do: "rpop KEY", typed: func(c *redis.Client, k string) { c.RPopCount(ctx, k, 2) }},
	"lmove":     {setup: "rpush KEY a", do: "lmove KEY KEY left right", typed: func(c *redis.Client, k string) { c.LMove(ctx, k, k, "left", "right") }},
	"rpoplpush": {setup: "rpush KEY a", do: "rpoplpush KEY KEY", typed: func(c *redis.Client, k string) { c.RPopLPush(ctx, k, k) }},
	"lmpop":     {setup: "rpush KEY a", do: "lmpop 1 KEY left", typed: func(c *redis.Client, k string) { c.LMPop(ctx, "left", 1, k) }, notOn: "mini"},

	"smembers":    {setup: "sadd KEY a", do: "smembers KEY", typed: func(c *redis.Client, k string) { c.SMembers(ctx, k) }},
	"sismember":   {setup: "sadd KEY a", do: "sismember KEY a", typed: func(c *redis.Client, k string) { c.SIsMember(ctx, k, "a") }},
	"smismember":  {setup: "sadd KEY a b", do: "smismember KEY a b", typed: func(c *redis.Client, k string) { c.SMIsMember(ctx, k, "a", "b") }, n: 2},
	"scard":       {setup: "sadd KEY a", do: "scard KEY", typed: func(c *redis.Client, k string) { c.SCard(ctx, k) }},
	"srandmember": {setup: "sadd KEY a", do: "srandmember KEY", typed: func(c *redis.Client, k string) { c.SRandMemberN(ctx, k, 2) }},
	"spop":        {setup: "sadd KEY a", do: "spop KEY", typed: func(c *redis.Client, k string) { c.SPopN(ctx, k, 2) }},

	"zrange":           {setup: "zadd KEY 1 a", do: "zrange KEY 0 -1", typed: func(c *redis.Client, k string) { c.ZRangeWithScores(ctx, k, 0, -1) }},
	"zrevrange":        {setup: "zadd KEY 1 a", do: "zrevrange KEY 0 -1", typed: func(c *redis.Client, k string) { c.ZRevRange(ctx, k, 0, -1) }},
	"zrangebyscore":    {setup: "zadd KEY 1 a", do: "zrangebyscore KEY -inf +inf", typed: func(c *redis.Client, k string) { c.ZRangeByScore(ctx, k, &redis.ZRangeBy{Min: "-inf", Max: "+inf"}) }},
	"zrevrangebyscore": {setup: "zadd KEY 1 a", do: "zrevrangebyscore KEY +inf -inf", typed: func(c *redis.Client, k string) { c.ZRevRangeByScore(ctx, k, &redis.ZRangeBy{Min: "-inf", Max: "+inf"}) }},
	"zrangebylex":      {setup: "zadd KEY 1 a", do: "zrangebylex KEY - +", typed: func(c *redis.Client, k string) { c.ZRangeByLex(ctx, k, &redis.ZRangeBy{Min: "-", Max: "+"}) }},
	"zrevrangebylex":   {setup: "zadd KEY 1 a", do: "zrevrangebylex KEY + -", typed: func(c *redis.Client, k string) { c.ZRevRangeByLex(ctx, k, &redis.ZRangeBy{Min: "-", Max: "+"}) }},
	"zscore":           {setup: "zadd KEY 0 a", do: "zscore KEY a", typed: func(c *redis.Client, k string) { c.ZScore(ctx, k, "a") }},
	"zmscore":          {setup: "zadd KEY 0 a", do: "zmscore KEY a a", n: 2},
	"zrank":            {setup: "zadd KEY 1 a", do: "zrank KEY a", typed: func(c *redis.Client, k string) { c.ZRank(ctx, k, "a") }},
	"zrevrank":         {setup: "zadd KEY 1 a", do: "zrevrank KEY a", typed: func(c *redis.Client, k string) { c.ZRevRank(ctx, k, "a") }},
	"zcard":            {setup: "zadd KEY 1 a", do: "zcard KEY", typed: func(c *redis.Client, k string) { c.ZCard(ctx, k) }},
	"zrandmember":      {setup: "zadd KEY 1 a", do: "zrandmember KEY", typed: func(c *redis.Client, k string) { c.ZRandMember(ctx, k, 2) }},
	"zpopmin":          {setup: "zadd KEY 1 a", do: "zpopmin KEY", typed: func(c *redis.Client, k string) { c.ZPopMin(ctx, k) }},
	"zpopmax":          {setup: "zadd KEY 1 a", do: "zpopmax KEY", typed: func(c *redis.Client, k string) { c.ZPopMax(ctx, k, 2) }},
	"zmpop":            {setup: "zadd KEY 1 a", do: "zmpop 1 KEY min", typed: func(c *redis.Client, k string) { c.ZMPop(ctx, "min", 1, k) }, notOn: "mini"},

	"geopos":  {setup: "geoadd KEY 13.36 38.11 a", do: "geopos KEY a a", typed: func(c *redis.Client, k string) { c.GeoPos(ctx, k, "a", "a") }, n: 2},
	"geodist": {setup: "geoadd KEY 13.36 38.11 a 15.08 37.5 b", do: "geodist KEY a b", typed: func(c *redis.Client, k string) { c.GeoDist(ctx, k, "a", "b", "m") }},
	"geohash": {setup: "geoadd KEY 13.36 38.11 a", do: "geohash KEY a a", typed: func(c *redis.Client, k string) { c.GeoHash(ctx, k, "a", "a") }, n: 2, notOn: "mini"},

	"eval":       {setup: "set KEY v", do: "eval " + getScript + " 1 KEY", typed: func(c *redis.Client, k string) { c.Eval(ctx, spaced(getScript), []string{k}) }},
	"eval_ro":    {setup: "set KEY v", do: "eval_ro " + getScript + " 1 KEY", typed: func(c *redis.Client, k string) { c.EvalRO(ctx, spaced(getScript), []string{k}) }},
	"evalsha":    {setup: "script load " + getScript + "|set KEY v", do: "evalsha " + getScriptHash + " 1 KEY", typed: func(c *redis.Client, k string) { c.EvalSha(ctx, getScriptHash, []string{k}) }},
	"evalsha_ro": {setup: "script load " + getScript + "|set KEY v", do: "evalsha_ro " + getScriptHash + " 1 KEY", typed: func(c *redis.Client, k string) { c.EvalShaRO(ctx, getScriptHash, []string{k}) }},
	"fcall":      {setup: "function load replace " + getFunction + "|set KEY v", do: "fcall read 1 KEY", typed: func(c *redis.Client, k string) { c.FCall(ctx, "read", []string{k}) }, notOn: "mini"},
	"fcall_ro":   {setup: "function load replace " + getFunction + "|set KEY v", do: "fcall_ro read_ro 1 KEY", typed: func(c *redis.Client, k string) { c.FCallRo(ctx, "read_ro", []string{k}) }, notOn: "mini"},
}

// The words of the table are divided at spaces; these have a no-break space instead.
const getScript = "return\u00a0redis.call('get',KEYS[1])"

var getFunction = strings.ReplaceAll(`#!lua name=tests
redis.register_function('read', function(keys) return redis.call('get', keys[1]) end)
redis.register_function{function_name='read_ro', callback=function(keys) return redis.call('get', keys[1]) end, flags={'no-writes'}}`, " ", "\u00a0")

// getScriptHash is the SHA-1 of getScript as it is sent.
var getScriptHash = redis.NewScript(spaced(getScript)).Hash()

func spaced(s string) string { return strings.ReplaceAll(s, "\u00a0", " ") }

func wantSets(n uint64) func(testing.TB, metrics.Stats) {
	return func(t testing.TB, s metrics.Stats) { require.Equal(t, n, s.Sets, "sets") }
}

func wantDeletes(n uint64) func(testing.TB, metrics.Stats) {
	return func(t testing.TB, s metrics.Stats) { require.Equal(t, n, s.Deletes, "deletes") }
}

// words makes the arguments of a Do.
func words(line, key string) []any {
	var args []any
	for word := range strings.SplitSeq(line, " ") {
		if word == "KEY" {
			word = key
		}
		args = append(args, spaced(word))
	}
	return args
}

// TestConformance runs every classifiable command that the installed servers have as
// hit, miss and wrong type.
func TestConformance(t *testing.T) {
	backends := map[string]func(t *testing.T) string{
		"mini": func(t *testing.T) string { return miniredis.RunT(t).Addr() },
		"r7":   func(t *testing.T) string { return redistest.Start(t).Addr },
	}
	for backend, start := range backends {
		t.Run(backend, func(t *testing.T) {
			addr := start(t)
			for protocol, name := range map[int]string{2: "RESP2", 3: "RESP3"} {
				t.Run(name, func(t *testing.T) {
					for command, row := range conformanceTable {
						if row.notOn != backend {
							conform(t, &redis.Options{Addr: addr, Protocol: protocol, MaxRetries: -1}, command, row)
						}
					}
				})
			}
		})
	}
}

func conform(t *testing.T, options *redis.Options, command string, row conformance) {
	t.Run(command, func(t *testing.T) {
		plain := redis.NewClient(options)
		defer plain.Close()
		client := redis.NewClient(options)
		defer client.Close()
		tracker := metrics.NewTracker()
		require.NoError(t, redismeter.Instrument(client, tracker, redismeter.WithCommands(redismeter.CommandNames()...)))

		prepare := func() {
			require.NoError(t, plain.FlushDB(ctx).Err())
			for line := range strings.SplitSeq(row.setup, "|") {
				require.NoError(t, plain.Do(ctx, words(line, "hit:1")...).Err())
			}
			// Of another type than any that a command reads.
			require.NoError(t, plain.XAdd(ctx, &redis.XAddArgs{Stream: "wrong:1", Values: []string{"f", "v"}}).Err())
		}
		forms := map[string]func(key string){"Do": func(key string) { client.Do(ctx, words(row.do, key)...) }}
		if row.typed != nil {
			forms["method"] = func(key string) { row.typed(client, key) }
		}
		n := max(row.n, 1)
		for name, call := range forms {
			prepare()
			call("hit:1")
			requireCounts(t, tracker.Stats("hit"), n, 0, 0, "%s of a hit", name)
			if row.also != nil {
				row.also(t, tracker.Stats("hit"))
			}
			call("miss:1")
			requireCounts(t, tracker.Stats("miss"), 0, n, 0, "%s of a miss", name)
			switch {
			case row.wrong != anyType:
				call("wrong:1")
				requireCounts(t, tracker.Stats("wrong"), 0, 0, n, "%s of a wrong type", name)
			case command == "mget":
				call("wrong:1")
				requireCounts(t, tracker.Stats("wrong"), 0, n, 0, "MGET answers nil for a wrong type")
			}
			tracker.ResetAll()
		}
		require.Len(t, tracker.Namespaces(), 2+min(1, row.wrong+1)+countIf(command == "mget"), "no other namespace")
	})
}

func countIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
