package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var embedded embed.FS

// built lists what frontend/ generates, to say so when it is missing.
var built = []string{"app.css", "vendor.js", "icons.svg", "geist.woff2", "geist-ext.woff2"}

// contentTypes spares us the operating system's table, which containers lack.
var contentTypes = map[string]string{
	".css":   "text/css; charset=utf-8",
	".js":    "text/javascript; charset=utf-8",
	".svg":   "image/svg+xml",
	".txt":   "text/plain; charset=utf-8",
	".woff2": "font/woff2",
}

type asset struct {
	contentType string
	plain, gzip []byte
}

// assets serves files under one content-addressed prefix, so relative URLs
// inside the stylesheet keep working and every file caches forever.
type assets struct {
	prefix string
	files  map[string]asset
}

func embeddedAssets() (*assets, error) {
	dir, err := fs.Sub(embedded, "static")
	if err != nil {
		return nil, err
	}
	for _, name := range built {
		if _, err := fs.Stat(dir, name); err != nil {
			return nil, fmt.Errorf("%w; run: npm --prefix frontend run build", err)
		}
	}
	return loadAssets(dir)
}

func loadAssets(dir fs.FS) (*assets, error) {
	sum := sha256.New()
	files := map[string]asset{}
	err := fs.WalkDir(dir, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(dir, name)
		if err != nil {
			return err
		}
		fmt.Fprintln(sum, name, len(data))
		sum.Write(data)
		files[name] = asset{contentTypes[path.Ext(name)], data, compress(name, data)}
		return nil
	})
	return &assets{"/static/" + hex.EncodeToString(sum.Sum(nil))[:12] + "/", files}, err
}

// compress returns nil for fonts, which are compressed already.
func compress(name string, data []byte) []byte {
	if path.Ext(name) == ".woff2" {
		return nil
	}
	var b bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails for unknown levels only
	_, _ = zw.Write(data)
	_ = zw.Close()
	return b.Bytes()
}

func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[r.PathValue("name")]
	if !ok {
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("Cache-Control", a.cacheControl(r.URL.Path))
	body := f.plain
	if f.gzip != nil {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = f.gzip
		}
	}
	_, _ = w.Write(body)
}

// cacheControl lets a page of the previous release still load its late files,
// but never pins the new content to the old address.
func (a *assets) cacheControl(path string) string {
	if strings.HasPrefix(path, a.prefix) {
		return "public, max-age=31536000, immutable"
	}
	return "no-cache"
}
