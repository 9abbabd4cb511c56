package browsertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/metrics"
)

// names returns the names in the table, from top to bottom.
func (b *tab) names() []string {
	b.t.Helper()
	return eval[[]string](b, `[...document.querySelectorAll("#rows tr th a")].map(e => e.textContent)`)
}

// cell returns what a row shows under a label.
func (b *tab) cell(name, label string) string {
	b.t.Helper()
	return b.text(fmt.Sprintf(`[...document.querySelectorAll("#rows tr")].find(r => r.querySelector("th").textContent === %q)?.querySelector('[data-label=%q]').firstChild.data`, name, label))
}

func (b *tab) whole(s *site) {
	b.t.Helper()
	b.screen(1600, 1000, "light")
	b.visit(s, "")
	b.until("rows", `document.querySelectorAll("#rows tr").length > 0`)
}

func TestFillsAndUpdatesLive(t *testing.T) {
	s := serve(t, 120, func(tracker *metrics.Tracker, second int, part float64) {
		tracker.Namespace("user").RecordHits(int(300 * part))
		tracker.Namespace("user").RecordMisses(int(100 * part))
	})
	b := open(t)
	b.whole(s)
	require.Eventually(t, func() bool {
		rate, err := strconv.ParseFloat(b.cell("user", "Requests/s"), 64)
		return err == nil && rate > 300 && rate < 500
	}, 20*time.Second, 100*time.Millisecond)
	require.Regexp(t, `^7[3-7]\.\d %$`, b.cell("user", "Hit rate"))
	require.Equal(t, "no data", b.cell("user", "Evictions/s"), "nobody reports them")

	s.tracker.RecordHit("brand new")
	b.until("a new cache appears by itself", `[...document.querySelectorAll("#rows th")].some(e => e.textContent === "brand new")`)
	before := b.text(`document.getElementById("link-text").textContent`)
	b.until("time goes on", fmt.Sprintf(`document.getElementById("link-text").textContent !== %q`, before))
	s.tracker.ResetAll()
	s.stop()
	b.until("caches that exist no more go", `document.querySelectorAll("#rows tr").length === 0 && !document.getElementById("empty").hidden`)
}

func TestAnswersWhichSinceWhenAndAtWhatCost(t *testing.T) {
	s := serve(t, 900, shop())
	b := open(t)
	b.whole(s)
	b.until("the verdict", `document.getElementById("headline").textContent === "1 of 6 caches is failing, 1 degraded"`)
	session := b.text(`document.querySelectorAll("#troubles li")[0].innerText`)
	require.Regexp(t, `(?s)^session.*\d\d % of operations fail, mostly timeout.*since \d\d:\d\d:\d\d \(1 min \d\d s\).*costs [\d.]+ errors/s, [\d.]+ callers waiting$`, session)
	price := b.text(`document.querySelectorAll("#troubles li")[1].innerText`)
	require.Regexp(t, `(?s)^price.*hit rate \d\d %, usually \d\d %.*since \d\d:\d\d:\d\d \(\d min.*costs [\d.]+ more misses/s at [23]\d\.\d ms each, [\d.]+ callers waiting$`, price)
	require.Equal(t, []string{"session", "price"}, b.names()[:2], "trouble comes first")
}

func TestSortsByMouseAndKeyboard(t *testing.T) {
	s := serve(t, 60, shop())
	b := open(t)
	b.whole(s)
	click := func(column string) {
		b.run(chromedp.Click(chromedp.CSS(`button[data-column="` + column + `"]`)))
	}
	sorted := func() string {
		return b.text(`document.querySelector("#head [aria-sort]").textContent + " " + document.querySelector("#head [aria-sort]").getAttribute("aria-sort")`)
	}
	click("name")
	require.Equal(t, "Cache ascending", sorted())
	require.Equal(t, []string{"flags", "price", "product", "report", "session", "user"}, b.names())
	click("name")
	require.Equal(t, "Cache descending", sorted())
	require.Equal(t, []string{"user", "session", "report", "product", "price", "flags"}, b.names())
	click("requests")
	require.Equal(t, "Requests/s descending", sorted())
	require.Equal(t, "user", b.names()[0])
	require.Equal(t, "report", b.names()[5])
	click("hitrate")
	require.Equal(t, "report", b.names()[5], "no data comes last")
	click("hitrate")
	require.Equal(t, "report", b.names()[5], "either way")

	b.do(`document.querySelector('button[data-column="name"]').focus()`)
	b.press(kb.Enter)
	require.Equal(t, "Cache ascending", sorted())
	require.Equal(t, "flags", b.names()[0])

	b.screen(390, 844, "light")
	b.do(`(() => { const s = document.querySelector("#sort"); s.value = "requests"; s.dispatchEvent(new Event("change")) })()`)
	require.Equal(t, "user", b.names()[0], "a phone sorts by a list")
}

// TestKeyboardAlone never touches the mouse.
func TestKeyboardAlone(t *testing.T) {
	s := serve(t, 60, shop())
	b := open(t)
	b.whole(s)
	active := func() string { return b.text(`document.activeElement.textContent || document.activeElement.id`) }
	hash := func() string { return b.text(`location.hash`) }

	b.shortcut("/")
	require.Equal(t, "filter", active())
	b.press("p", "r", "o")
	require.Equal(t, []string{"product"}, b.names())
	require.Equal(t, "1 of 6 caches", b.text(`document.getElementById("shown").textContent`))
	b.press(kb.Enter)
	b.until("the cache opens", `document.activeElement.id === "detail-name" && document.activeElement.textContent === "product"`)
	require.Equal(t, "#/product", hash())
	b.until("its charts", `document.querySelectorAll("#detail canvas").length >= 3`)
	b.press(kb.Escape)
	b.until("back at its row", `document.activeElement.textContent === "product" && !document.getElementById("overview").hidden`)
	b.press(kb.Escape)
	require.Len(t, b.names(), 6, "Esc clears the filter")

	b.shortcut("/")
	b.press("f", "a", "i", "l")
	require.Equal(t, []string{"session"}, b.names(), "a status filters, too")
	b.press(kb.Escape)
	names := b.names()
	b.do(`document.activeElement.blur()`)
	b.press(kb.ArrowDown)
	require.Equal(t, names[0], active())
	b.press(kb.ArrowDown, kb.ArrowDown, kb.ArrowUp)
	require.Equal(t, names[1], active())
	b.press(kb.Enter)
	b.until("it opens", `!document.getElementById("detail").hidden`)
	b.press(kb.Escape)
	b.until("it closes", `document.getElementById("detail").hidden`)
	b.shortcut("/")
	b.press("n", "o", "n", "e")
	require.Empty(t, b.names())
	require.Equal(t, "No cache matches the filter.", b.text(`document.getElementById("empty").textContent`))
}

func TestOpensANamespaceWithItsPast(t *testing.T) {
	s := serve(t, 900, shop())
	b := open(t)
	b.screen(1600, 1000, "light")
	b.visit(s, "#/session")
	b.until("charts", `document.querySelectorAll("#detail canvas").length >= 3`)
	label := b.text(`document.querySelector("#detail .plot").getAttribute("aria-label")`)
	require.Regexp(t, `^Lookups and errors, now: hits [\d.]+, misses [\d.]+, errors [\d.]+$`, label)
	require.Equal(t, "no data", b.text(`[...document.querySelectorAll("#detail figure")].find(f => f.innerText.startsWith("Loads")).querySelector(".plot").innerText`))
	rows := eval[[]string](b, `[...document.querySelectorAll("#detail table")][0].innerText.split("\n").map(r => r.split("\t")[0])`)
	require.Subset(t, rows, []string{"Last 10 s", "1 min", "5 min", "15 min", "Since start"})

	// The drawing has the past, and goes on: its pixels change.
	pixels := `(() => { const c = document.querySelector("#detail canvas"); return c.toDataURL().length + c.toDataURL().slice(-5000) })()`
	before := b.text(pixels)
	require.Eventually(t, func() bool { return b.text(pixels) != before }, 10*time.Second, 200*time.Millisecond)
	for _, span := range []string{"1m", "15m"} {
		before = b.text(pixels)
		b.do(`document.querySelector('.ranges input[value="` + span + `"]').click()`)
		require.Eventually(t, func() bool { return b.text(pixels) != before }, 10*time.Second, 50*time.Millisecond)
	}
	// What is under the pointer is in the legend.
	b.do(`(() => { const over = document.querySelector("#detail .u-over"), r = over.getBoundingClientRect();
		over.dispatchEvent(new MouseEvent("mousemove", {clientX: r.left + 0.2 * r.width, clientY: r.top + 20, bubbles: true})) })()`)
	b.until("the legend shows the past, before the errors", `document.querySelectorAll("#detail .legend")[0].innerText.replaceAll("\n", " ").match(/errors 0$/)`)

	b.do(`location.hash = "#/never%20seen"`)
	b.until("a cache that is not there says so", `document.querySelector("#detail .why").textContent.includes("does not exist")`)
}

func TestSurvivesARestart(t *testing.T) {
	hits := func(name string) load {
		return func(tracker *metrics.Tracker, _ int, part float64) {
			tracker.Namespace(name).RecordHits(int(100 * part))
		}
	}
	s := serve(t, 60, hits("before"))
	b := open(t)
	b.excused = func(text string) bool {
		return slices.Contains([]string{"net::ERR_CONNECTION_REFUSED", "net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_CONNECTION_RESET", "net::ERR_EMPTY_RESPONSE"}, text)
	}
	b.whole(s)
	require.Equal(t, []string{"before"}, b.names())
	s.end()
	b.until("it says that the connection is lost", `document.getElementById("link").dataset.state === "lost" && document.getElementById("link-text").textContent.includes("connection lost")`)
	require.Equal(t, []string{"before"}, b.names(), "the last figures stay")
	s.start(60, hits("after"))
	b.until("it comes back by itself", `document.getElementById("link").dataset.state === "live"`)
	b.until("with what is there now", `[...document.querySelectorAll("#rows th")].map(e => e.textContent).join() === "after"`)
}

func TestHostileNamesAreText(t *testing.T) {
	names := []string{
		`<img src=x onerror="window.hacked=1">`, `</script><script>window.hacked=1</script>`, `"><svg onload=window.hacked=1>`,
		`javascript:window.hacked=1`, `${window.hacked=1}`, `__proto__`, `constructor`, `a/b?c=d&e#f%20`, "tab\tand\nline", "\u202eright to left", strings.Repeat("long", 300),
	}
	s := serve(t, 30, func(tracker *metrics.Tracker, _ int, _ float64) {
		for _, name := range append(names, "", "\xff\xfe", "\xfe\xff") {
			tracker.Namespace(name).RecordHits(10)
			tracker.Tier(name, name+" L1").RecordHits(1)
		}
	})
	b := open(t)
	b.whole(s)
	shown := b.names()
	require.Len(t, shown, len(names)+3)
	for _, name := range append(names, "(empty name)", metrics.Label("\xff\xfe"), metrics.Label("\xfe\xff")) {
		require.Contains(t, shown, name)
	}
	for i := range shown {
		b.do(fmt.Sprintf(`document.querySelectorAll("#rows tr th a")[%d].click()`, i))
		b.until("it opens: "+shown[i], `!document.getElementById("detail").hidden && document.querySelector("#detail tbody tr td") !== null`)
		require.Equal(t, shown[i], b.text(`document.getElementById("detail-name").textContent`))
		require.NotContains(t, b.text(`document.querySelector("#detail .why").textContent`), "does not exist")
		b.do(`location.hash = "#/"`)
		b.until("and closes", `document.getElementById("detail").hidden`)
	}
	b.fitsTheScreen("a long name")
	require.Equal(t, "undefined", b.text(`typeof window.hacked`))
	require.Equal(t, "0", b.text(`document.querySelectorAll("main img, main script").length`))
}

func TestPauseAndCopy(t *testing.T) {
	s := serve(t, 30, shop())
	b := open(t)
	b.whole(s)
	b.do(`Object.defineProperty(navigator, "clipboard", {value: {writeText: async s => { window.copied = s }}})`)
	b.press("p")
	b.until("it is paused", `document.getElementById("pause").getAttribute("aria-pressed") === "true"`)
	frozen := b.text(`document.getElementById("rows").innerText`)
	link := b.text(`document.getElementById("link-text").textContent`)
	require.Contains(t, link, "paused at")
	b.do(`new Promise(done => { let n = 0; const s = new EventSource("events"); s.addEventListener("stats", () => ++n === 4 && (s.close(), done())) })`)
	require.Equal(t, frozen, b.text(`document.getElementById("rows").innerText`), "events come, and the picture stands")

	b.press("c")
	b.until("it says so", `document.getElementById("copy").textContent === "Copied"`)
	var copied struct {
		Version    int
		At         time.Time
		Namespaces []struct{ Name, Key string }
	}
	require.NoError(t, json.Unmarshal([]byte(b.text(`window.copied`)), &copied))
	require.Equal(t, 1, copied.Version)
	require.Len(t, copied.Namespaces, 6)
	require.Empty(t, copied.Namespaces[0].Key)
	require.Contains(t, link, copied.At.Local().Format("15:04:05"), "what is copied is what is shown")

	b.press("p")
	b.until("it goes on", `document.getElementById("link").dataset.state === "live"`)
	require.Eventually(t, func() bool { return b.text(`document.getElementById("rows").innerText`) != frozen }, 10*time.Second, 100*time.Millisecond)

	b.do(`location.hash = "#/user"`)
	b.until("details", `document.querySelector("#detail tbody tr td") !== null`)
	b.press("c")
	b.until("one cache is copied", `JSON.parse(window.copied).namespaces.length === 1 && JSON.parse(window.copied).namespaces[0].history !== undefined`)
}

// TestAThousandNamespaces holds the page usable, and logs what it costs the browser.
func TestAThousandNamespaces(t *testing.T) {
	s := serve(t, 60, func(tracker *metrics.Tracker, _ int, part float64) {
		for i := range 1000 {
			n := tracker.Namespace(fmt.Sprintf("service-%03d", i))
			n.RecordHits(int(part * float64(100+i)))
			n.RecordMisses(int(part * 50))
		}
	})
	b := open(t)
	b.whole(s)
	b.until("all rows", `document.querySelectorAll("#rows tr").length === 1000`)
	b.until("those on the screen are drawn", `document.querySelectorAll("#rows tr")[3].querySelector('[data-label="Requests/s"]').textContent !== ""`)
	b.shortcut("/")
	b.press("9", "9", "7")
	require.Equal(t, []string{"service-997"}, b.names())
	b.press(kb.Escape)
	b.do(`scrollTo(0, document.body.scrollHeight)`)
	b.until("the last row is drawn", `[...document.querySelectorAll("#rows tr")].at(-1).querySelector('[data-label="Requests/s"]').textContent !== ""`)
	busy := eval[float64](b, `new Promise(done => {
		let long = 0
		new PerformanceObserver(l => l.getEntries().forEach(e => long += e.duration)).observe({type: "longtask"})
		setTimeout(() => done(Math.round(long / 5)), 5000)
	})`)
	t.Logf("long tasks took %.0f ms of each second", busy)
}
