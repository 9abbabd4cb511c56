package replay

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"sync/atomic"
)

// maxKey is the longest line a trace may have, in bytes. Redis takes longer keys,
// but a line beyond it is rather a file that is no trace.
const maxKey = 16 << 10

// Trace is a sequence of keys, one a line, read from plain or gzip-compressed
// text: which of the two it tells by the first bytes, not by the name. Lines end
// in LF or CRLF; empty ones are skipped. One goroutine may call Next; Position is
// safe beside it.
type Trace struct {
	name  string
	file  io.Reader
	close func() error
	size  int64 // bytes in the file, 0 where that cannot be known
	read  atomic.Int64

	lines *bufio.Reader // nil until the first Next
	line  int
}

// Open returns the trace of that name, or of stdin for "-". Nothing is read from
// it yet. A name that cannot be opened, or is a directory, is an error that names it.
func Open(name string, stdin io.Reader) (*Trace, error) {
	if name == "-" {
		return &Trace{name: "standard input", file: stdin, close: func() error { return nil }}, nil
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && info.IsDir() {
		err = fmt.Errorf("%s is a directory: want a file of one key a line", name)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	trace := &Trace{name: name, file: file, close: file.Close}
	if info.Mode().IsRegular() {
		trace.size = info.Size()
	}
	return trace, nil
}

// Name returns what the trace is called in messages.
func (t *Trace) Name() string { return t.name }

// Close closes the file. Standard input stays open.
func (t *Trace) Close() error { return t.close() }

// Position returns how many bytes of the file have been read, as they lie on the
// disk, and how many there are: 0 where that cannot be known.
func (t *Trace) Position() (read, size int64) { return t.read.Load(), t.size }

// Next returns the next key: valid until the call after, so keep a copy.
// It returns io.EOF after the last, and otherwise an error that says in which
// line of what the trouble is.
func (t *Trace) Next() ([]byte, error) {
	if t.lines == nil {
		if err := t.start(); err != nil {
			return nil, t.locate(err)
		}
	}
	for {
		t.line++
		line, err := t.lines.ReadSlice('\n')
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			return nil, t.locate(fmt.Errorf("longer than %d bytes: want one key a line", maxKey))
		case err != nil && !errors.Is(err, io.EOF):
			return nil, t.locate(err)
		}
		line = bytes.TrimRight(line, "\r\n")
		if bytes.IndexByte(line, 0) >= 0 {
			return nil, t.locate(errors.New("a NUL byte: want text, plain or gzip, one key a line"))
		}
		if len(line) > 0 {
			return line, nil
		}
		if err != nil {
			return nil, io.EOF
		}
	}
}

// ready tells whether the next key can be had without waiting for the file.
func (t *Trace) ready() bool { return t.lines != nil && t.lines.Buffered() > 0 }

// start looks at the first bytes and decompresses if they are gzip's.
func (t *Trace) start() error {
	raw := bufio.NewReader(&counting{t.file, &t.read})
	t.lines = bufio.NewReaderSize(raw, maxKey)
	magic, err := raw.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if !bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		return nil
	}
	plain, err := gzip.NewReader(raw)
	if err != nil {
		return broken(err)
	}
	t.lines = bufio.NewReaderSize(gunzip{plain}, maxKey)
	return nil
}

func (t *Trace) locate(err error) error {
	if pathErr, ok := errors.AsType[*os.PathError](err); ok {
		err = pathErr.Err
	}
	return fmt.Errorf("%s: line %d: %w", t.name, max(t.line, 1), err)
}

// gunzip says of each error of the decompressor what it means.
type gunzip struct{ *gzip.Reader }

func (g gunzip) Read(p []byte) (int, error) {
	n, err := g.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = broken(err)
	}
	return n, err
}

func broken(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		return fmt.Errorf("broken gzip stream: it ends too early: %w", io.ErrUnexpectedEOF)
	}
	return fmt.Errorf("broken gzip stream: %w", err)
}

// counting counts the bytes that pass.
type counting struct {
	io.Reader
	read *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.read.Add(int64(n))
	return n, err
}
