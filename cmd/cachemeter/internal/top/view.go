package top

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"
)

var (
	bold     = lipgloss.NewStyle().Bold(true)
	faint    = lipgloss.NewStyle().Foreground(lipgloss.AdaptiveColor{Light: "#56606c", Dark: "#9ca7b3"})
	accent   = lipgloss.NewStyle().Foreground(lipgloss.AdaptiveColor{Light: "#0b5cad", Dark: "#7cb8ff"})
	chosen   = lipgloss.NewStyle().Background(lipgloss.AdaptiveColor{Light: "#dbe7f5", Dark: "#26303d"})
	byStatus = map[string]lipgloss.Style{
		"failing":  bold.Foreground(lipgloss.AdaptiveColor{Light: "#b3261e", Dark: "#ff8f86"}),
		"degraded": bold.Foreground(lipgloss.AdaptiveColor{Light: "#875000", Dark: "#ffc46b"}),
		"ok":       lipgloss.NewStyle().Foreground(lipgloss.AdaptiveColor{Light: "#1a6a39", Dark: "#7edca2"}),
		"idle":     faint,
		"no_data":  faint,
	}
)

// shownTroubles is how many lines the answer at the top may take.
const shownTroubles = 3

// View draws the whole screen.
func (m *model) View() string {
	lines := m.head()
	rows := m.rows()
	room := max(m.height-len(lines)-2, 1) // the titles, and the last line
	m.scroll(rows, room)
	lines = append(lines, m.titles())
	switch {
	case m.picture.At.IsZero():
		lines = append(lines, faint.Render("asking ..."))
	case len(rows) == 0:
		lines = append(lines, faint.Render("no data: no cache here, or none that matches"))
	}
	for i := m.offset; i < len(rows) && i < m.offset+room; i++ {
		lines = append(lines, m.row(rows[i], rows[i].Name == m.selected))
	}
	for len(lines) < m.height-1 {
		lines = append(lines, "")
	}
	lines = append(lines[:max(m.height-1, 0)], m.foot(len(rows)))
	for i, line := range lines {
		lines[i] = lipgloss.NewStyle().MaxWidth(m.width).Render(line)
	}
	return strings.Join(lines, "\n")
}

// head says which instances answer, and which cache is not working, since when, and
// what it costs.
func (m *model) head() []string {
	p := m.picture
	answering := 0
	var lost []string
	for _, i := range p.Instances {
		if i.Error == "" {
			answering++
		} else {
			lost = append(lost, byStatus["failing"].Render("✕ "+i.Address)+fmt.Sprintf(" does not answer for %s, trying again: %s", span(p.At.Sub(*i.Since)), printable(i.Error)))
		}
	}
	state := "live"
	if m.paused {
		state = "paused"
	}
	lines := []string{bold.Render("cachemeter top") + faint.Render(fmt.Sprintf("  %s %s  %d of %d instances", state, p.At.Local().Format(time.TimeOnly), answering, len(p.Instances)))}
	lines = append(lines, lost[:min(len(lost), shownTroubles)]...)

	bad := slices.DeleteFunc(arrange(p.Namespaces, "STATUS", false, ""), func(r Row) bool { return r.Bad == 0 })
	switch {
	case len(p.Namespaces) == 0:
	case len(bad) == 0:
		lines = append(lines, byStatus["ok"].Render("✓ no cache is in trouble"))
	}
	for _, r := range bad[:min(len(bad), shownTroubles)] {
		line := byStatus[r.Level].Render(words[r.Level]+" "+printable(r.Name)) + " " + r.Message
		if r.Instances > 1 {
			line += fmt.Sprintf(" on %d of %d", r.Bad, r.Instances)
		}
		if r.Since != nil {
			line += fmt.Sprintf(", since %s (%s)", r.Since.Local().Format(time.TimeOnly), span(p.At.Sub(*r.Since)))
			if r.Earlier {
				line += " or earlier"
			}
		}
		if value(r.Waiting) >= 0.05 {
			line += fmt.Sprintf(", %s callers waiting", number(r.Waiting))
		}
		lines = append(lines, line)
	}
	if len(bad) > shownTroubles {
		lines = append(lines, faint.Render(fmt.Sprintf("  and %d more", len(bad)-shownTroubles)))
	}
	return append(lines, "")
}

func (m *model) titles() string {
	var b strings.Builder
	for _, c := range fitting(m.width) {
		title := c.title
		if title == m.sortBy {
			title += map[bool]string{false: "▾", true: "▴"}[m.reverse]
			b.WriteString(accent.Bold(true).Render(fit(title, c.width, !c.text)))
		} else {
			b.WriteString(faint.Render(fit(title, c.width, !c.text)))
		}
		b.WriteString(" ")
	}
	return b.String()
}

func (m *model) row(r Row, selected bool) string {
	var b strings.Builder
	for _, c := range fitting(m.width) {
		style, cell := lipgloss.NewStyle(), ""
		switch {
		case c.title == sparkTitle:
			cell, style = m.watch.pasts[r.Name].spark(m.picture.At.UnixMilli(), c.width), accent
		default:
			cell = c.show(r)
		}
		switch {
		case c.title == "STATUS":
			style = byStatus[r.Level]
		case cell == none:
			style = faint
		case c.title == "ERR/S" && value(r.ErrorPart) >= 0.01:
			style = byStatus["failing"]
		}
		if selected {
			style = style.Inherit(chosen)
		}
		b.WriteString(style.Render(fit(cell, c.width, !c.text)))
		if selected {
			b.WriteString(chosen.Render(" "))
		} else {
			b.WriteString(" ")
		}
	}
	return b.String()
}

func (m *model) foot(shown int) string {
	if m.typing {
		return accent.Render("filter: ") + m.filter + "█"
	}
	keys := "q quit  ←→ sort  r reverse  / filter  ↑↓ scroll  p pause"
	if m.filter != "" {
		keys = fmt.Sprintf("filter %q: %d of %d, esc clears  ", m.filter, shown, len(m.picture.Namespaces)) + keys
	}
	return faint.Render(keys)
}

// scroll keeps the selected row on the screen.
func (m *model) scroll(rows []Row, room int) {
	at := max(slices.IndexFunc(rows, func(r Row) bool { return r.Name == m.selected }), 0)
	m.offset = min(max(m.offset, at-room+1), at)
	m.offset = max(min(m.offset, len(rows)-room), 0)
}

// body is how many rows a page has.
func (m *model) body() int { return max(m.height-len(m.head())-2, 1) }

// Table is the picture as plain text, for a single look.
func (p Picture) Table() string {
	m := &model{picture: p, sortBy: "STATUS", watch: &Watch{}}
	m.width = total(columns)
	plain := slices.DeleteFunc(fitting(m.width), func(c column) bool { return c.show == nil })
	var b strings.Builder
	for _, c := range plain {
		b.WriteString(fit(c.title, c.width, !c.text) + " ")
	}
	for _, r := range m.rows() {
		b.WriteString("\n")
		for _, c := range plain {
			b.WriteString(fit(c.show(r), c.width, !c.text) + " ")
		}
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n") + "\n"
}
