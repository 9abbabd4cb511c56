package top

import (
	"context"
	"slices"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// model is the view's state, driven by bubbletea: messages come in one at a time.
type model struct {
	ctx      context.Context
	watch    *Watch
	interval time.Duration

	picture       Picture
	width, height int
	sortBy        string
	reverse       bool
	filter        string
	typing        bool
	paused        bool
	selected      string // a name; "" for the first row
	offset        int
}

// Run shows the view on the terminal until the reader quits or the context ends.
func Run(ctx context.Context, w *Watch, interval time.Duration, opts ...tea.ProgramOption) error {
	m := &model{ctx: ctx, watch: w, interval: interval, sortBy: "STATUS", width: 80, height: 24}
	_, err := tea.NewProgram(m, append(opts, tea.WithAltScreen(), tea.WithContext(ctx))...).Run()
	if ctx.Err() != nil {
		return nil // asked to end, by a signal
	}
	return err
}

func (m *model) Init() tea.Cmd { return m.ask() }

func (m *model) ask() tea.Cmd { return func() tea.Msg { return m.watch.ask(m.ctx) } }

// again is when the instances are to be asked again.
type again struct{}

// Update takes one message in.
func (m *model) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch message := message.(type) {
	case tea.WindowSizeMsg:
		m.width, m.height = message.Width, message.Height
	case tea.KeyMsg:
		return m, m.key(message)
	case answer:
		picture := m.watch.take(message, time.Now())
		if !m.paused {
			m.picture = picture
		}
		return m, tea.Tick(m.interval, func(time.Time) tea.Msg { return again{} })
	case again:
		return m, m.ask()
	}
	return m, nil
}

func (m *model) key(k tea.KeyMsg) tea.Cmd {
	if len(k.Runes) > 1 { // typed so fast that they came as one
		var cmds []tea.Cmd
		for _, r := range k.Runes {
			cmds = append(cmds, m.key(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}}))
		}
		return tea.Batch(cmds...)
	}
	if k.String() == "ctrl+c" {
		return tea.Quit
	}
	if m.typing {
		m.edit(k)
		return nil
	}
	switch k.String() {
	case "q":
		return tea.Quit
	case "esc":
		m.filter = ""
	case "/":
		m.typing = true
	case "p", " ":
		m.paused = !m.paused
	case "r":
		m.reverse = !m.reverse
	case "right", "l", "tab":
		m.sort(1)
	case "left", "h", "shift+tab":
		m.sort(-1)
	case "down", "j":
		m.move(1)
	case "up", "k":
		m.move(-1)
	case "pgdown":
		m.move(m.body())
	case "pgup":
		m.move(-m.body())
	case "home", "g":
		m.move(-len(m.picture.Namespaces))
	case "end", "G":
		m.move(len(m.picture.Namespaces))
	}
	return nil
}

func (m *model) edit(k tea.KeyMsg) {
	switch k.Type {
	case tea.KeyEnter:
		m.typing = false
	case tea.KeyEsc:
		m.typing, m.filter = false, ""
	case tea.KeyBackspace:
		if runes := []rune(m.filter); len(runes) > 0 {
			m.filter = string(runes[:len(runes)-1])
		}
	case tea.KeyRunes, tea.KeySpace:
		m.filter += string(k.Runes)
	}
}

// sort goes to the next or previous column that is on the screen.
func (m *model) sort(step int) {
	var titles []string
	for _, c := range fitting(m.width) {
		if c.show != nil {
			titles = append(titles, c.title)
		}
	}
	at := slices.Index(titles, m.sortBy)
	m.sortBy, m.reverse = titles[(at+step+len(titles))%len(titles)], false
}

func (m *model) rows() []Row { return arrange(m.picture.Namespaces, m.sortBy, m.reverse, m.filter) }

func (m *model) move(step int) {
	rows := m.rows()
	if len(rows) == 0 {
		return
	}
	at := max(slices.IndexFunc(rows, func(r Row) bool { return r.Name == m.selected }), 0)
	m.selected = rows[min(max(at+step, 0), len(rows)-1)].Name
}
