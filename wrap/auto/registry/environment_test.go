package registry

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestEnvironment(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		want Environment
		says string
	}{
		{"nothing", nil, Environment{}, ""},
		{"empty is unset", map[string]string{"CACHEMETER_OFF": "", "CACHEMETER_HTTP": "", "CACHEMETER_DUMP": ""}, Environment{}, ""},
		{"all", map[string]string{"CACHEMETER_HTTP": "127.0.0.1:6070", "CACHEMETER_DUMP": "stderr"}, Environment{HTTP: "127.0.0.1:6070", Dump: "stderr"}, ""},
		{"every interface", map[string]string{"CACHEMETER_HTTP": ":6070"}, Environment{HTTP: ":6070"}, ""},
		{"any port", map[string]string{"CACHEMETER_HTTP": "localhost:0"}, Environment{HTTP: "localhost:0"}, ""},
		{"v6", map[string]string{"CACHEMETER_HTTP": "[::1]:6070"}, Environment{HTTP: "[::1]:6070"}, ""},
		{"a file", map[string]string{"CACHEMETER_DUMP": "a/b.json"}, Environment{Dump: "a/b.json"}, ""},
		{"off", map[string]string{"CACHEMETER_OFF": "1", "CACHEMETER_DUMP": "stderr"}, Environment{Off: true}, ""},
		{"not off", map[string]string{"CACHEMETER_OFF": "0", "CACHEMETER_DUMP": "stderr"}, Environment{Dump: "stderr"}, ""},
		{"bad off", map[string]string{"CACHEMETER_OFF": "maybe"}, Environment{Off: true}, `CACHEMETER_OFF="maybe" is not 1 or 0`},
		{"no port", map[string]string{"CACHEMETER_HTTP": "localhost"}, Environment{Off: true}, `CACHEMETER_HTTP="localhost" is not a host:port`},
		{"bad port", map[string]string{"CACHEMETER_HTTP": "localhost:70000"}, Environment{Off: true}, "host:port"},
		{"bare v6", map[string]string{"CACHEMETER_HTTP": "::1:6070"}, Environment{Off: true}, "host:port"},
		{"a URL", map[string]string{"CACHEMETER_HTTP": "http://localhost:6070"}, Environment{Off: true}, "host:port"},
		{"bad dump", map[string]string{"CACHEMETER_DUMP": "yes"}, Environment{Off: true}, `CACHEMETER_DUMP="yes" is not stderr, stdout or a file ending in .json`},
		{"two bad values, one line", map[string]string{"CACHEMETER_DUMP": "yes", "CACHEMETER_HTTP": "no\n\x1b[31m"}, Environment{Off: true}, `"no\n\x1b[31m"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			var stderr strings.Builder
			got := readEnvironment(func(name string) (string, bool) {
				v, ok := test.env[name]
				return v, ok
			}, &stderr)
			require.Equal(t, test.want, got)
			require.Contains(t, stderr.String(), test.says)
			if test.says == "" {
				require.Empty(t, stderr.String())
			} else {
				require.Equal(t, 1, strings.Count(stderr.String(), "\n"))
			}
		})
	}
}
