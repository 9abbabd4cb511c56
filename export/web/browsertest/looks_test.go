package browsertest

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/export/web"
	"github.com/cachemeter/cachemeter/metrics"
)

// axe is axe-core, which looks for what keeps people with disabilities out.
//
//go:embed testdata/axe.min.js
var axe string

// accessible fails the test for every violation that axe-core finds.
func (b *tab) accessible(where string) {
	b.t.Helper()
	b.do(axe + "; 0")
	type node struct{ HTML, FailureSummary string }
	type violation struct {
		ID, Help string
		Nodes    []node
	}
	type result struct {
		Violations []violation
		Passes     int
	}
	r := eval[result](b, `axe.run(document).then(r => ({
		Violations: r.violations.map(v => ({ID: v.id, Help: v.help, Nodes: v.nodes.map(n => ({HTML: n.html, FailureSummary: n.failureSummary}))})),
		Passes: r.passes.length,
	}))`)
	for _, v := range r.Violations {
		for _, n := range v.Nodes {
			b.t.Errorf("%s: %s: %s\n%s\n%s", where, v.ID, v.Help, n.HTML, n.FailureSummary)
		}
	}
	require.Greater(b.t, r.Passes, 20, "axe-core looked at nothing")
}

func (b *tab) fitsTheScreen(where string) {
	b.t.Helper()
	over := eval[int](b, `document.documentElement.scrollWidth - document.documentElement.clientWidth`)
	require.LessOrEqual(b.t, over, 0, "%s is wider than the screen", where)
}

var screens = []struct {
	name          string
	width, height int64
}{{"phone", 390, 844}, {"tablet", 900, 1100}, {"wide", 1600, 1000}}

// TestLooks opens the page at every width and in both colour schemes.
func TestLooks(t *testing.T) {
	s := serve(t, 900, shop(), web.WithInsight(func(name string) (any, bool) { return report(), name == "user" }))
	for _, scheme := range []string{"light", "dark"} {
		for _, screen := range screens {
			name := screen.name + "-" + scheme
			t.Run(name, func(t *testing.T) {
				b := open(t)
				b.screen(screen.width, screen.height, scheme)
				b.visit(s, "")
				b.until("rows", `document.querySelectorAll("#rows tr").length === 6`)
				b.until("the verdict", `document.getElementById("headline").textContent.includes("failing")`)
				b.until("sparklines", `[...document.querySelectorAll("#rows .spark .line")].some(e => e.getAttribute("d").length > 200)`)
				require.Equal(t, scheme == "dark", b.text(`matchMedia("(prefers-color-scheme: dark)").matches`) == "true")
				b.fitsTheScreen("the table")
				b.accessible("the table")
				b.shoot(name, true)

				b.do(`location.hash = "#/user"`)
				b.until("charts", `document.querySelectorAll("#detail canvas").length >= 6`)
				b.until("insight", `document.querySelectorAll("#detail .insight").length >= 5`)
				b.fitsTheScreen("the details")
				b.accessible("the details")
				b.shoot(name+"-detail", true)

				b.do(`location.hash = "#/session"`)
				b.until("other charts", `document.getElementById("detail-name").textContent === "session" && document.querySelectorAll("#detail canvas").length >= 3`)
				require.Equal(t, "0", b.text(`document.querySelectorAll("#detail .insight").length`), "no panels where there is no insight")
				b.shoot(name+"-session", true)
			})
		}
	}
}

// report is what insight says of a namespace.
func report() any {
	points, sizes := []any{}, []any{}
	for size := 100; size <= 100_000; size = size*5/4 + 1 {
		points = append(points, map[string]any{"size": size, "hit_rate": hitRate(size)})
	}
	for _, factor := range []float64{0.25, 0.5, 1, 2, 4} {
		size := int(10_000 * factor)
		sizes = append(sizes, map[string]any{"factor": factor, "size": size, "enough": true, "hit_rate": hitRate(size), "saves_seconds": 40 * (hitRate(size) - hitRate(10_000))})
	}
	hot := []any{}
	for i := range 10 {
		hot = append(hot, map[string]any{"hash": fmt.Sprintf("%016x", uint64(i+1)*0x9e3779b97f4a7c15), "share": 0.08 / float64(i+1), "at_least": 0.079 / float64(i+1), "at_most": 0.081 / float64(i+1), "hit_rate": 0.99})
	}
	ages := map[string]any{"samples": 100, "p50_seconds": 3.2, "p90_seconds": 19.0, "p99_seconds": 77.0}
	return map[string]any{
		"curve":    map[string]any{"enough": true, "samples": 81_321, "present_size": 10_000, "knee": 18_000, "within_1_percent": 61_000, "sizes": sizes, "points": points},
		"hot_keys": hot,
		"working_set": []any{
			map[string]any{"window_seconds": 300, "covered_seconds": 300, "keys": 14_201},
			map[string]any{"window_seconds": 3600, "covered_seconds": 900, "keys": 31_007},
		},
		"seen_once": map[string]any{"share": 0.31}, "never_read": map[string]any{"share": 0.12},
		"age_at_hit": ages, "age_at_eviction": ages, "eviction_to_miss": ages,
		"misses": map[string]any{"evicted_too_soon": 0.42, "causes": map[string]any{"never_seen": 0.4, "evicted": 0.42, "expired": 0.1, "deleted": 0.05, "unfilled": 0.03}},
		"worth":  map[string]any{"per_hit_seconds": 0.0081, "saved_seconds": 86_400},
	}
}

func hitRate(size int) float64 {
	s := float64(size)
	return 0.99 * s / (s + 900)
}

// TestFitsEveryWidth squeezes a table with long names, and the details.
func TestFitsEveryWidth(t *testing.T) {
	work := shop()
	s := serve(t, 300, func(tracker *metrics.Tracker, second int, part float64) {
		work(tracker, second, part)
		tracker.Namespace("a.rather.long.name/of-a-cache/in_some_package").RecordErrors(int(10*part) + 1)
	})
	b := open(t)
	for _, fragment := range []string{"", "#/user"} {
		b.screen(1600, 900, "light")
		b.visit(s, fragment)
		b.until("it is there", `document.querySelectorAll("#rows tr [data-label]").length > 0 || document.querySelectorAll("#detail canvas").length > 0`)
		tooWide := map[int64]string{}
		for width := int64(320); width <= 1960; width += 20 {
			b.screen(width, 900, "light")
			b.do(`new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))`) // charts follow
			if over := b.text(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); over != "0" {
				tooWide[width] = over + " " + b.text(`[...document.querySelectorAll("main *, header *")].filter(e => e.getBoundingClientRect().right > innerWidth && !e.closest(".scroll, .plot")).map(e => e.tagName + "." + e.className).slice(0, 8).join(" ")`)
			}
		}
		require.Empty(t, tooWide, "by how many pixels %q is wider than the screen", fragment)
	}
}

// TestTheSchemeChangesWhileOpen draws charts again in the other colours.
func TestTheSchemeChangesWhileOpen(t *testing.T) {
	s := serve(t, 120, shop())
	b := open(t)
	b.screen(1200, 800, "light")
	b.visit(s, "#/user")
	b.until("charts", `document.querySelectorAll("#detail canvas").length >= 3`)
	pixel := `(() => { const c = document.querySelector("#detail canvas"); return [...c.getContext("2d").getImageData(0, 0, c.width, c.height).data].join(",") })()`
	light := b.text(pixel)
	b.screen(1200, 800, "dark")
	b.until("other colours", `matchMedia("(prefers-color-scheme: dark)").matches`)
	require.Eventually(t, func() bool { return b.text(pixel) != light }, 10*time.Second, 100*time.Millisecond)
	require.False(t, strings.HasPrefix(b.text(`getComputedStyle(document.body).backgroundColor`), "rgb(2"))
}
