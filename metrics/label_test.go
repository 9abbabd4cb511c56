package metrics_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

func TestLabel(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "user", "user"},
		{"empty", "", ""},
		{"quotes, newline, NUL", "a\"b\n\x00", "a\"b\n\x00"},
		{"not UTF-8", "a\xffb\x80", "a\uFFFDffb\uFFFD80"},
		{"the replacement itself", "\uFFFDff", "\uFFFDef\uFFFDbf\uFFFDbdff"},
		{"a surrogate half", "\xed\xa0\x80", "\uFFFDed\uFFFDa0\uFFFD80"},
	} {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, metrics.Label(tt.in)) })
	}
	require.Zero(t, testing.AllocsPerRun(100, func() { metrics.Label("häuser") }))
}

// unlabel reads a label back: that there is a way back is why no two names share one.
func unlabel(label string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(label, "\uFFFD")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		var c byte
		if _, err := fmt.Sscanf(after[:2], "%02x", &c); err != nil {
			return "not a label: " + err.Error()
		}
		b.WriteByte(c)
		label = after[2:]
	}
}

func FuzzLabel(f *testing.F) {
	for _, s := range []string{"", "user", "\xff", "\uFFFD", "\uFFFDff", "a\x00\xf0\x9f", strings.Repeat("\xc3", 50)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		label := metrics.Label(name)
		require.True(t, utf8.ValidString(label))
		require.Equal(t, name, unlabel(label))
	})
}

func ExampleLabel() {
	fmt.Printf("%+q %+q\n", metrics.Label("user"), metrics.Label("caf\xe9"))
	// Output: "user" "caf\ufffde9"
}
