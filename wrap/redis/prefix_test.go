package redismeter_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	redismeter "github.com/cachemeter/cachemeter/wrap/redis"
)

func TestPrefix(t *testing.T) {
	const none = redismeter.Fallback
	for key, want := range map[string]string{
		"user:1": "user", "user:profile:1": "user", "_user:1": "_user", "a:": "a",
		"my-app.v2:1": "my-app.v2", "s3:bucket": "s3", "oauth2:t": "oauth2", "User:1": "User",
		"café:1": "café", "пользователь:1": "пользователь", "用户:1": "用户",
		"{user}:1": "user", "{user:17}:cart": "user", "{user:17}cart": "user", "{17}user:cart": "user", "{17}:user:cart": "user",

		"": none, "user": none, ":1": none, ":": none, "17:user": none, "17": none, "-x:1": none, ".x:1": none,
		"user 1:x": none, "user/1:x": none, "user1234:x": none, "log20240101:x": none, "a\x00b:1": none, "\xff\xfe:1": none, "caf\xc3:1": none,
		"f47ac10b-58cc-4372-a567-0e02b2c3d479:profile": none, "deadbeefdeadbeef:x": none,
		"{": none, "{}": none, "{}:1": none, "{user": none, "{user}": none, "{17}": none, "{17}user": none, "user}:1": none, "us{er}:1": none,
		strings.Repeat("x", 64) + ":1": strings.Repeat("x", 64), strings.Repeat("x", 65) + ":1": none,
		"१२३४:1": none, "a१२३४:1": none,
	} {
		require.Equal(t, want, redismeter.Prefix(key), "Prefix(%q)", key)
	}
}

func FuzzPrefix(f *testing.F) {
	for _, key := range []string{"user:1", "{user:17}:cart", "{17}user:cart", "{}:", "\xff:", "用户:1", ""} {
		f.Add(key)
	}
	f.Fuzz(func(t *testing.T, key string) {
		name := redismeter.Prefix(key)
		require.NotEmpty(t, name)
		require.LessOrEqual(t, len(name), 64)
		require.True(t, utf8.ValidString(name))
		if name != redismeter.Fallback {
			require.Contains(t, key, name)
			require.Contains(t, key, ":")
			require.Equal(t, name, redismeter.Prefix(name+":1"), "a name is a name wherever it stands")
		}
	})
}
