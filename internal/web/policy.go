package web

import "net/http"

// CSP is the one content policy of all pages: our own files and nothing else, no
// inline script or style, no frame round us.
const CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// The other policy headers of a page. Same-origin for the referrer and not
// no-referrer: the latter makes browsers send "Origin: null" with our own forms.
const (
	ReferrerPolicy = "same-origin"
	NoSniff        = "nosniff"
	// HSTS is sent over TLS only: a year, without subdomains, which may not be ours.
	HSTS = "max-age=31536000"
)

// SetPolicy sets the policy headers of an HTML answer. The page cache holds the same
// values ready made.
func SetPolicy(h http.Header) {
	h["Content-Security-Policy"] = cspValue
	h["Referrer-Policy"] = referrerValue
	h["X-Content-Type-Options"] = noSniffValue
}

// Shared, so that setting them allocates nothing; nobody may change a header's slice
// in place (net/http's Set and Del do not).
var (
	cspValue      = []string{CSP}
	referrerValue = []string{ReferrerPolicy}
	noSniffValue  = []string{NoSniff}
	hstsValue     = []string{HSTS}
)
