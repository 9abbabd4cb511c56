package web

import (
	"bytes"
	"compress/flate"
	"sync"
)

// frame is one event, encoded once and sent to every watcher. Frames are never
// written again.
type frame struct {
	plain   []byte
	deflate func() []byte // the same, compressed when the first watcher wants it so
}

// gzipHeader begins a gzip stream (RFC 1952, 2.3): no name, no time, any system.
var gzipHeader = []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff}

// newFrame makes an event of a document. The document has no line break: it is JSON
// without spaces, and strings escape theirs.
func newFrame(document []byte) *frame {
	plain := make([]byte, 0, len(document)+64)
	plain = append(plain, "retry: 1000\nevent: stats\ndata: "...)
	plain = append(plain, document...)
	plain = append(plain, "\n\n"...)
	return &frame{plain: plain, deflate: sync.OnceValue(func() []byte { return deflate(plain) })}
}

var deflaters = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // the level is one that exists
	return w
}}

// deflate compresses b into whole blocks that refer to nothing before them and end on
// a byte (RFC 1951, 3.2.4), so that they can follow any other such blocks: that is how
// watchers who came at different times share them.
func deflate(b []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(b) / 6)
	w := deflaters.Get().(*flate.Writer)
	defer deflaters.Put(w)
	w.Reset(&out)
	w.Write(b) // a Buffer takes everything
	w.Flush()
	return out.Bytes()
}
