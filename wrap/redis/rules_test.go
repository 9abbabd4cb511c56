package redismeter_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"
	"unsafe"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

func ExampleWithRules() {
	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker, redismeter.WithRules(
		redismeter.ForPrefix("sess_", "session"),
		redismeter.ForPattern(`^v\d+:(\w+):`, "$1"),
		redismeter.ForSegment("/", 1),
	))
	if err != nil {
		panic(err)
	}
	get := hook.ProcessHook(func(context.Context, redis.Cmder) error { return redis.Nil })
	for _, key := range []string{"sess_8f3a", "v2:user:17", "shop/cart/17", "article:17"} {
		_ = get(context.Background(), redis.NewStringCmd(context.Background(), "get", key))
	}
	for _, n := range tracker.Namespaces() {
		fmt.Println(n.Name())
	}
	// Output:
	// article
	// cart
	// session
	// user
}

func ExampleFold() {
	fmt.Println(redismeter.Fold("user:17:cart:f47ac10b-58cc-4372-a567-0e02b2c3d479"))
	// Output: user:*:cart:*
}

func TestFold(t *testing.T) {
	for key, want := range map[string]string{
		"": "", "user": "user", "user:17": "user:*", "17": "*", "user:17:cart:18": "user:*:cart:*",
		"s3:bucket": "s3:bucket", "v2": "v2", "log20261122": "log*", "log2026-11-22": "log*-*-*", "a1b2": "a1b2",
		"x:f47ac10b-58cc-4372-a567-0e02b2c3d479:y": "x:*:y", "x:F47AC10B-58CC-4372-A567-0E02B2C3D479": "x:*",
		"f47ac10b-58cc-4372-a567-0e02b2c3d479x": "f47ac10b-58cc-*-a567-0e02b2c3d479x",
		"x:d41d8cd98f00b204e9800998ecf8427e":    "x:*", "deadbeef": "deadbeef", "deadbeefdeadbeef": "*",
		"a-b_c.d": "a-b_c.d", "\x00\xff": "\x00\xff", "用户:17": "用户:*",
	} {
		require.Equal(t, want, redismeter.Fold(key), "Fold(%q)", key)
	}
}

func FuzzFold(f *testing.F) {
	for _, key := range []string{"user:17", "f47ac10b-58cc-4372-a567-0e02b2c3d479", "log20261122-7", "\xff1234"} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		folded := redismeter.Fold(key)
		require.LessOrEqual(t, len(folded), len(key))
		require.NotRegexp(t, `[0-9]{4}`, folded)
		require.Equal(t, utf8.ValidString(key), utf8.ValidString(folded))
		if folded == key && len(key) <= 128 {
			require.Zero(t, testing.AllocsPerRun(1, func() { redismeter.Fold(key) }))
		}
	})
}

// namespaceOf returns where a hook counts a key.
func namespaceOf(t *testing.T, key any, opts ...redismeter.Option) string {
	t.Helper()
	tracker := metrics.NewTracker()
	hook, err := redismeter.NewHook(tracker, opts...)
	require.NoError(t, err)
	_ = hook.ProcessHook(func(context.Context, redis.Cmder) error { return redis.Nil })(ctx, redis.NewStringCmd(ctx, "get", key))
	all := tracker.Namespaces()
	require.Len(t, all, 1)
	requireCounts(t, all[0].Stats(), 0, 1, 0)
	return all[0].Name()
}

func TestRules(t *testing.T) {
	rules := redismeter.WithRules(
		redismeter.ForPrefix("shop:cart:", "carts"),
		redismeter.ForPrefix("shop:", "shop"),
		redismeter.ForPattern(`^tenant-(\d+):(?P<kind>\w+)$`, "${kind}.$1"),
		redismeter.ForSegment("|", 1),
	)
	for key, want := range map[string]string{
		"shop:cart:1": "carts", "shop:x": "shop", "tenant-17:user": "user.*", "a|b17|c": "b17", "a|17|c": "*", "a|b": redismeter.Fallback,
		"a||c": redismeter.Fallback, "user:1": "user", "17": redismeter.Fallback, "tenant-17:user:x": "tenant-17",
	} {
		require.Equal(t, want, namespaceOf(t, key, rules), key)
		require.Equal(t, want, namespaceOf(t, []byte(key), rules), "%q as bytes", key)
	}
	require.Equal(t, "*", namespaceOf(t, 17, redismeter.WithRules(redismeter.ForPattern(`^\d+$`, "$0"))), "a key that is a number")
	require.Equal(t, redismeter.Fallback, namespaceOf(t, 17))
	require.Equal(t, redismeter.Fallback, namespaceOf(t, 1.5))
	require.Equal(t, redismeter.Fallback, namespaceOf(t, (*string)(nil)))
	key := "user:1"
	require.Equal(t, "user", namespaceOf(t, &key))
	require.Equal(t, "first", namespaceOf(t, "k", redismeter.WithRules(redismeter.ForPrefix("k", "first")), redismeter.WithRules(redismeter.ForPrefix("k", "second"))), "repeating appends")
}

func TestRulesThatMakeNoSense(t *testing.T) {
	for want, rule := range map[string]redismeter.Rule{
		"redismeter: ForPrefix: an empty prefix": redismeter.ForPrefix("", "x"),
		"redismeter: ForSegment":                 redismeter.ForSegment(":", -1),
		`redismeter: ForSegment("", 0)`:          redismeter.ForSegment("", 0),
		"redismeter: ForPattern":                 redismeter.ForPattern("(", "x"),
		"redismeter: a Rule without content":     {},
	} {
		_, err := redismeter.NewHook(metrics.NewTracker(), redismeter.WithRules(rule))
		require.ErrorContains(t, err, want)
	}
}

func TestRulesAllocateNothing(t *testing.T) {
	hook, err := redismeter.NewHook(metrics.NewTracker(), redismeter.WithRules(
		redismeter.ForPrefix("cart:", "carts"), redismeter.ForSegment("|", 1), redismeter.ForSegment("/", 0)))
	require.NoError(t, err)
	get := hook.ProcessHook(func(context.Context, redis.Cmder) error { return nil })
	for _, key := range []string{"cart:1", "a|b|c", "a|log2026|c", "user:1", "17"} {
		cmd := redis.NewStringCmd(ctx, "get", key)
		require.Zero(t, testing.AllocsPerRun(100, func() { _ = get(ctx, cmd) }), key)
	}
}

var (
	hugeKey          = 512 << 20
	distinctPrefixes = 1_000_000
)

// TestHostileKeys gives the hook what a hostile user would put into keys: every
// lookup is counted, and what is kept stays small.
func TestHostileKeys(t *testing.T) {
	huge := make([]byte, hugeKey) // untouched, it takes no memory
	copy(huge, "user:")
	hugePrefix := make([]byte, hugeKey)
	copy(hugePrefix, strings.Repeat("a", 1000))
	hugePrefix[hugeKey-1] = ':'
	odd := []any{
		unsafe.String(&huge[0], len(huge)), unsafe.String(&hugePrefix[0], len(hugePrefix)), huge, hugePrefix,
		"", ":", "\x00:\x00", "\xff\xfe:x", "{", "{}:", "a\nb:c", strings.Repeat("{", 500), strings.Repeat(":", 500),
	}
	for name, opts := range map[string][]redismeter.Option{
		"by prefix":         nil,
		"by rules":          {redismeter.WithRules(redismeter.ForSegment("|", 0), redismeter.ForSegment(":", 0), redismeter.ForPattern("^(x+)(.*)$", "$2"))},
		"by the key itself": {redismeter.WithNamespaceFunc(func(key string) string { return key })},
	} {
		t.Run(name, func(t *testing.T) {
			tracker := metrics.NewTracker()
			hook, err := redismeter.NewHook(tracker, opts...)
			require.NoError(t, err)
			get := hook.ProcessHook(func(context.Context, redis.Cmder) error { return redis.Nil })
			before := heap()
			lookups := 0
			use := func(key any) {
				if name == "by the key itself" {
					if b, ok := key.([]byte); ok && len(b) > 1<<20 {
						return // a function is given a copy of bytes
					}
				}
				lookups++
				_ = get(ctx, redis.NewStringCmd(ctx, "get", key))
			}
			for _, key := range odd {
				use(key)
			}
			distinct := distinctPrefixes
			if name != "by prefix" {
				distinct /= 10
			}
			var buf [16]byte
			for i := range distinct {
				use(letters(buf[:0], i) + ":1")
			}
			all := tracker.Namespaces()
			require.LessOrEqual(t, len(all), 1001)
			total := uint64(0)
			for _, n := range all {
				require.LessOrEqual(t, len(n.Name()), 128)
				total += n.Stats().Misses
			}
			require.EqualValues(t, lookups, total, "every lookup counts somewhere")
			require.Greater(t, tracker.Stats(metrics.Overflow).Misses, uint64(distinct*9/10))
			require.Less(t, int64(heap())-int64(before), int64(8<<20), "what is kept is small")
			runtime.KeepAlive(tracker)
		})
	}
	runtime.KeepAlive(huge)
}

// letters writes a number as a name.
func letters(b []byte, n int) string {
	for b = append(b, 'p'); n > 0; n /= 26 {
		b = append(b, byte('a'+n%26))
	}
	return string(b)
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
