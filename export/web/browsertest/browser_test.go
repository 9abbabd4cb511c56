package browsertest

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// browser is the one Chromium of all tests; each test has a tab of its own.
var browser struct {
	once    sync.Once
	context context.Context
	close   func()
	err     error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if browser.close != nil {
		browser.close()
	}
	os.Exit(code)
}

// tab is one page in the browser. What must never happen is recorded: errors on the
// console, and requests to anywhere but the site.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	origin   string
	errors   []string
	foreign  []string
	excused  func(string) bool
	requests int
}

func open(t *testing.T) *tab {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("this test needs Chromium: install Debian's package chromium")
	}
	browser.once.Do(func() {
		flags := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("no-first-run", true),
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-sync", true))
		allocator, closeAllocator := chromedp.NewExecAllocator(context.Background(), flags...)
		ctx, closeBrowser := chromedp.NewContext(allocator)
		browser.context, browser.err = ctx, chromedp.Do(ctx)
		browser.close = func() {
			closeBrowser()
			closeAllocator()
		}
	})
	require.NoError(t, browser.err)
	ctx, cancel := chromedp.NewContext(browser.context)
	t.Cleanup(cancel)
	require.NoError(t, chromedp.Do(ctx)) // opens the tab, which lives as long as this context
	ctx, cancel = context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, excused: func(string) bool { return false }}
	require.NoError(t, chromedp.Listen(ctx, b.hear))
	_, err = chromedp.Call(ctx, network.Enable, network.EnableParams{})
	require.NoError(t, err)
	t.Cleanup(b.check)
	return b
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.errors = append(b.errors, e.ExceptionDetails.Text+" "+describe(e.ExceptionDetails.Exception))
	case *runtime.EventConsoleAPICalled:
		if slices.Contains([]string{"error", "warning", "assert"}, string(e.Type)) {
			line := string(e.Type)
			for _, a := range e.Args {
				line += " " + describe(a)
			}
			b.errors = append(b.errors, line)
		}
	case *network.EventRequestWillBeSent:
		b.requests++
		u, err := url.Parse(e.Request.URL)
		if err != nil || u.Scheme != "data" && u.Scheme != "about" && !strings.HasPrefix(e.Request.URL, b.origin) {
			b.foreign = append(b.foreign, e.Request.URL)
		}
	case *network.EventLoadingFailed:
		if !e.Canceled && !b.excused(e.ErrorText) {
			b.errors = append(b.errors, "load: "+e.ErrorText)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			b.errors = append(b.errors, e.Response.URL+": "+e.Response.StatusText)
		}
	}
}

func describe(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	return string(o.Value) + o.Description
}

// check runs at the end of every test.
func (b *tab) check() {
	b.mu.Lock()
	defer b.mu.Unlock()
	require.Empty(b.t, b.errors, "errors in the browser")
	require.Empty(b.t, b.foreign, "requests to another origin")
	require.NotZero(b.t, b.requests)
}

// size and scheme of the screen.
func (b *tab) screen(width, height int64, scheme string) {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(width, height))
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	require.NoError(b.t, err)
}

// visit opens a site's page and waits for its first rows.
func (b *tab) visit(s *site, fragment string) {
	b.t.Helper()
	b.mu.Lock()
	b.origin = "http://" + s.address + "/"
	b.mu.Unlock()
	b.run(chromedp.Navigate(s.url() + fragment))
	b.until("figures are there", `document.getElementById("verdict").dataset.level !== undefined && document.getElementById("link").dataset.state === "live"`)
}

func (b *tab) run(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	require.NoError(b.t, chromedp.Do(b.ctx, actions...))
}

// eval returns what an expression, or the promise it makes, comes to.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(b.t, err, expression[:min(len(expression), 200)])
	return v
}

func (b *tab) do(statement string) {
	b.t.Helper()
	eval[chromedp.Void](b, statement)
}

func (b *tab) text(expression string) string {
	b.t.Helper()
	return eval[string](b, "String("+expression+")")
}

// until waits for an expression to become true.
func (b *tab) until(what, expression string) {
	b.t.Helper()
	require.Eventually(b.t, func() bool {
		is, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("Boolean("+expression+")"))
		return err == nil && is
	}, 20*time.Second, 50*time.Millisecond, what)
}

func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.run(chromedp.KeyEvent(key))
	}
}

// shortcut presses a key that the page handles. A real keyboard types nothing where
// the page prevents it; a synthetic one would, so this key has no character.
func (b *tab) shortcut(key string) {
	b.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{"rawKeyDown", "keyUp"} {
		_, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: key})
		require.NoError(b.t, err)
	}
}

// shoot writes a screenshot into a folder that git does not track.
func (b *tab) shoot(name string, whole bool) []byte {
	b.t.Helper()
	action := chromedp.CaptureScreenshot()
	if whole {
		action = chromedp.FullScreenshot(100)
	}
	image, err := chromedp.Run(b.ctx, action)
	require.NoError(b.t, err)
	dir := filepath.Join("..", "..", "..", ".screenshots")
	require.NoError(b.t, os.MkdirAll(dir, 0o755))
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), image, 0o600))
	return image
}
