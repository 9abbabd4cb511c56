package replay_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/cachemeter/cachemeter/cmd/cachemeter/internal/replay"
)

func zipped(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.String()
}

func stdin(t testing.TB, content string) *replay.Trace {
	t.Helper()
	trace, err := replay.Open("-", strings.NewReader(content))
	require.NoError(t, err)
	return trace
}

// drain returns all keys, and the error that ended them unless that is io.EOF.
func drain(trace *replay.Trace) (keys []string, err error) {
	for {
		key, err := trace.Next()
		if err == io.EOF {
			return keys, nil
		}
		if err != nil {
			return keys, err
		}
		keys = append(keys, string(key))
	}
}

func TestTrace(t *testing.T) {
	many := strings.Repeat("1234567\n", 10_000)
	for _, test := range []struct {
		name, content string
		keys          []string
		err           string
	}{
		{name: "plain", content: "1\n2\n1\n", keys: []string{"1", "2", "1"}},
		{name: "no last line end", content: "a\nb", keys: []string{"a", "b"}},
		{name: "CRLF", content: "a\r\nb\r\n", keys: []string{"a", "b"}},
		{name: "empty lines", content: "\na\n\n\nb\n\n", keys: []string{"a", "b"}},
		{name: "spaces are part of a key", content: " a b \n", keys: []string{" a b "}},
		{name: "nothing", content: ""},
		{name: "gzip", content: zipped(t, "1\n2\n"), keys: []string{"1", "2"}},
		{name: "two gzip members", content: zipped(t, "1\n2") + zipped(t, "3\n"), keys: []string{"1", "23"}},
		{name: "longer than the buffers", content: zipped(t, many), keys: strings.Fields(many)},
		{name: "the longest key", content: strings.Repeat("x", 16<<10-1) + "\n", keys: []string{strings.Repeat("x", 16<<10-1)}},
		{
			name: "a line too long", content: "1\n" + strings.Repeat("x", 16<<10) + "\n", keys: []string{"1"},
			err: "standard input: line 2: longer than 16384 bytes: want one key a line",
		},
		{
			name: "binary", content: "1\n\x00\x01\n", keys: []string{"1"},
			err: "standard input: line 2: a NUL byte: want text, plain or gzip, one key a line",
		},
		{
			name: "gzip cut short", content: zipped(t, "1\n2\n")[:12],
			err: "standard input: line 1: broken gzip stream: it ends too early: unexpected EOF",
		},
		{
			name: "gzip cut in its checksum", content: strings.TrimSuffix(zipped(t, "1\n2\n"), "\x00"), keys: []string{"1", "2"},
			err: "standard input: line 3: broken gzip stream: it ends too early: unexpected EOF",
		},
		{
			name: "gzip cut in its header", content: "\x1f\x8b\x08",
			err: "standard input: line 1: broken gzip stream: it ends too early: unexpected EOF",
		},
		{
			name: "not what gzip writes", content: "\x1f\x8bnonsense that is no stream",
			err: "standard input: line 1: broken gzip stream: gzip: invalid header",
		},
		{
			name: "garbage after gzip", content: zipped(t, "1\n") + "more than nothing", keys: []string{"1"},
			err: "standard input: line 2: broken gzip stream: gzip: invalid header",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			keys, err := drain(stdin(t, test.content))
			require.Equal(t, test.keys, keys)
			if test.err == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, test.err)
			}
		})
	}
}

// Where the pieces of a file end must not show: io readers may return any of them.
func FuzzTrace(f *testing.F) {
	f.Add("1\n2\r\n\n3", true)
	f.Add("\r\r\n\n", false)
	f.Fuzz(func(t *testing.T, text string, compress bool) {
		if strings.HasPrefix(text, "\x1f\x8b") || strings.Contains(text, "\x00") {
			t.Skip("no plain text")
		}
		var want []string
		for line := range strings.SplitSeq(text, "\n") {
			if len(line) >= 16<<10 {
				t.Skip("too long")
			}
			if line = strings.TrimRight(line, "\r"); line != "" {
				want = append(want, line)
			}
		}
		if compress {
			text = zipped(t, text)
		}
		keys, err := drain(stdin(t, text))
		require.NoError(t, err)
		require.Equal(t, want, keys)
	})
}

func TestOpenFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "keys.gz")
	content := zipped(t, "1\n2\n")
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))

	trace, err := replay.Open(file, nil)
	require.NoError(t, err)
	require.Equal(t, file, trace.Name())
	read, size := trace.Position()
	require.Zero(t, read)
	require.EqualValues(t, len(content), size)
	keys, err := drain(trace)
	require.NoError(t, err)
	require.Equal(t, []string{"1", "2"}, keys)
	read, _ = trace.Position()
	require.Equal(t, size, read)
	require.NoError(t, trace.Close())

	_, err = replay.Open(filepath.Join(dir, "absent"), nil)
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "absent")
	_, err = replay.Open(dir, nil)
	require.EqualError(t, err, dir+" is a directory: want a file of one key a line")
}

func TestTraceReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	trace, err := replay.Open("-", io.MultiReader(strings.NewReader("1\n2\n"), failing{broken}))
	require.NoError(t, err)
	keys, err := drain(trace)
	require.Equal(t, []string{"1", "2"}, keys)
	require.ErrorIs(t, err, broken)
	require.EqualError(t, err, "standard input: line 3: the disk is gone")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
