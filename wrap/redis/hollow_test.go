package redismeter_test

import (
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

// pointers is go-redis's IntPointerSliceCmd as the hook sees it: by what it can do, for
// the oldest version that is asked for has no such type.
type pointers struct {
	redis.Cmder
	reply []*int64
}

func (p pointers) Val() []*int64 { return p.reply }

// TestRepliesOfPaths: a value of the asked kind is a hit, values of other kinds are a
// miss. No match at all says nothing, and a reply that was never read is an error.
func TestRepliesOfPaths(t *testing.T) {
	three := int64(3)
	for _, test := range []struct {
		name    string
		reply   []*int64
		verdict redismeter.Verdict
		decided bool
	}{
		{"a match", []*int64{nil, &three}, redismeter.Verdict{Hits: 1}, true},
		{"no match", []*int64{}, redismeter.Verdict{}, false},
		{"never read", nil, redismeter.Verdict{Errors: 1}, true},
		{"matches of another kind", []*int64{nil}, redismeter.Verdict{Misses: 1}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			cmd := pointers{redis.NewSliceCmd(t.Context(), "json.objlen", "u:1", "$.a"), test.reply}
			same := redis.NewSliceCmd(t.Context(), "json.objkeys", "u:1", "$.a")
			if test.reply != nil {
				elements := make([]any, len(test.reply))
				for i, n := range test.reply {
					if n != nil {
						elements[i] = *n
					}
				}
				same.SetVal(elements)
			}
			for _, cmd := range []redis.Cmder{cmd, same} {
				got, ok := redismeter.Classify(cmd, nil)
				require.Equal(t, test.decided, ok, "%T", cmd)
				if ok {
					require.Equal(t, test.verdict, got, "%T", cmd)
				}
			}
		})
	}
}

// TestMoreNumbersThanWereAskedFor: a server that answers too much adds no lookups.
func TestMoreNumbersThanWereAskedFor(t *testing.T) {
	cmd := redis.NewIntSliceCmd(t.Context(), "httl", "u:1", "FIELDS", 2, "a", "b")
	cmd.SetVal([]int64{7, -2, 7, 7})
	got, ok := redismeter.Classify(cmd, nil)
	require.True(t, ok)
	require.Equal(t, redismeter.Verdict{Hits: 1, Misses: 1}, got)
}

// TestShortReplies: of a reply with fewer elements than were asked for, each that is
// lacking is an error.
func TestShortReplies(t *testing.T) {
	positions := redis.NewGeoPosCmd(ctx, "geopos", "u:1", "a", "b", "c")
	positions.SetVal([]*redis.GeoPos{{}})
	hashes := redis.NewStringSliceCmd(ctx, "geohash", "u:1", "a", "b", "c")
	hashes.SetVal([]string{"s", ""})
	members := redis.NewBoolSliceCmd(ctx, "smismember", "u:1", "a", "b", "c")
	members.SetVal([]bool{true})
	for cmd, want := range map[redis.Cmder]redismeter.Verdict{
		positions: {Hits: 1, Errors: 2},
		hashes:    {Hits: 1, Misses: 1, Errors: 1, Bytes: 1},
		members:   {Hits: 1, Errors: 2},
	} {
		v, ok := redismeter.Classify(cmd, nil)
		require.True(t, ok, cmd)
		require.Equal(t, want, v, cmd)
	}
	_, ok := redismeter.Classify(redis.NewSliceCmd(ctx, "smismember", "u:1", "a"), nil)
	require.False(t, ok, "this type says nothing of the members")
}
