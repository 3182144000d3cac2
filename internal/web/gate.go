package web

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"dateline/internal/news"
)

// A Gate stands before all doors: it refuses what no door should see, before any
// work is done, and keeps the access log. It is one function instead of a chain of
// middlewares because it stands on the hot path, where every wrapping costs.
type Gate struct {
	Hosts   Hosts          // names we answer to
	Trusted []netip.Prefix // proxies whose word on the client's address counts
	Log     *AccessLog     // nil for none
	Now     func() time.Time

	Errors *slog.Logger // where panics go

	https bool // whether the public address is
	cross *http.CrossOriginProtection
	next  http.Handler
	first string        // of every request id of this process
	count atomic.Uint64 // requests so far
}

// NewGate makes the gate for the site at public, with handler behind it.
func NewGate(public *url.URL, trusted []netip.Prefix, log *AccessLog, errors *slog.Logger, handler http.Handler) (*Gate, error) {
	g := &Gate{
		Hosts: HostsOf(public), Trusted: trusted, Log: log, Errors: errors, Now: time.Now,
		https: public.Scheme == "https",
		next:  handler, first: news.Secret()[:8] + "-",
	}
	g.cross = http.NewCrossOriginProtection()
	// A proxy in front may speak http to us and https to the browser; the browser's
	// Origin then has the public form.
	if err := g.cross.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, err
	}
	return g, nil
}

const methods = "GET, HEAD, POST, PATCH, DELETE, OPTIONS"

// ServeHTTP checks, passes on, and notes what was answered.
func (g *Gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := g.Now()
	x := exchanges.Get().(*exchange)
	*x = exchange{ResponseWriter: w, gate: g, n: g.count.Add(1)}
	defer g.leave(start, x, r)
	g.admit(x, r)
}

// leave guards against a panic that no Door caught, and notes the answer.
func (g *Gate) leave(start time.Time, x *exchange, r *http.Request) {
	v := recover()
	if v != nil && v != http.ErrAbortHandler {
		g.Errors.Error("request panicked", "id", RequestID(x), "method", r.Method, "path", r.URL.Path,
			"err", v, "stack", string(debug.Stack()))
		if x.status == 0 {
			PlainPage(x, r, Explain(fmt.Errorf("panic: %v", v)))
			v = nil
		}
	}
	if g.Log != nil {
		g.Log.note(start, g.Now().Sub(start), x, r, g.Client(r))
	}
	x.ResponseWriter = nil
	exchanges.Put(x)
	if v != nil {
		panic(http.ErrAbortHandler) // half an answer must not look like a whole one
	}
}

func (g *Gate) admit(x *exchange, r *http.Request) {
	if len(r.TransferEncoding) > 0 {
		// net/http lets the chunks win over a Content-Length, as RFC 9112 allows, if
		// the connection is then closed, whatever the answer: what follows may be
		// somebody else's idea of a body.
		x.Header().Set("Connection", "close")
	}
	if !g.Hosts.Allowed(r.Host) && !probe(r) {
		refuse(x, r, http.StatusMisdirectedRequest, "This server does not answer for that host name.")
		return
	}
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete:
	case http.MethodOptions:
		x.Header().Set("Allow", methods)
		x.WriteHeader(http.StatusNoContent)
		return
	default:
		x.Header().Set("Allow", methods)
		refuse(x, r, http.StatusMethodNotAllowed, "This method is not used here.")
		return
	}
	if why := badPath(r.URL); why != "" {
		refuse(x, r, http.StatusBadRequest, why)
		return
	}
	if len(r.TransferEncoding) > 0 && (r.Method == http.MethodGet || r.Method == http.MethodHead || bothLengths(r)) {
		refuse(x, r, http.StatusBadRequest, "The length of this request is not clear.")
		return
	}
	if r.URL.Host != "" { // absolute form: Host was taken from it and is checked
		u := *r.URL
		u.Scheme, u.Host = "", ""
		r2 := *r
		r2.URL = &u
		r = &r2
	}
	if err := g.cross.Check(r); err != nil {
		refuse(x, r, http.StatusForbidden, "This request came from another site's page. Open the page here and try again.")
		return
	}
	if r.TLS != nil {
		x.Header()["Strict-Transport-Security"] = hstsValue
	}
	g.next.ServeHTTP(x, r)
}

// probe tells a health check, which load balancers send to the bare address.
func probe(r *http.Request) bool {
	return (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		(r.URL.Path == "/healthz" || r.URL.Path == "/readyz")
}

// badPath says what makes a path ambiguous between us, a proxy and a file system.
func badPath(u *url.URL) string {
	p := u.Path
	if p == "" || p[0] != '/' {
		return "The address must begin with a slash."
	}
	plain := true
	for i := range len(p) {
		c := p[i]
		if c == '.' && p[i-1] == '/' || c == '\\' || c < 0x20 || c >= 0x7f || c == '%' {
			plain = false
			break
		}
	}
	if plain && u.RawPath == "" {
		return ""
	}
	if strings.ContainsRune(p, '\\') || strings.Contains(p, "/./") || strings.Contains(p, "/../") ||
		strings.HasSuffix(p, "/.") || strings.HasSuffix(p, "/..") {
		return "The address has a dot segment or a backslash."
	}
	if raw := u.RawPath; strings.Contains(raw, "%2f") || strings.Contains(raw, "%2F") {
		return "The address has an encoded slash."
	}
	for _, c := range p { // also finds bytes that are no UTF-8
		if c < 0x20 || c == 0x7f || c == '\uFFFD' {
			return "The address has characters that cannot be in one."
		}
	}
	return ""
}

func refuse(w http.ResponseWriter, r *http.Request, status int, detail string) {
	if strings.HasPrefix(r.URL.Path, "/api/") {
		Problem(w, r, Failure{Status: status, Name: "refused", Title: http.StatusText(status), Detail: detail})
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h["X-Content-Type-Options"] = noSniffValue
	w.WriteHeader(status)
	w.Write([]byte(detail + "\n"))
}
