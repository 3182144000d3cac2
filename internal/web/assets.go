package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// AssetRoot is where assets are served.
const AssetRoot = "/assets/"

// Assets are stylesheets, scripts and icons whose address holds their hash, so that
// browsers may keep them for ever. Doors add theirs while the program is wired up;
// after that it only serves, from memory. Compressed forms are made when first asked
// for: brotli at its best quality takes longer than a start should.
type Assets struct {
	byName map[string]*asset // "desk.css"
	byPath map[string]*asset // "/assets/desk.Ab12….css"
}

type asset struct {
	path, kind, etag string
	plain            []byte
	br, gz           func() []byte // nil when not smaller
}

// NewAssets makes an empty set.
func NewAssets() *Assets { return &Assets{byName: map[string]*asset{}, byPath: map[string]*asset{}} }

// Add registers a file and gives its address. Adding the same name again with the
// same bytes changes nothing; with others it panics, since two doors would then show
// each other's files.
func (a *Assets) Add(name string, data []byte) string {
	sum := sha256.Sum256(data)
	hash := base64.RawURLEncoding.EncodeToString(sum[:9])
	ext := path.Ext(name)
	f := &asset{path: AssetRoot + strings.TrimSuffix(name, ext) + "." + hash + ext, etag: `"` + hash + `"`, plain: data}
	if old, ok := a.byName[name]; ok {
		if old.path != f.path {
			panic(fmt.Sprintf("two assets are called %s", name))
		}
		return old.path
	}
	switch ext {
	case ".js", ".mjs":
		f.kind = "text/javascript; charset=utf-8"
	case ".webmanifest":
		f.kind = "application/manifest+json"
	default:
		f.kind = mime.TypeByExtension(ext)
	}
	f.br = sync.OnceValue(func() []byte { return smaller(data, brotliBest) })
	f.gz = sync.OnceValue(func() []byte { return smaller(data, gzipBest) })
	a.byName[name], a.byPath[f.path] = f, f
	return f.path
}

// AddFS registers every file below root in files, by its path within root.
func (a *Assets) AddFS(files fs.FS, root string) error {
	return fs.WalkDir(files, root, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, p)
		if err != nil {
			return fmt.Errorf("read asset %s: %w", p, err)
		}
		a.Add(strings.TrimPrefix(p, root+"/"), data)
		return nil
	})
}

// Path is the address of a registered file. It panics on an unknown name, which is
// a mistake in a template that its test finds.
func (a *Assets) Path(name string) string {
	f, ok := a.byName[name]
	if !ok {
		panic(fmt.Sprintf("no asset is called %s", name))
	}
	return f.path
}

// ServeHTTP serves the assets.
func (a *Assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h["X-Content-Type-Options"] = noSniffValue
	f, ok := a.byPath[r.URL.Path]
	if !ok || (r.Method != http.MethodGet && r.Method != http.MethodHead) {
		// An older page may ask for a file of the release before; it must not be
		// remembered as missing.
		h.Set("Cache-Control", "no-store")
		http.Error(w, "There is no such file.", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body, coding := f.pick(r.Header.Get("Accept-Encoding"))
	etag := f.etag
	if coding != "" {
		h.Set("Content-Encoding", coding)
		etag = strings.TrimSuffix(etag, `"`) + "-" + coding + `"`
	}
	h.Set("ETag", etag)
	if match := r.Header.Get("If-None-Match"); match != "" && strings.Contains(match, etag) {
		h.Del("Content-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body)
}

func (f *asset) pick(accept string) ([]byte, string) {
	if Accepts(accept, "br") {
		if b := f.br(); b != nil {
			return b, "br"
		}
	}
	if Accepts(accept, "gzip") {
		if b := f.gz(); b != nil {
			return b, "gzip"
		}
	}
	return f.plain, ""
}

// Accepts tells whether an Accept-Encoding header allows a coding by name.
func Accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, q, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q = strings.TrimSpace(q)
		return !(strings.HasPrefix(q, "q=0") && strings.Trim(q[3:], ".0") == "")
	}
	return false
}

func smaller(data []byte, pack func([]byte) []byte) []byte {
	if b := pack(data); len(b) < len(data) {
		return b
	}
	return nil
}

func brotliBest(data []byte) []byte {
	var b bytes.Buffer
	w := brotli.NewWriterLevel(&b, brotli.BestCompression)
	w.Write(data) // to memory: cannot fail
	w.Close()
	return b.Bytes()
}

func gzipBest(data []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	w.Write(data)
	w.Close()
	return b.Bytes()
}
