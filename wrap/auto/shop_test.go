package auto_test

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

const ourPath = "github.com/cachemeter/cachemeter/"

// TestShop builds testdata/shop, which is plain client code, and the same program with
// every client and cache decorated by hand, each plainly and woven.
func TestShop(t *testing.T) {
	s := startServers(t)
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)

	shop := copied(t, "shop", "shop", "sdk").with(s.environment()...)
	before := shop.files()
	figures := filepath.Join(t.TempDir(), "figures.json")
	run := func(f folder, binary string, env ...string) (stdout, stderr string) {
		s.flush(t)
		os.Remove(figures)
		return f.with(env...).run(filepath.Join(filepath.Dir(f.dir), binary))
	}
	dumped := func() map[string]json.RawMessage {
		b, err := os.ReadFile(figures)
		require.NoError(t, err)
		var all map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(b, &all))
		return all
	}

	// Plain: nothing of us is in it.
	shop.run("go", "build", "-o", "../plain", ".")
	symbols, _ := shop.run("go", "tool", "nm", "../plain")
	require.NotContains(t, symbols, "cachemeter")
	plain, _ := run(shop, "plain", "CACHEMETER_DUMP="+figures)
	require.NoFileExists(t, figures)

	// By hand.
	byHand := copied(t, "shop", "shop", "sdk", "byhand").with(s.environment()...).with("SHOP_FIGURES=" + figures)
	for _, module := range []string{"../sdk", "."} {
		f := byHand
		f.dir = filepath.Join(byHand.dir, module)
		f.run("go", "mod", "edit", "-require="+strings.TrimSuffix(ourPath, "/")+"@v0.0.0", "-replace="+strings.TrimSuffix(ourPath, "/")+"="+checkout)
		f.run("go", "mod", "tidy")
	}
	above := byHand // in a workspace of its own
	above.dir = filepath.Dir(byHand.dir)
	above.run("go", "work", "init", "./shop", "./sdk")
	byHand.run("go", "build", "-o", "../byhand", ".")
	decorated, _ := run(byHand, "byhand")
	require.Equal(t, plain, decorated, "decorated by hand it does the same")
	want := dumped()
	requireBusy(t, want)

	// Woven, laid out twice.
	require.Contains(t, shop.auto("init", "-source", checkout), "cachemeter auto build ./...")
	require.Contains(t, shop.auto("init", "-source", checkout), "everything is there already")
	for path, content := range before {
		require.Equal(t, content, shop.files()[path], path)
	}
	shop.run("go", "vet", "./...") // the source is as it was
	listed, _ := shop.run("go", "list", "-f", "{{.GoFiles}} {{.CompiledGoFiles}} {{.Imports}}", "./...")
	require.NotContains(t, listed, "cachemeter")
	shop.auto("build", "-o", "../woven", ".")
	woven, _ := run(shop, "woven", "CACHEMETER_DUMP="+figures)
	require.Equal(t, plain, woven, "woven it does the same")
	require.Equal(t, texts(want), texts(dumped()))
	require.Contains(t, setting(shop, "plain", "DefaultGODEBUG"), "panicnil=1")
	require.Equal(t, setting(shop, "plain", "DefaultGODEBUG"), setting(shop, "woven", "DefaultGODEBUG"))

	t.Run("decorated by hand and woven counts once", func(t *testing.T) {
		byHand.auto("init", "-source", checkout)
		byHand.auto("build", "-o", "../both", ".")
		require.FileExists(t, filepath.Join(above.dir, "go.work"))
		both, _ := run(byHand, "both")
		require.Equal(t, plain, both)
		require.Equal(t, texts(want), texts(dumped()))
	})

	t.Run("names and exclusions", func(t *testing.T) {
		rules := filepath.Join(shop.dir, "cachemeter.yaml")
		require.NoError(t, os.WriteFile(rules, []byte("names:\n  catalog: rest\n  catalog.NewPrices: prices\n  example.com/sdk/...: sdk\nexclude: [catalog.NewIdle, session.NewRing]\n"), 0o600))
		defer os.Remove(rules)
		shop.auto("build", "-ldflags=-X=main.nothing=1 -s", "-o", "../named", ".")
		run(shop, "named", "CACHEMETER_DUMP="+figures)
		named := dumped()
		require.Equal(t, string(want["catalog.NewPrices"]), string(named["prices"]))
		require.Equal(t, string(want["example.com/sdk.New"]), string(named["sdk"]))
		require.Contains(t, named, "rest")
		for _, gone := range []string{"catalog.NewIdle", "catalog.NewPrices", "catalog.init", "visit"} {
			require.NotContains(t, named, gone)
		}
	})

	t.Run("the environment", func(t *testing.T) {
		for _, test := range []struct{ name, env, says string }{
			{"off", "CACHEMETER_OFF=1", ""},
			{"bad off", "CACHEMETER_OFF=perhaps", `cachemeter: CACHEMETER_OFF="perhaps" is not 1 or 0; nothing is counted` + "\n"},
			{"bad address", "CACHEMETER_HTTP=6070", `cachemeter: CACHEMETER_HTTP="6070" is not a host:port such as 127.0.0.1:6070; nothing is counted` + "\n"},
			{"taken address", "CACHEMETER_HTTP=" + s.redis, "cachemeter: CACHEMETER_HTTP: listen tcp " + s.redis + ": bind: address already in use; the figures are counted, not served\n"},
			{"table", "CACHEMETER_DUMP=stderr", "catalog.NewPrices    16    4       0       80.0 %\n"},
			{"table after os.Exit", "CACHEMETER_DUMP=stderr SHOP_END=exit", "catalog.NewPrices    16    4       0       80.0 %\n"},
			{"table after log.Fatal", "CACHEMETER_DUMP=stderr SHOP_END=fatal", "catalog.NewPrices    16    4       0       80.0 %\n"},
		} {
			t.Run(test.name, func(t *testing.T) {
				s.flush(t)
				os.Remove(figures)
				stdout, stderr, err := shop.with("CACHEMETER_DUMP=" + figures).with(strings.Fields(test.env)...).try("../woven")
				require.Equal(t, plain, stdout)
				require.Equal(t, strings.Contains(test.env, "SHOP_END"), err != nil)
				require.Contains(t, stderr, test.says)
				off := strings.Contains(test.name, "off") || strings.Contains(test.name, "bad")
				require.Equal(t, !off && !strings.Contains(test.env, "DUMP"), exists(figures))
				if test.says == "" {
					require.NotContains(t, stderr, "cachemeter")
				} else if !strings.Contains(test.env, "DUMP") {
					require.Equal(t, 1, strings.Count(stderr, "cachemeter:"))
				}
			})
		}
	})

	t.Run("served", func(t *testing.T) {
		s.flush(t)
		address := freeAddress(t)
		program := exec.Command("../woven")
		program.Dir = shop.dir
		program.Env = append(os.Environ(), append(shop.env, "CACHEMETER_HTTP="+address, "SHOP_END=stdin")...)
		stdin, err := program.StdinPipe()
		require.NoError(t, err)
		require.NoError(t, program.Start())
		defer func() {
			stdin.Close()
			require.NoError(t, program.Wait())
		}()
		require.Eventually(t, func() bool {
			r, err := http.Get("http://" + address + "/debug/cachemeter/stats.json")
			if err != nil {
				return false
			}
			defer r.Body.Close()
			b, _ := io.ReadAll(r.Body)
			return strings.Contains(string(b), "catalog.NewPrices")
		}, 20*time.Second, 50*time.Millisecond)
	})

	shop.auto("remove")
	for _, made := range []string{"plain", "woven", "named"} {
		os.Remove(filepath.Join(filepath.Dir(shop.dir), made))
	}
	require.Equal(t, before, shop.files(), "removed without trace")
	require.NoDirExists(t, filepath.Join(shop.dir, ".cachemeter"))
}

// requireBusy sees that the load leaves no kind of figure out: equal counts would say
// little otherwise.
func requireBusy(t *testing.T, all map[string]json.RawMessage) {
	t.Helper()
	var sum metrics.Stats
	for name, text := range all {
		var s struct{ Hits, Misses, Errors, Sets, Deletes, Evictions, Expirations uint64 }
		require.NoError(t, json.Unmarshal(text, &s), name)
		sum.Hits += s.Hits
		sum.Misses += s.Misses
		sum.Errors += s.Errors
		sum.Sets += s.Sets
		sum.Deletes += s.Deletes
		sum.Evictions += s.Evictions
		sum.Expirations += s.Expirations
	}
	for _, figure := range []uint64{sum.Hits, sum.Misses, sum.Errors, sum.Sets, sum.Deletes, sum.Evictions, sum.Expirations} {
		require.Positive(t, figure)
	}
	for _, name := range []string{"catalog.init", "catalog.NewPrices", "catalog.NewOffers", "catalog.NewDrafts", "catalog.NewAnything", "catalog.NewIdle",
		"example.com/sdk.New", "user", "order", "basket", "visit", "flag", "lost"} {
		require.Contains(t, all, name)
	}
}

func texts(all map[string]json.RawMessage) map[string]string {
	out := map[string]string{}
	for name, text := range all {
		out[name] = string(text)
	}
	return out
}

// setting returns a build setting of a binary.
func setting(f folder, binary, key string) string {
	f.t.Helper()
	out, _ := f.run("go", "version", "-m", "../"+binary)
	for line := range strings.Lines(out) {
		if _, value, ok := strings.Cut(line, key+"="); ok {
			return value
		}
	}
	return ""
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
