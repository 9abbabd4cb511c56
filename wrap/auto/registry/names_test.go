package registry

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReadable(t *testing.T) {
	for function, want := range map[string]string{
		"NewStore":              "NewStore",
		"init":                  "init",
		"init.0":                "init",
		"init.0.func1":          "init",
		"glob..func1":           "init",
		"(*Store).Open":         "Store.Open",
		"Store.Open.func2.1":    "Store.Open",
		"Open[...]":             "Open",
		"(*Store[...]).Open-fm": "Store.Open",
		"Open.func1":            "Open",
		"Open.gowrap1":          "Open",
		"Open.Open.func1":       "Open.Open",
		"main":                  "main",
	} {
		require.Equal(t, want, readable(function), function)
	}
}

func TestPackageOf(t *testing.T) {
	for function, want := range map[string]string{
		"main.main":                       "main",
		"example.com/shop/catalog.init.0": "example.com/shop/catalog",
		"gopkg.in/yaml%2ev3.Unmarshal":    "gopkg.in/yaml.v3",
		"github.com/a/b/v2.(*T[...]).F":   "github.com/a/b/v2",
		"":                                "",
	} {
		require.Equal(t, want, packageOf(function), function)
	}
}

func TestNames(t *testing.T) {
	rules := Rules{
		Names: []NameRule{
			{"catalog", "package"},
			{"catalog/...", "tree"},
			{"catalog.New", "function"},
			{"catalog.New(new.go:7)", "site"},
			{"example.com/shop/other.New", "in full"},
			{"example.com/shop", "root"},
			{"github.com/acme/...", "acme"},
		},
		Exclude: []string{"catalog.Scratch", "github.com/noisy/..."},
	}
	baked, ok := decode(rules.Encode())
	require.True(t, ok)
	require.Equal(t, rules, baked)
	require.NotRegexp(t, `[^A-Za-z0-9_-]`, rules.Encode(), "a word that the linker takes")

	n := &naming{rules: rules, main: func() string { return "example.com/shop" }, first: map[string]string{}}
	for _, test := range []struct {
		site    Site
		want    string
		counted bool
	}{
		{Site{"catalog", "New", "new.go:7"}, "site", true},
		{Site{"catalog", "New", "new.go:8"}, "function", true},
		{Site{"catalog", "Open", "new.go:9"}, "package", true},
		{Site{"catalog/deep", "Open", "new.go:9"}, "tree", true},
		{Site{"catalogue", "Open", "new.go:9"}, "catalogue.Open", true},
		{Site{"catalog", "Scratch", "new.go:9"}, "", false},
		{Site{"other", "New", "new.go:9"}, "in full", true},
		{Site{"shop", "init", "shop.go:9"}, "root", true},
		{Site{"github.com/acme/sdk", "New", "sdk.go:1"}, "acme", true},
		{Site{"github.com/noisy/sdk", "New", "sdk.go:1"}, "", false},
		{Site{"main", "main", "main.go:1"}, "main.main", true},
		{Site{"main", "main", "main.go:1"}, "main.main", true}, // in a loop
		{Site{"main", "main", "main.go:2"}, "main.main(main.go:2)", true},
		{Site{"main", "main", "main.go:1"}, "main.main", true},
	} {
		name, counted := n.cache(test.site)
		require.Equal(t, test.counted, counted, test.site)
		require.Equal(t, test.want, name, test.site)
	}

	only := &naming{rules: Rules{Include: []string{"catalog/..."}, Exclude: []string{"catalog.New"}}, main: func() string { return "" }, first: map[string]string{}}
	require.True(t, only.counted(Site{"catalog", "Open", "a.go:1"}))
	require.False(t, only.counted(Site{"catalog", "New", "a.go:1"}))
	require.False(t, only.counted(Site{"session", "New", "a.go:1"}))
}

func TestBrokenMappingIsOneLine(t *testing.T) {
	for _, word := range []string{"%", "Zm9v", "bmZvbwo"} {
		var stderr strings.Builder
		n := readNames(word, &stderr)
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"), word)
		name, counted := n.cache(Site{"main", "main", "main.go:1"})
		require.True(t, counted)
		require.Equal(t, "main.main", name)
	}
	var stderr strings.Builder
	readNames("", &stderr)
	require.Empty(t, stderr.String())
}
