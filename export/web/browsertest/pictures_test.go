package browsertest

import (
	"encoding/base64"
	"flag"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

// update rewrites the pictures of the README; without it they go to the untracked
// folder alone.
var update = flag.Bool("update", false, "write docs/page.png and docs/top.png")

const docs = "../../../docs"

func (b *tab) picture(name string) {
	b.t.Helper()
	image := b.shoot(name, false)
	require.Less(b.t, len(image), 250_000, "pictures stay small")
	if *update {
		require.NoError(b.t, os.MkdirAll(docs, 0o755))
		require.NoError(b.t, os.WriteFile(filepath.Join(docs, name+".png"), image, 0o644))
	}
	require.FileExists(b.t, filepath.Join(docs, name+".png"), "run this test with -update")
}

func TestPictureOfThePage(t *testing.T) {
	s := serve(t, 900, shop())
	b := open(t)
	b.screen(1280, 700, "light")
	b.visit(s, "")
	b.until("the verdict", `document.getElementById("headline").textContent.includes("failing")`)
	b.until("sparklines", `[...document.querySelectorAll("#rows .spark .line")].some(e => e.getAttribute("d").length > 200)`)
	b.picture("page")
}

// TestPictureOfTop paints what cachemeter top shows in a terminal.
func TestPictureOfTop(t *testing.T) {
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Skip("this test needs tmux: install Debian's package tmux")
	}
	b := open(t)
	one, other := serve(t, 900, shop()), serve(t, 900, shop())
	binary := filepath.Join(t.TempDir(), "cachemeter")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Dir = "../../../cmd/cachemeter"
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	socket := filepath.Join(t.TempDir(), "tmux")
	tmux := func(args ...string) string {
		cmd := exec.Command("tmux", append([]string{"-u", "-S", socket}, args...)...)
		cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm-256color")
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "tmux %v: %s", args, out)
		return string(out)
	}
	tmux("-f", os.DevNull, "new-session", "-d", "-x", "142", "-y", "15", "env", "COLORTERM=truecolor", binary, "top", one.address, other.address)
	defer tmux("kill-server")
	var screen string
	require.Eventually(t, func() bool {
		screen = tmux("capture-pane", "-p", "-e")
		return strings.Contains(screen, "2 of 2 instances") && strings.Contains(screen, "on 2 of 2") && strings.Contains(screen, "▇▇▇")
	}, 30*time.Second, 200*time.Millisecond)

	b.screen(1204, 300, "dark")
	b.run(chromedp.Navigate("data:text/html;charset=utf-8;base64," + base64.StdEncoding.EncodeToString([]byte(paint(screen)))))
	b.picture("top")
}

var sgr = regexp.MustCompile("\x1b\\[([0-9;]*)m")

// paint turns a terminal's screen with its colours into a page.
func paint(screen string) string {
	var body strings.Builder
	style := map[string]string{}
	at := 0
	write := func(s string) {
		var css strings.Builder
		for _, name := range []string{"color", "background", "font-weight"} {
			if style[name] != "" {
				fmt.Fprintf(&css, "%s:%s;", name, style[name])
			}
		}
		fmt.Fprintf(&body, `<span style="%s">%s</span>`, css.String(), html.EscapeString(s))
	}
	for _, m := range sgr.FindAllStringSubmatchIndex(screen, -1) {
		write(screen[at:m[0]])
		at = m[1]
		apply(style, strings.Split(screen[m[2]:m[3]], ";"))
	}
	write(screen[at:])
	return `<!doctype html><style>body{margin:0;background:#0e1115;color:#e7ebf0}pre{margin:12px 14px;font:14px/19px "DejaVu Sans Mono",monospace}</style><pre>` + body.String()
}

// apply changes a style by the parameters of one sequence (ECMA-48, SGR).
func apply(style map[string]string, params []string) {
	for i := 0; i < len(params); i++ {
		switch p := params[i]; p {
		case "", "0":
			clear(style)
		case "1":
			style["font-weight"] = "700"
		case "22":
			delete(style, "font-weight")
		case "39":
			delete(style, "color")
		case "49":
			delete(style, "background")
		case "38", "48":
			name := map[string]string{"38": "color", "48": "background"}[p]
			if i+4 < len(params) && params[i+1] == "2" {
				style[name] = "rgb(" + strings.Join(params[i+2:i+5], ",") + ")"
				i += 4
			} else if i+2 < len(params) {
				style[name] = indexed(params[i+2])
				i += 2
			}
		}
	}
}

// indexed is a colour of the 256.
func indexed(s string) string {
	n, _ := strconv.Atoi(s)
	switch {
	case n >= 232:
		v := 8 + 10*(n-232)
		return fmt.Sprintf("rgb(%d,%d,%d)", v, v, v)
	case n >= 16:
		level := func(k int) int {
			if k == 0 {
				return 0
			}
			return 55 + 40*k
		}
		n -= 16
		return fmt.Sprintf("rgb(%d,%d,%d)", level(n/36), level(n/6%6), level(n%6))
	default:
		return []string{"#000", "#c33", "#3a3", "#b80", "#36c", "#939", "#399", "#ccc"}[n%8]
	}
}
