package auto

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/wrap/auto/registry"
)

func TestParseRules(t *testing.T) {
	rules, err := parseRules([]byte("names:\n  catalog.New(new.go:7): products\n  github.com/acme/sdk/...: sdk # theirs\ninclude: [catalog]\nexclude:\n  - catalog.Scratch\n"))
	require.NoError(t, err)
	require.Equal(t, registry.Rules{
		Names:   []registry.NameRule{{Pattern: "catalog.New(new.go:7)", Name: "products"}, {Pattern: "github.com/acme/sdk/...", Name: "sdk"}},
		Include: []string{"catalog"},
		Exclude: []string{"catalog.Scratch"},
	}, rules)

	rules, err = parseRules(nil)
	require.NoError(t, err)
	require.Empty(t, rules.Encode())

	for text, says := range map[string]string{
		"namse: {a: b}\n":         "line 1: field namse not found",
		"names: [a]\n":            "line 1: cannot unmarshal",
		"names: {a: ''}\n":        "names: a has no name",
		"names: {'a b': c}\n":     `"a b" is no place: want a package`,
		"exclude: ['catalog.*']":  `"catalog.*" is no place`,
		"include: ['']":           `"" is no place`,
		"names:\n\ta: b\n":        "line 2",
		"names: {a: b}\nnames: 1": "already defined",
	} {
		_, err := parseRules([]byte(text))
		require.ErrorContains(t, err, says, text)
		require.NotContains(t, err.Error(), "\n", text)
	}
}

func TestWithRules(t *testing.T) {
	rules := registry.Rules{Exclude: []string{"a"}}
	x := "-X=" + mappingVariable + "=" + rules.Encode()
	for _, test := range []struct {
		name, goflags string
		args, want    []string
	}{
		{"none", "", []string{"./..."}, []string{"-ldflags=" + x, "./..."}},
		{"others", "", []string{"-race", "-o", "x", "."}, []string{"-ldflags=" + x, "-race", "-o", "x", "."}},
		{"joined", "", []string{"-ldflags=-s -w", "."}, []string{"-ldflags=-s -w " + x, "."}},
		{"apart", "", []string{"-v", "--ldflags", "-s", "."}, []string{"-ldflags=-s " + x, "-v", "."}},
		{"a pattern", "", []string{"-ldflags=all=-s", "."}, []string{"-ldflags=all=-s " + x, "."}},
		{"after a value that looks like it", "", []string{"-run", "-ldflags", "."}, []string{"-ldflags=" + x, "-run", "-ldflags", "."}},
		{"of the program that is run", "", []string{".", "-ldflags=-s"}, []string{"-ldflags=" + x, ".", "-ldflags=-s"}},
		{"GOFLAGS", "-v -ldflags=-s", []string{"."}, []string{"-ldflags=-s " + x, "."}},
		{"GOFLAGS give way", "-ldflags=-s", []string{"-ldflags=-w", "."}, []string{"-ldflags=-w " + x, "."}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := withRules(test.args, test.goflags, rules)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
			got, err = withRules(test.args, test.goflags, registry.Rules{})
			require.NoError(t, err)
			require.Equal(t, test.args, got)
		})
	}
	_, err := withRules(nil, `'-ldflags=-s -w'`, rules)
	require.ErrorContains(t, err, "give -ldflags as an argument")
	_, err = withRules([]string{"-ldflags"}, "", rules)
	require.ErrorContains(t, err, "-ldflags: no value")
}
