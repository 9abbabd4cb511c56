package terminal_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/terminal"
)

func TestIsNot(t *testing.T) {
	require.False(t, terminal.Is(new(bytes.Buffer)))
	file, err := os.Create(filepath.Join(t.TempDir(), "file"))
	require.NoError(t, err)
	defer file.Close()
	require.False(t, terminal.Is(file))
	columns, rows := terminal.Size(file)
	require.Equal(t, []int{80, 24}, []int{columns, rows})
}

func TestScreen(t *testing.T) {
	var out strings.Builder
	screen := terminal.NewSizedScreen(&out, 10, 4)
	said := func() string {
		defer out.Reset()
		return out.String()
	}
	screen.Clear()
	require.Empty(t, said(), "nothing shown yet: nothing to take away")
	screen.Show("one\ntwo\n")
	require.Equal(t, "one\ntwo\n", said())
	screen.Show("three")
	require.Equal(t, "\x1b[2A\x1b[Jthree\n", said())
	screen.Show("ééééééééééé\n2\n3\n4\n5")
	require.Equal(t, "\x1b[1A\x1b[Jéééééééééé\n2\n3\n", said(), "cut to 10 columns and to what fits above the cursor's line")
	screen.Clear()
	require.Equal(t, "\x1b[3A\x1b[J", said())
	screen.Clear()
	require.Empty(t, said())
}

func TestBar(t *testing.T) {
	for _, test := range []struct {
		done, whole int64
		columns     int
		want        string
	}{
		{0, 100, 18, "[>         ]   0 %"},
		{50, 100, 18, "[=====>    ]  50 %"},
		{100, 100, 18, "[==========] 100 %"},
		{200, 100, 18, "[==========] 100 %"},
		{-1, 100, 18, "[>         ]   0 %"},
		{1, 0, 17, ""},
		{1, 2, 0, "[>]  50 %"},
	} {
		require.Equal(t, test.want, terminal.Bar(test.done, test.whole, test.columns), "%+v", test)
	}
}

func ExampleBar() {
	fmt.Println(terminal.Bar(2, 3, 30))
	// Output: [==============>       ]  67 %
}
