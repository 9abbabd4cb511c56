package redismeter_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

func ExampleClassify() {
	cmd := redis.NewSliceCmd(context.Background(), "mget", "user:1", "user:2", "user:3")
	cmd.SetVal([]any{"Ada", nil, "Grace"})
	verdict, ok := redismeter.Classify(cmd, nil)
	fmt.Println(ok, verdict.Hits, verdict.Misses)
	// Output: true 2 1
}

func TestClassifyOfRepliesThatWereNeverRead(t *testing.T) {
	for _, test := range []struct {
		cmd  redis.Cmder
		want redismeter.Verdict
	}{
		{redis.NewSliceCmd(ctx, "mget", "a", "b"), redismeter.Verdict{Errors: 2}},
		{redis.NewMapStringStringCmd(ctx, "hgetall", "a"), redismeter.Verdict{Errors: 1}},
		{redis.NewStringSliceCmd(ctx, "smembers", "a"), redismeter.Verdict{Errors: 1}},
		{redis.NewCmd(ctx, "get", "a"), redismeter.Verdict{Errors: 1}},
		{redis.NewCmd(ctx, "hgetall", "a"), redismeter.Verdict{Errors: 1}},
	} {
		v, ok := redismeter.Classify(test.cmd, nil)
		require.True(t, ok)
		require.Equal(t, test.want, v, "%v", test.cmd.Args())
	}
	_, ok := redismeter.Classify(nil, nil)
	require.False(t, ok)
}

func TestClassifyOfBrokenArrays(t *testing.T) {
	short := redis.NewSliceCmd(ctx, "mget", "a", "b", "c")
	short.SetVal([]any{"x", errors.New("from a proxy")})
	v, _ := redismeter.Classify(short, nil)
	require.Equal(t, redismeter.Verdict{Hits: 1, Errors: 2, Bytes: 1}, v, "an element that is an error, and one that is not there")
	long := redis.NewSliceCmd(ctx, "mget", "a")
	long.SetVal([]any{nil, "x", "y"})
	v, _ = redismeter.Classify(long, nil)
	require.Equal(t, redismeter.Verdict{Misses: 1}, v, "never more than was asked for")
}

func TestSetOptions(t *testing.T) {
	const set, lookup = 1, 1
	for _, test := range []struct {
		line string
		err  error
		want redismeter.Verdict
	}{
		{"set k v", nil, redismeter.Verdict{Sets: set}},
		{"set k get", nil, redismeter.Verdict{Sets: set}},
		{"set k v nx", redis.Nil, redismeter.Verdict{}},
		{"set k v ex 10 xx", redis.Nil, redismeter.Verdict{}},
		{"SET k v GET", redis.Nil, redismeter.Verdict{Misses: lookup, Sets: set}},
		{"SET k v GET EX 10", nil, redismeter.Verdict{Hits: lookup, Sets: set, Bytes: 3}},
		{"set k v nx get", redis.Nil, redismeter.Verdict{Misses: lookup, Sets: set}},
		{"set k v nx get", nil, redismeter.Verdict{Hits: lookup, Bytes: 3}},
		{"set k v xx get", redis.Nil, redismeter.Verdict{Misses: lookup}},
		{"set k v xx get", nil, redismeter.Verdict{Hits: lookup, Sets: set, Bytes: 3}},
		{"set k v ifeq get", nil, redismeter.Verdict{Sets: set}},
		{"set k v ifeq get", redis.Nil, redismeter.Verdict{}},
		{"set k v ifeq get get", nil, redismeter.Verdict{Hits: lookup, Bytes: 3}}, // whether it was equal, it does not say
		{"set k v get", redis.ErrClosed, redismeter.Verdict{Errors: 1}},
		{"set k v", redis.ErrClosed, redismeter.Verdict{Errors: 1, WriteErrors: 1}},
	} {
		cmd := redis.NewStatusCmd(ctx, words(test.line, "")...)
		if test.err == nil {
			cmd.SetVal("old")
		}
		v, ok := redismeter.Classify(cmd, test.err)
		require.True(t, ok)
		require.Equal(t, test.want, v, "%s: %v", test.line, test.err)
	}
}

// rawCmd has the methods of go-redis's RawCmd, and textCmd those of its other newer
// types, which the oldest go-redis lacks.
type rawCmd struct {
	*redis.Cmd
	val []byte
}

func (c rawCmd) Val() []byte { return c.val }

type writtenCmd struct{ *redis.Cmd }

func (writtenCmd) Val() int64 { return 5 }

type bufferCmd struct{ *redis.Cmd }

func (bufferCmd) Val() int { return 5 }

type digestCmd struct{ *redis.Cmd }

func (digestCmd) Val() uint64 { return 7 }

func TestRawReplies(t *testing.T) {
	for _, test := range []struct {
		line, reply string
		want        redismeter.Verdict
		unknown     bool
	}{
		{line: "get k", reply: "$3\r\nabc\r\n", want: redismeter.Verdict{Hits: 1, Bytes: 3}},
		{line: "get k", reply: "$0\r\n\r\n", want: redismeter.Verdict{Hits: 1}},
		{line: "get k", reply: "$-1\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "get k", reply: "_\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "get k", reply: "-WRONGTYPE x\r\n", want: redismeter.Verdict{Errors: 1}},
		{line: "get k", reply: "!3\r\nERR\r\n", want: redismeter.Verdict{Errors: 1}},
		{line: "get k", reply: "", want: redismeter.Verdict{Errors: 1}},
		{line: "get k", reply: "$9\r\nabc", want: redismeter.Verdict{Errors: 1}},
		{line: "mget a b c", reply: "*3\r\n$1\r\na\r\n$-1\r\n_\r\n", want: redismeter.Verdict{Hits: 1, Misses: 2, Bytes: 1}},
		{line: "mget a b c", reply: "*2\r\n$1\r\na\r\n-ERR\r\n", want: redismeter.Verdict{Hits: 1, Errors: 2, Bytes: 1}},
		{line: "hmget k f g", reply: "*-1\r\n", want: redismeter.Verdict{Misses: 2}},
		{line: "hgetall k", reply: "%1\r\n$1\r\nf\r\n$2\r\nvv\r\n", want: redismeter.Verdict{Hits: 1, Bytes: 3}},
		{line: "hgetall k", reply: "*0\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "smembers k", reply: "~0\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "exists a b", reply: ":1\r\n", want: redismeter.Verdict{Hits: 1, Misses: 1}},
		{line: "ttl k", reply: ":-2\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "ttl k", reply: ":-1\r\n", want: redismeter.Verdict{Hits: 1}},
		{line: "hexists k f", reply: "#f\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "smismember k a b", reply: "*2\r\n:0\r\n:1\r\n", want: redismeter.Verdict{Hits: 1, Misses: 1}},
		{line: "httl k FIELDS 2 f g", reply: "*2\r\n:-2\r\n:9\r\n", want: redismeter.Verdict{Hits: 1, Misses: 1}},
		{line: "llen k", reply: ":0\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "type k", reply: "+none\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "type k", reply: "+hash\r\n", want: redismeter.Verdict{Hits: 1}},
		{line: "json.type k $", reply: "*1\r\n*1\r\n_\r\n", want: redismeter.Verdict{Hits: 1}},
		{line: "json.type k $", reply: "*1\r\n_\r\n", want: redismeter.Verdict{Misses: 1}},
		{line: "evalsha abc 1 k", reply: "-NOSCRIPT x\r\n", want: redismeter.Verdict{}},
		{line: "del a b", reply: ":1\r\n", want: redismeter.Verdict{Deletes: 1}},
		{line: "set k v nx", reply: "_\r\n", want: redismeter.Verdict{}},
		{line: "set k v", reply: "+OK\r\n", want: redismeter.Verdict{Sets: 1}},
		{line: "setex k 9 v", reply: "+OK\r\n", want: redismeter.Verdict{Sets: 1}},
		{line: "expire k", reply: ":1\r\n", want: redismeter.Verdict{}},
		{line: "expire k 0", reply: ":1\r\n", want: redismeter.Verdict{Deletes: 1}},
		{line: "setnx k v", reply: ":0\r\n", want: redismeter.Verdict{}},
		{line: "set k v", reply: "-OOM x\r\n", want: redismeter.Verdict{Errors: 1, WriteErrors: 1}},
		{line: "ttl k", reply: "+odd\r\n", unknown: true},
	} {
		cmd := rawCmd{redis.NewCmd(ctx, words(test.line, "")...), []byte(test.reply)}
		v, ok := redismeter.Classify(cmd, nil)
		require.Equal(t, !test.unknown, ok, "%s: %q", test.line, test.reply)
		require.Equal(t, test.want, v, "%s: %q", test.line, test.reply)
		require.LessOrEqual(t, v.Lookups(), 3)
	}
	v, ok := redismeter.Classify(rawCmd{redis.NewCmd(ctx, "get", "k"), nil}, redis.ErrClosed)
	require.True(t, ok)
	require.Equal(t, redismeter.Verdict{Errors: 1}, v)
}

func TestNewerTypesAreToldByTheirMethods(t *testing.T) {
	get := redis.NewCmd(ctx, "get", "k")
	for _, err := range []error{nil, redis.Nil, redis.ErrClosed} {
		_, ok := redismeter.Classify(writtenCmd{get}, err)
		require.False(t, ok, "what DoRawWriteTo wrote, error or value, nobody can tell")
	}
	v, ok := redismeter.Classify(bufferCmd{get}, nil)
	require.True(t, ok)
	require.Equal(t, redismeter.Verdict{Hits: 1, Bytes: 5}, v, "GetToBuffer")
	v, _ = redismeter.Classify(bufferCmd{get}, errors.New("redis: buffer too small"))
	require.Equal(t, redismeter.Verdict{Errors: 1}, v)
	v, _ = redismeter.Classify(redis.NewStatusCmd(ctx, "JSON.GET", "k"), nil)
	require.Equal(t, redismeter.Verdict{Misses: 1}, v, "the JSONCmd of older go-redis makes an empty text of nil")
	v, _ = redismeter.Classify(digestCmd{redis.NewCmd(ctx, "digest", "k")}, redis.Nil)
	require.Equal(t, redismeter.Verdict{Misses: 1}, v)
}

func TestBytesRead(t *testing.T) {
	client, tracker, server := newMini(t, redismeter.WithBytesRead())
	require.NoError(t, server.Set("u:1", "12345"))
	require.NoError(t, server.Set("v:1", "123"))
	server.HSet("u:h", "field", "value")
	_, err := server.SetAdd("u:s", "ab", "cd")
	require.NoError(t, err)
	_, err = server.ZAdd("u:z", 1, "abc")
	require.NoError(t, err)
	bytes := func(want uint64, what string) {
		t.Helper()
		require.Equal(t, want, tracker.Stats("u").BytesRead, what)
		tracker.Reset("u")
	}
	client.Get(ctx, "u:1")
	client.Get(ctx, "u:none")
	bytes(5, "GET")
	client.MGet(ctx, "u:1", "u:none", "v:1")
	bytes(5, "MGET")
	require.EqualValues(t, 3, tracker.Stats("v").BytesRead)
	client.HGetAll(ctx, "u:h")
	bytes(10, "HGETALL")
	client.HMGet(ctx, "u:h", "field", "none")
	bytes(5, "HMGET")
	client.SMembers(ctx, "u:s")
	client.SMembersMap(ctx, "u:s")
	bytes(8, "SMEMBERS")
	client.ZRangeWithScores(ctx, "u:z", 0, -1)
	bytes(3, "ZRANGE")
	client.Do(ctx, "hgetall", "u:h")
	bytes(10, "Do")
	_, _ = client.Pipelined(ctx, func(p redis.Pipeliner) error { p.Get(ctx, "u:1"); p.Get(ctx, "u:1"); return nil })
	bytes(10, "pipeline")

	client, tracker, server = newMini(t)
	require.NoError(t, server.Set("u:1", "12345"))
	client.Get(ctx, "u:1")
	require.False(t, tracker.Stats("u").Reported.Has(metrics.BytesRead), "opt-in")
}

// FuzzClassify gives arbitrary replies and errors to arbitrary commands.
func FuzzClassify(f *testing.F) {
	for i, name := range redismeter.CommandNames() {
		f.Add(name+" k 0 -1 FIELDS 2 a b", byte(i), byte(i/7), "$1\r\na\r\n", int64(i%5-2), "")
	}
	f.Add("GeT", byte(0), byte(1), "*99999999999\r\n", int64(-1), "")
	f.Fuzz(func(t *testing.T, line string, kind, failure byte, text string, number int64, element string) {
		args := make([]any, 0, 8)
		for word := range strings.FieldsSeq(line) {
			switch len(args) % 4 {
			case 3:
				args = append(args, []byte(word))
			default:
				args = append(args, word)
			}
		}
		cmd := arbitrary(kind, args, text, number, element)
		err := []error{nil, redis.Nil, redis.ErrClosed, errors.New(text), fmt.Errorf("%s: %w", text, redis.Nil), context.Canceled}[failure%6]
		v, ok := redismeter.Classify(cmd, err)
		if !ok {
			require.Zero(t, v)
			return
		}
		most := max(len(args)-1, 1)
		require.LessOrEqual(t, v.Lookups(), most, "%q %+v", args, v)
		for _, n := range []int{v.Hits, v.Misses, v.Errors, v.Sets, v.Deletes, v.WriteErrors, v.Errors - v.WriteErrors, v.Bytes} {
			require.GreaterOrEqual(t, n, 0, "%q %+v", args, v)
		}
		if err != nil && !errors.Is(err, redis.Nil) {
			require.Zero(t, v.Hits+v.Misses+v.Sets+v.Deletes, "%q %+v", args, v)
		}

		// The hook counts what Classify says, alone and in a batch.
		tracker := metrics.NewTracker()
		hook, hookErr := redismeter.NewHook(tracker, redismeter.WithCommands(redismeter.CommandNames()...), redismeter.WithNamespace("all"))
		require.NoError(t, hookErr)
		_ = hook.ProcessHook(func(context.Context, redis.Cmder) error { return err })(ctx, cmd)
		requireCounts(t, tracker.Stats("all"), v.Hits, v.Misses, v.Errors, "%q", args)
		if err != nil {
			cmd.SetErr(err)
		}
		_ = hook.ProcessPipelineHook(func(context.Context, []redis.Cmder) error { return err })(ctx, []redis.Cmder{cmd})
		requireCounts(t, tracker.Stats("all"), 2*v.Hits, 2*v.Misses, 2*v.Errors, "%q in a batch", args)
	})
}

// arbitrary makes a command of one of go-redis's types, with a value.
func arbitrary(kind byte, args []any, text string, number int64, element string) redis.Cmder {
	values := []any{text, nil, number, errors.New(element), []any{element, nil}}
	values = values[:uint64(number)%6]
	switch kind % 22 {
	case 0:
		c := redis.NewStringCmd(ctx, args...)
		c.SetVal(text)
		return c
	case 1:
		c := redis.NewStatusCmd(ctx, args...)
		c.SetVal(text)
		return c
	case 2:
		c := redis.NewSliceCmd(ctx, args...)
		c.SetVal(values)
		return c
	case 3:
		c := redis.NewCmd(ctx, args...)
		c.SetVal(values)
		return c
	case 4:
		c := redis.NewCmd(ctx, args...)
		c.SetVal(number)
		return c
	case 5:
		return redis.NewCmd(ctx, args...)
	case 6:
		c := redis.NewIntCmd(ctx, args...)
		c.SetVal(number)
		return c
	case 7:
		c := redis.NewBoolCmd(ctx, args...)
		c.SetVal(number > 0)
		return c
	case 8:
		c := redis.NewDurationCmd(ctx, time.Second, args...)
		c.SetVal(time.Duration(number))
		return c
	case 9:
		c := redis.NewMapStringStringCmd(ctx, args...)
		c.SetVal(map[string]string{text: element})
		return c
	case 10:
		c := redis.NewStringSliceCmd(ctx, args...)
		c.SetVal([]string{text, element})
		return c
	case 11:
		return redis.NewStringSliceCmd(ctx, args...)
	case 12:
		c := redis.NewIntSliceCmd(ctx, args...)
		c.SetVal([]int64{number, -2})
		return c
	case 13:
		c := redis.NewBoolSliceCmd(ctx, args...)
		c.SetVal([]bool{number > 0, true})
		return c
	case 14:
		c := redis.NewGeoPosCmd(ctx, args...)
		c.SetVal([]*redis.GeoPos{nil, {}})
		return c
	case 15:
		c := redis.NewZSliceCmd(ctx, args...)
		c.SetVal([]redis.Z{{Member: text}})
		return c
	case 16:
		return redis.NewFloatCmd(ctx, args...)
	case 17:
		return rawCmd{redis.NewCmd(ctx, args...), []byte(text)}
	case 18:
		return writtenCmd{redis.NewCmd(ctx, args...)}
	case 19:
		return bufferCmd{redis.NewCmd(ctx, args...)}
	case 20:
		c := redis.NewCmd(ctx, args...)
		c.SetVal(map[any]any{text: element})
		return c
	default:
		c := redis.NewStringStructMapCmd(ctx, args...)
		c.SetVal(map[string]struct{}{text: {}})
		return c
	}
}
