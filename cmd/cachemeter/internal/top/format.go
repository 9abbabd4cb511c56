package top

import (
	"fmt"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

const none = "no data"

func number(x *float64) string {
	switch {
	case x == nil:
		return none
	case *x == 0:
		return "0"
	case *x >= 1e9:
		return fmt.Sprintf("%.1fG", *x/1e9)
	case *x >= 1e6:
		return fmt.Sprintf("%.1fM", *x/1e6)
	case *x >= 1e4:
		return fmt.Sprintf("%.1fk", *x/1e3)
	case *x >= 100 || *x == math.Trunc(*x):
		return fmt.Sprintf("%.0f", *x)
	case *x >= 10:
		return fmt.Sprintf("%.1f", *x)
	case *x < 0.005:
		return "<0.01"
	default:
		return fmt.Sprintf("%.2f", *x)
	}
}

func count(n *uint64) string {
	if n == nil {
		return none
	}
	x := float64(*n)
	return number(&x)
}

func percent(x *float64) string {
	switch {
	case x == nil:
		return none
	case *x == 0 || *x == 1:
		return fmt.Sprintf("%.0f%%", 100**x)
	case *x < 0.001:
		return "<0.1%"
	case *x > 0.999:
		return ">99.9%"
	default:
		return fmt.Sprintf("%.1f%%", 100**x)
	}
}

func seconds(x *float64) string {
	if x == nil {
		return none
	}
	d := time.Duration(*x * float64(time.Second))
	for unit := time.Duration(1); ; unit *= 10 {
		if d < 1000*unit {
			return d.Round(unit).String()
		}
	}
}

func span(d time.Duration) string {
	d = max(d, 0).Round(time.Second)
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	default:
		return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
	}
}

// printable makes a name harmless to a terminal: what could move the cursor, change
// colours or turn the writing round is shown as a mark.
func printable(name string) string {
	if name == "" {
		return "(empty name)"
	}
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '\uFFFD'
		}
		return r
	}, name)
}

// fit cuts or fills text to a width.
func fit(s string, width int, right bool) string {
	s = ansi.Truncate(s, width, "…")
	gap := strings.Repeat(" ", max(width-ansi.StringWidth(s), 0))
	if right {
		return gap + s
	}
	return s + gap
}
