package pagecache

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"
)

// A page is a finished answer. Nothing in it changes once made, so any number
// of requests may be writing it at once.
type page struct {
	status   int
	headers  []field // all but those of the variant
	brief    []field // what a 304 repeats
	variants [codings]variant
	vary     bool // there is more than one variant
	keep     bool // made to be kept
	until    time.Time
}

// A variant is the page in one content coding, with the headers that go with it
// ready to be assigned. One with a nil length was not worth making.
type variant struct {
	body                   []byte
	etag, length, encoding []string
}

var (
	varyEncoding   = []string{"Accept-Encoding"}
	encodingGzip   = []string{"gzip"}
	encodingBrotli = []string{"br"}
)

// newPage compresses and labels a checked response. What is not kept, or is kept
// only until the flood of strange addresses sweeps it out, gets the cheap form of
// gzip and no Brotli: it is made for a handful of requests.
func (c *Cache) newPage(r *Response, keep bool) *page {
	p := &page{status: r.Status, until: r.Until, keep: keep}
	dear := keep && r.Status == http.StatusOK
	p.variants[identity] = c.newVariant(r, r.Body, nil)
	if len(r.Body) >= minCompress && compressible(r.ContentType) {
		pool := &gzips
		if !dear {
			pool = &fastGzips
		}
		if b := pack(pool, r.Body); b != nil {
			p.variants[gzipped] = c.newVariant(r, b, encodingGzip)
			p.vary = true
		}
		if dear {
			if b := pack(&brotlis, r.Body); b != nil {
				p.variants[brotlied] = c.newVariant(r, b, encodingBrotli)
				p.vary = true
			}
		}
	}

	control := r.CacheControl
	if control == "" {
		control = c.cacheControl
	}
	p.brief = append(p.brief, field{"Cache-Control", []string{control}})
	if p.vary {
		p.brief = append(p.brief, field{"Vary", varyEncoding})
	}
	p.headers = append(p.headers, c.policy...)
	p.headers = append(p.headers, fields(r.Header)...)
	p.headers = append(p.headers, p.brief...)
	if r.ContentType != "" {
		p.headers = append(p.headers, field{"Content-Type", []string{r.ContentType}})
	}
	if c.cdn && len(r.Tags) > 0 {
		p.headers = append(p.headers, field{"Surrogate-Key", []string{surrogateKeys(r.Tags)}})
	}
	return p
}

// newVariant labels one form of the body. The ETag is strong: it covers these
// very bytes (two versions of a compressor need not agree), and since a 304 does
// not repeat them, the content type and the policy headers too.
func (c *Cache) newVariant(r *Response, body []byte, encoding []string) variant {
	v := variant{body: body, encoding: encoding, length: []string{strconv.Itoa(len(body))}}
	if r.Status != http.StatusOK {
		return v // an ETag serves 304s, which only a 200 may turn into
	}
	h := sha256.New()
	h.Write(c.policyDigest[:])
	if len(r.Header) > 0 {
		d := digestFields(fields(r.Header))
		h.Write(d[:])
	}
	h.Write([]byte(r.ContentType))
	h.Write([]byte{0})
	h.Write(body)
	v.etag = []string{`"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]) + `"`}
	return v
}

// choose picks the variant that the request likes best, Brotli before gzip
// before identity among equals.
func (p *page) choose(r *http.Request) *variant {
	best := &p.variants[identity]
	if !p.vary {
		return best
	}
	lines := r.Header["Accept-Encoding"]
	if len(lines) == 0 {
		return best
	}
	weight := accepted(lines)
	most := weight[identity]
	for _, c := range [...]coding{gzipped, brotlied} {
		if weight[c] > 0 && weight[c] >= most && p.variants[c].length != nil {
			best, most = &p.variants[c], weight[c]
		}
	}
	return best
}

// write answers a GET or HEAD request and reports how many bytes of the body
// went out and whether it was a 304. Ranges of pages are not served. An error of
// the connection is the reader's having left, and of no interest here.
func (p *page) write(w http.ResponseWriter, r *http.Request) (n int, notModified bool) {
	v := p.choose(r)
	h := w.Header()
	if v.etag != nil {
		h["Etag"] = v.etag
		if lines := r.Header["If-None-Match"]; len(lines) > 0 && matches(lines, v.etag[0]) {
			for i := range p.brief {
				h[p.brief[i].name] = p.brief[i].values
			}
			w.WriteHeader(http.StatusNotModified)
			return 0, true
		}
	}
	for i := range p.headers {
		h[p.headers[i].name] = p.headers[i].values
	}
	h["Content-Length"] = v.length
	if v.encoding != nil {
		h["Content-Encoding"] = v.encoding
	}
	w.WriteHeader(p.status)
	if r.Method != http.MethodHead {
		n, _ = w.Write(v.body)
	}
	return n, false
}

// size is what the page holds in memory, in bytes, bookkeeping guessed upwards.
func (p *page) size() int64 {
	n := 768
	for i := range p.variants {
		n += len(p.variants[i].body) + 64
	}
	for _, f := range p.headers {
		n += 48
		for _, v := range f.values {
			n += 16 + len(v) // policy headers are shared, and counted all the same
		}
	}
	return int64(n)
}
