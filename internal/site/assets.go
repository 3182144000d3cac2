package site

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/andybalholm/brotli"
)

//go:embed assets
var assetFiles embed.FS

// Assets are the files that pages refer to. Their names carry a hash of their
// bytes, so that browsers may keep them for good; each is compressed once.
type Assets struct {
	urls  map[string]string // "site.css" → "/assets/….css"
	files map[string]*asset // path → file
}

type asset struct {
	contentType string
	plain       []byte
	gzip        []byte
	brotli      []byte
	etag        string
	immutable   bool
}

// NewAssets prepares the files. colours are the hex values ("#a1b2c3") of the
// classes c0 to c63 that stand for a picture until it has come; a picture's
// class is chosen where pictures are read, in internal/imaging. siteName and
// lang go into the web app manifest.
func NewAssets(siteName, lang string, colours [64]string) (*Assets, error) {
	a := &Assets{urls: map[string]string{}, files: map[string]*asset{}}
	css, err := stylesheet(colours)
	if err != nil {
		return nil, err
	}
	a.hashed("site.css", "text/css; charset=utf-8", css)
	for _, f := range []struct{ name, contentType string }{
		{"site.js", "text/javascript; charset=utf-8"},
		{"icon.svg", "image/svg+xml"},
		{"icon-180.png", "image/png"},
		{"icon-192.png", "image/png"},
		{"icon-512.png", "image/png"},
	} {
		b, err := assetFiles.ReadFile("assets/" + f.name)
		if err != nil {
			return nil, fmt.Errorf("read asset %s: %w", f.name, err)
		}
		if f.name == "site.js" {
			b = squeezeScript(b)
		}
		a.hashed(f.name, f.contentType, b)
	}
	ico, err := assetFiles.ReadFile("assets/favicon.ico")
	if err != nil {
		return nil, fmt.Errorf("read asset favicon.ico: %w", err)
	}
	a.put("/favicon.ico", "image/vnd.microsoft.icon", ico, false)
	manifest, err := a.manifest(siteName, lang)
	if err != nil {
		return nil, err
	}
	a.put("/manifest.webmanifest", "application/manifest+json", manifest, false)
	return a, nil
}

// stylesheet joins the files in assets/css in the order of their names and
// adds the placeholder colours.
func stylesheet(colours [64]string) ([]byte, error) {
	names, err := fs.Glob(assetFiles, "assets/css/*.css")
	if err != nil {
		return nil, fmt.Errorf("list stylesheets: %w", err)
	}
	var b bytes.Buffer
	for _, name := range names {
		text, err := assetFiles.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("read stylesheet %s: %w", name, err)
		}
		b.Write(text)
	}
	for i, hex := range colours {
		if !isHexColour(hex) {
			return nil, fmt.Errorf("write placeholder colour %d: %q is not like #a1b2c3", i, hex)
		}
		fmt.Fprintf(&b, ".c%d{background:%s}", i, hex)
	}
	return squeezeStyles(b.Bytes()), nil
}

func isHexColour(s string) bool {
	if len(s) != 7 || s[0] != '#' {
		return false
	}
	_, err := strconv.ParseUint(s[1:], 16, 32)
	return err == nil
}

func (a *Assets) hashed(name, contentType string, b []byte) {
	sum := sha256.Sum256(b)
	p := "/assets/" + base64.RawURLEncoding.EncodeToString(sum[:9]) + path.Ext(name)
	a.urls[name] = p
	a.put(p, contentType, b, true)
}

func (a *Assets) put(p, contentType string, b []byte, immutable bool) {
	sum := sha256.Sum256(b)
	f := &asset{contentType: contentType, plain: b, immutable: immutable, etag: base64.RawURLEncoding.EncodeToString(sum[:12])}
	if !strings.HasPrefix(contentType, "image/png") {
		f.gzip, f.brotli = squeezed(b)
	}
	a.files[p] = f
}

// squeezed compresses as hard as it goes, since it happens once. A writer to
// memory cannot fail.
func squeezed(b []byte) (gz, br []byte) {
	var g, r bytes.Buffer
	zw, _ := gzip.NewWriterLevel(&g, gzip.BestCompression)
	zw.Write(b)
	zw.Close()
	bw := brotli.NewWriterLevel(&r, brotli.BestCompression)
	bw.Write(b)
	bw.Close()
	return g.Bytes(), r.Bytes()
}

// URL gives the address of a file: URL("site.css").
func (a *Assets) URL(name string) (string, error) {
	if u, ok := a.urls[name]; ok {
		return u, nil
	}
	return "", fmt.Errorf("find asset %q: no such file", name)
}

// Paths lists every path that Assets answers.
func (a *Assets) Paths() []string {
	var out []string
	for p := range a.files {
		out = append(out, p)
	}
	return out
}

// ServeHTTP answers /assets/…, /favicon.ico and /manifest.webmanifest.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f := a.files[r.URL.Path]
	if f == nil {
		http.NotFound(w, r)
		return
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Vary", "Accept-Encoding")
	if f.immutable {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "public, max-age=86400")
	}
	body, etag := f.plain, f.etag
	switch accept := r.Header.Get("Accept-Encoding"); {
	case f.brotli != nil && acceptsCoding(accept, "br"):
		body, etag = f.brotli, etag+"-br"
		h.Set("Content-Encoding", "br")
	case f.gzip != nil && acceptsCoding(accept, "gzip"):
		body, etag = f.gzip, etag+"-gz"
		h.Set("Content-Encoding", "gzip")
	}
	etag = `"` + etag + `"`
	h.Set("ETag", etag)
	if match := r.Header.Get("If-None-Match"); match == "*" || strings.Contains(match, etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		// An error here is the reader's connection, gone.
		w.Write(body)
	}
}

// acceptsCoding reads Accept-Encoding: "gzip, br;q=1.0" accepts br, "br;q=0" does not.
func acceptsCoding(header, coding string) bool {
	for _, part := range strings.Split(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		if q, ok := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q="); ok {
			v, err := strconv.ParseFloat(q, 64)
			return err == nil && v > 0
		}
		return true
	}
	return false
}
