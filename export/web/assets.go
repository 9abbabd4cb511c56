package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets
var files embed.FS

// asset is one file of the page, compressed when first asked for.
type asset struct {
	contentType string
	etag        string
	plain       []byte
	gzipped     func() []byte
}

// assets are the page's files by name. There is no build step: what is embedded is
// what is served.
var assets = sync.OnceValue(func() map[string]*asset {
	types := map[string]string{
		".html": "text/html; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".svg":  "image/svg+xml",
	}
	all := make(map[string]*asset)
	entries, _ := files.ReadDir("assets") // an embedded folder: it is there
	for _, e := range entries {
		b, err := files.ReadFile("assets/" + e.Name())
		if err != nil {
			continue
		}
		kind := types[path.Ext(e.Name())]
		if kind == "" {
			kind = "text/plain; charset=utf-8"
		}
		sum := sha256.Sum256(b)
		all[e.Name()] = &asset{
			contentType: kind,
			etag:        `"` + hex.EncodeToString(sum[:8]) + `"`,
			plain:       b,
			gzipped:     sync.OnceValue(func() []byte { return compress(b) }),
		}
	}
	return all
})

func compress(b []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // the level is one that exists
	w.Write(b)                                              // a Buffer takes everything
	w.Close()
	return out.Bytes()
}

func serveAsset(w http.ResponseWriter, r *http.Request, name string) {
	a := assets()[name]
	h := w.Header()
	h.Set("Content-Type", a.contentType)
	h.Set("Cache-Control", "no-cache") // ask again, by the ETag: a new binary brings a new page
	h.Set("Vary", "Accept-Encoding")
	b, etag := a.plain, a.etag
	if acceptsGzip(r) {
		b, etag = a.gzipped(), strings.TrimSuffix(a.etag, `"`)+`-gzip"`
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if r.Method == http.MethodHead {
		return
	}
	w.Write(b) // the client is gone where this fails
}

// acceptsGzip tells whether the client takes gzip, by name and not at quality 0.
func acceptsGzip(r *http.Request) bool {
	for _, header := range r.Header.Values("Accept-Encoding") {
		for coding := range strings.SplitSeq(header, ",") {
			name, params, err := mime.ParseMediaType("x/" + strings.TrimSpace(coding))
			if err != nil || name != "x/gzip" {
				continue
			}
			q, err := strconv.ParseFloat(params["q"], 64)
			return err != nil || q > 0
		}
	}
	return false
}
