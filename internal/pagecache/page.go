package pagecache

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// A page is a finished answer. What requests see of it never changes, so any number
// of them may be writing it at once; a coding that nobody has asked for yet is made
// by the first who does, and once.
type page struct {
	status   int
	body     []byte
	labels   [sha256.Size]byte // of all that an ETag covers besides the bytes; zero for no ETag
	headers  []field           // all but those of the variant
	brief    []field           // what a 304 repeats
	variants [codings]lazyVariant
	hasty    lazyVariant         // gzip at its quickest, for the first reader; see choose
	pools    [codings]*sync.Pool // nil for a coding that the page does not come in
	vary     bool                // there may be more than one variant
	asked    atomic.Bool         // somebody took it compressed before
	keep     bool                // made to be kept
	until    time.Time
}

// A variant is the page in one content coding, with the headers that go with it
// ready to be assigned. One with a nil length was not worth making.
type variant struct {
	body                   []byte
	etag, length, encoding []string
}

type lazyVariant struct {
	once sync.Once
	made atomic.Pointer[variant]
}

var (
	varyEncoding = []string{"Accept-Encoding"}
	encodings    = [codings][]string{gzipped: {"gzip"}, brotlied: {"br"}}
)

// newPage labels a checked response. What is not kept, or is kept only until the
// flood of strange addresses sweeps it out, comes in the cheap form of gzip and in no
// Brotli: it is made for a handful of requests.
func (c *Cache) newPage(r *Response, keep bool) *page {
	p := &page{status: r.Status, body: r.Body, until: r.Until, keep: keep}
	if len(r.Body) >= minCompress && compressible(r.ContentType) {
		p.vary = true
		p.pools[gzipped] = &fastGzips
		if keep && r.Status == http.StatusOK {
			p.pools[gzipped] = &gzips
			if len(r.Body) <= maxBrotli {
				p.pools[brotlied] = &brotlis
			}
		}
	}
	if r.Status == http.StatusOK { // an ETag serves 304s, which only a 200 may turn into
		p.labels = c.digest(r)
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

// digest covers what a 304 does not repeat besides the body: the content type and the
// policy headers.
func (c *Cache) digest(r *Response) [sha256.Size]byte {
	h := sha256.New()
	h.Write(c.policyDigest[:])
	if len(r.Header) > 0 {
		d := digestFields(fields(r.Header))
		h.Write(d[:])
	}
	h.Write([]byte(r.ContentType))
	return [sha256.Size]byte(h.Sum(nil))
}

// variant gives the page in a coding, made now if nobody asked before.
func (p *page) variant(c coding) *variant {
	return p.form(&p.variants[c], c, p.pools[c])
}

// form gives what l holds, made now with what is in the pool if nobody asked before.
func (p *page) form(l *lazyVariant, c coding, pool *sync.Pool) *variant {
	if v := l.made.Load(); v != nil {
		return v
	}
	l.once.Do(func() { l.made.Store(p.newVariant(c, pool)) })
	return l.made.Load()
}

// newVariant makes one form of the body. The ETag is strong: it covers these very
// bytes, since two versions of a compressor need not agree.
func (p *page) newVariant(c coding, pool *sync.Pool) *variant {
	body := p.body
	if c != identity {
		if pool == nil {
			return &variant{}
		}
		if body = pack(pool, body); body == nil {
			return &variant{}
		}
	}
	v := &variant{body: body, encoding: encodings[c], length: []string{strconv.Itoa(len(body))}}
	if p.labels != [sha256.Size]byte{} {
		h := sha256.New()
		h.Write(p.labels[:])
		h.Write(body)
		v.etag = []string{`"` + base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:15]) + `"`}
	}
	return v
}

// choose picks the variant that the request likes best, Brotli before gzip
// before identity among equals.
func (p *page) choose(r *http.Request) *variant {
	lines := r.Header["Accept-Encoding"]
	if !p.vary || len(lines) == 0 {
		return p.variant(identity)
	}
	weight := accepted(lines)
	for {
		best := identity
		for _, c := range [...]coding{gzipped, brotlied} {
			if p.pools[c] != nil && weight[c] > 0 && weight[c] >= weight[best] {
				best = c
			}
		}
		// Most pages of an archive are read once before they go, and so are feeds on a
		// busy day: the first reader gets gzip at its quickest, whatever else is
		// accepted, and the better packing is made for the second.
		if best != identity && weight[gzipped] > 0 && !p.asked.Load() && !p.asked.Swap(true) {
			if v := p.form(&p.hasty, gzipped, &fastGzips); v.length != nil {
				return v
			}
		}
		if v := p.variant(best); v.length != nil {
			return v
		}
		weight[best] = 0 // it saves nothing: the next best
	}
}

// write answers a GET or HEAD request and reports how many bytes of the body
// went out and whether it was a 304. Ranges of pages are not served. An error of
// the connection is the reader's having left, and of no interest here.
func (p *page) write(w http.ResponseWriter, r *http.Request) (n int, notModified bool) {
	h := w.Header()
	known := r.Header["If-None-Match"]
	var v *variant
	if len(known) > 0 {
		v = p.holds(known, r)
	}
	if v == nil {
		v = p.choose(r)
		notModified = len(known) > 0 && v.etag != nil && matches(known, v.etag[0])
	} else {
		notModified = true
	}
	if v.etag != nil {
		h["Etag"] = v.etag
	}
	if notModified {
		for i := range p.brief {
			h[p.brief[i].name] = p.brief[i].values
		}
		w.WriteHeader(http.StatusNotModified)
		return 0, true
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

// holds finds the form of this page that the client has, among those made and in a
// coding that it accepts: a reader whose first copy came as gzip need not take it again
// as Brotli, nor have anything made to be told so.
func (p *page) holds(known []string, r *http.Request) *variant {
	has := func(l *lazyVariant) *variant {
		if v := l.made.Load(); v != nil && v.etag != nil && matches(known, v.etag[0]) {
			return v
		}
		return nil
	}
	if !p.vary { // one form, whatever is accepted
		return has(&p.variants[identity])
	}
	weight := accepted(r.Header["Accept-Encoding"])
	for c := codings - 1; c >= 0; c-- { // the one most readers have comes first
		if weight[c] == 0 {
			continue
		}
		if v := has(&p.variants[c]); v != nil {
			return v
		}
		if c == gzipped {
			if v := has(&p.hasty); v != nil {
				return v
			}
		}
	}
	return nil
}

// size is what the page may come to hold in memory, in bytes: bookkeeping guessed
// upwards, and three quarters of the body for the forms that are made later.
func (p *page) size() int64 {
	n := 1024 + len(p.body)
	if p.vary {
		n += len(p.body) / 4 * 3
	}
	for _, f := range p.headers {
		n += 48
		for _, v := range f.values {
			n += 16 + len(v) // policy headers are shared, and counted all the same
		}
	}
	return int64(n)
}
