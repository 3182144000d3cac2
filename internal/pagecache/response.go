package pagecache

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Response is what a render makes: one page as every reader gets it.
type Response struct {
	Status      int    // 200 unless given
	ContentType string // with its charset; needed when there is a body
	Body        []byte // belongs to the cache once returned

	// Tags name everything the page shows. A purge of any of them drops it; a
	// page with a tag missing can be stale.
	Tags []string

	CacheControl string      // the cache's own default unless given
	Header       http.Header // further headers; they win over the policy headers
	Until        time.Time   // when given, not served from this moment on

	// Unkept has the page served to those who waited for it, but not kept: for
	// pages nearly everybody asks for differently, such as search results.
	Unkept bool
}

// kept reports whether answers with this status are kept. A 500 is never.
func kept(status int) bool {
	switch status {
	case http.StatusOK, http.StatusMovedPermanently, http.StatusPermanentRedirect, http.StatusNotFound, http.StatusGone:
		return true
	}
	return false
}

// check refuses what would harm readers or can't be sent as it is.
func (r *Response) check() error {
	if r.Status == 0 {
		r.Status = http.StatusOK
	}
	switch {
	case r.Status < 200 || r.Status > 599:
		return fmt.Errorf("status %d is no answer", r.Status)
	case r.Status == http.StatusNoContent || r.Status == http.StatusPartialContent || r.Status == http.StatusNotModified:
		return fmt.Errorf("status %d is no page", r.Status)
	case r.ContentType == "" && len(r.Body) > 0:
		return errors.New("a body without a content type")
	}
	for name := range r.Header {
		if http.CanonicalHeaderKey(name) == "Set-Cookie" {
			return errors.New("the page sets a cookie, which every reader would get")
		}
	}
	return nil
}

// SurrogateKey returns tag as it is written in the Surrogate-Key header, which
// is how a CDN must be asked to drop it: bytes that may not stand there are
// percent-encoded.
func SurrogateKey(tag string) string {
	plain := true
	for i := range len(tag) {
		if c := tag[i]; c <= ' ' || c >= 0x7f || c == '%' || c == ',' {
			plain = false
			break
		}
	}
	if plain {
		return tag
	}
	return url.QueryEscape(tag)
}

func surrogateKeys(tags []string) string {
	var b strings.Builder
	for i, tag := range tags {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(SurrogateKey(tag))
	}
	return b.String()
}
