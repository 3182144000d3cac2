// Package pagecache keeps finished responses, compressed once, and drops them
// by tag without ever serving a stale one.
//
// What is kept is the same for every reader: it refuses responses that set a
// cookie, and it hands a render nothing of the request that asked for it. It
// knows nothing of news; a tag is a word that its callers agree on.
//
// A server calls Hit before its router (and after its check of the host, which
// no key holds), and its page handlers call Serve. Whoever changes what a page
// shows commits the change first and calls Purge after; once Purge has returned,
// no request that arrives is answered with what was before. The argument for
// that stands in epoch.go.
package pagecache

import (
	"crypto/sha256"
	"net/http"
	"net/textproto"
	"sort"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how a Cache behaves. The zero value works.
type Options struct {
	// MaxBytes bounds what pages with status 200 may hold, bodies and
	// bookkeeping together: 64 MiB unless given. One page may take an eighth.
	MaxBytes int64
	// MaxOther bounds what all other kept answers may hold (not found, gone,
	// moved): a sixteenth of MaxBytes unless given. A flood of addresses that
	// do not exist displaces only its own kind.
	MaxOther int64
	// Headers are the policy headers that every page carries.
	Headers http.Header
	// CacheControl is sent where a Response names none: "no-cache" unless given.
	CacheControl string
	// CDN adds Surrogate-Key, the response's tags, to every page. Without a CDN
	// that is told of purges the header would only cost bytes.
	CDN bool
	// HeldFor is how long after the last contact with the database kept pages
	// are still served: 30 minutes unless given.
	HeldFor time.Duration
	// RenderTimeout is how long a render may take: 10 seconds unless given.
	RenderTimeout time.Duration
	// Params names the query parameters that matter at a path, each time in the
	// same order; all others are left out of the key. It is called for hits with
	// a query string and should not allocate. Without it none matters.
	Params func(path string) []string
	// Now is the clock: time.Now unless given.
	Now func() time.Time
}

// A Cache keeps pages. Its methods may be called by any number of goroutines.
type Cache struct {
	policy        []field // ready to be assigned
	policyDigest  [sha256.Size]byte
	cacheControl  string
	cdn           bool
	heldFor       time.Duration
	renderTimeout time.Duration
	params        func(path string) []string
	now           func() time.Time

	// What a hit touches: no lock.
	pages sync.Map     // key string → *entry
	gate  atomic.Int64 // see mode.go
	count [stripes]counters

	misses, renders, evictions, purges atomic.Uint64

	// mu orders purges, stores and the joining of renders. No rendering,
	// compressing or writing happens under it.
	mu          sync.Mutex
	epochs      epochs
	flights     map[string]*flight
	running     int // flights not finished, joinable or not
	index       index
	main, other shelf
	mode        mode
}

// New returns an empty cache that takes the database to have been reached just
// now. It panics if the policy headers contain Set-Cookie.
func New(o Options) *Cache {
	c := &Cache{
		cacheControl:  o.CacheControl,
		cdn:           o.CDN,
		heldFor:       o.HeldFor,
		renderTimeout: o.RenderTimeout,
		params:        o.Params,
		now:           o.Now,
		flights:       make(map[string]*flight),
		index:         make(index),
	}
	if c.cacheControl == "" {
		c.cacheControl = "no-cache"
	}
	if c.heldFor == 0 {
		c.heldFor = 30 * time.Minute
	}
	if c.renderTimeout == 0 {
		c.renderTimeout = 10 * time.Second
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.main.max = o.MaxBytes
	if c.main.max == 0 {
		c.main.max = 64 << 20
	}
	c.other.max = o.MaxOther
	if c.other.max == 0 {
		c.other.max = c.main.max / 16
	}
	c.policy = fields(o.Headers)
	for _, f := range c.policy {
		if f.name == "Set-Cookie" {
			panic("pagecache: the policy headers set a cookie, which every reader would get")
		}
	}
	c.policyDigest = digestFields(c.policy)
	c.mode.lastContact = c.now()
	return c
}

// A field is a header line made ready: assigning values to a header map under
// name allocates nothing. Each slice has no spare capacity, so that a later
// Header.Add copies it instead of writing into every page.
type field struct {
	name   string
	values []string
}

func fields(h http.Header) []field {
	list := make([]field, 0, len(h))
	for name, values := range h {
		list = append(list, field{textproto.CanonicalMIMEHeaderKey(name), append(make([]string, 0, len(values)), values...)})
	}
	sort.Slice(list, func(i, j int) bool { return list[i].name < list[j].name })
	return list
}

func digestFields(list []field) [sha256.Size]byte {
	h := sha256.New()
	for _, f := range list {
		h.Write([]byte(f.name))
		for _, v := range f.values {
			h.Write([]byte{0})
			h.Write([]byte(v))
		}
		h.Write([]byte{'\n'})
	}
	return [sha256.Size]byte(h.Sum(nil))
}
