package webpush

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// MaxEndpoint is how long an endpoint may be, in bytes. The longest seen in
// the wild (Windows) has about 600.
const MaxEndpoint = 2048

// ErrEndpoint means that a text is not the address of an allowed push service.
var ErrEndpoint = errors.New("not an address of a known push service")

// known are the push services of the browsers: these hosts and all under them.
var known = []string{
	"fcm.googleapis.com",        // Chrome, Edge on Android, Samsung, Opera
	"jmt17.google.com",          // Chromium builds without a brand
	"push.services.mozilla.com", // Firefox
	"notify.windows.com",        // Edge on Windows
	"push.apple.com",            // Safari
}

// An Endpoint is the address of one subscription at an allowed push service.
// Only Services.Parse makes one; the zero value is none. What it names is as
// good as a password for sending to that browser, so it belongs in no log.
type Endpoint struct {
	origin string
	path   string
}

// Origin is the push service: scheme, host, and the port if it is unusual.
func (e Endpoint) Origin() string { return e.origin }

// Path is the rest of the address, at least a slash.
func (e Endpoint) Path() string { return e.path }

// String is the whole address; it is what a database should keep.
func (e Endpoint) String() string { return e.origin + e.path }

// IsZero reports whether there is no endpoint.
func (e Endpoint) IsZero() bool { return e.origin == "" }

// authority is the host and port as they stand in the address.
func (e Endpoint) authority() string {
	_, a, _ := strings.Cut(e.origin, "://")
	return a
}

// plainText says that the address is for development and has no TLS.
func (e Endpoint) plainText() bool { return strings.HasPrefix(e.origin, "http:") }

// Services are the push services that messages may go to.
type Services struct {
	hosts []string
	exact map[string]bool // host:port, for development
}

// NewServices allows the services of the known browsers, the hosts in more and
// everything under them (at port 443), and each HOST:PORT in allow exactly,
// which is for development: there HOST may be an IP address inside and the
// address may lack TLS.
func NewServices(more, allow []string) (*Services, error) {
	s := &Services{hosts: append([]string(nil), known...), exact: make(map[string]bool)}
	for _, h := range more {
		h = strings.ToLower(strings.TrimSpace(h))
		if !validHost(h) || !strings.Contains(h, ".") {
			return nil, fmt.Errorf("allow push service %q: want a host name such as push.example.org", h)
		}
		s.hosts = append(s.hosts, h)
	}
	for _, a := range allow {
		a = strings.ToLower(strings.TrimSpace(a))
		if !validExact(a) {
			return nil, fmt.Errorf("allow push address %q: want HOST:PORT such as 127.0.0.1:8443", a)
		}
		s.exact[a] = true
	}
	return s, nil
}

// validExact reports whether a is HOST:PORT; HOST may be an IP address.
func validExact(a string) bool {
	if ap, err := netip.ParseAddrPort(a); err == nil {
		return ap.Port() != 0 && ap.Addr().Zone() == ""
	}
	host, port, ok := strings.Cut(a, ":")
	n, err := strconv.ParseUint(port, 10, 16)
	return ok && err == nil && n != 0 && validHost(host)
}

// strangeBytes are 1 where no browser's endpoint has that byte: what is not
// printable ASCII, and what clients of HTTP take differently from one another.
var strangeBytes = func() (t [256]byte) {
	for c := range t {
		if c <= ' ' || c > '~' || c == '\\' || c == '#' {
			t[c] = 1
		}
	}
	return t
}()

// Parse makes an Endpoint. The address has the form in which browsers write
// theirs: https, lower case, port 443, no user, no fragment, printable ASCII, a
// host that is a name. It refuses all else with ErrEndpoint. It does not
// allocate unless it has to bring the address into that form.
func (s *Services) Parse(address string) (Endpoint, error) {
	if len(address) > MaxEndpoint {
		return Endpoint{}, fmt.Errorf("endpoint of %d bytes, at most %d: %w", len(address), MaxEndpoint, ErrEndpoint)
	}
	var strange byte
	for i := range len(address) { // every message passes here, and a branch each byte takes 0.1 µs
		strange |= strangeBytes[address[i]]
	}
	if strange != 0 {
		i := strings.IndexFunc(address, func(r rune) bool { return r > '~' || strangeBytes[r] != 0 })
		return Endpoint{}, fmt.Errorf("endpoint with the byte %#02x: %w", address[i], ErrEndpoint)
	}
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok || scheme != "https" && scheme != "http" {
		return Endpoint{}, fmt.Errorf("endpoint without https: %w", ErrEndpoint)
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	authority, path := rest[:end], rest[end:]
	if lower := strings.ToLower(authority); lower != authority {
		authority = lower
		address = scheme + "://" + lower + path
	}
	if scheme == "https" {
		if host, ok := strings.CutSuffix(authority, ":443"); ok {
			authority = host
			address = scheme + "://" + host + path
		}
	}
	if err := s.check(scheme, authority); err != nil {
		return Endpoint{}, err
	}
	origin := address[:len(scheme)+len("://")+len(authority)]
	if path == "" || path[0] != '/' {
		path = "/" + path
		if len(origin)+len(path) > MaxEndpoint {
			return Endpoint{}, fmt.Errorf("endpoint of %d bytes, at most %d: %w", len(origin)+len(path), MaxEndpoint, ErrEndpoint)
		}
	}
	return Endpoint{origin, path}, nil
}

func (s *Services) check(scheme, authority string) error {
	if len(s.exact) > 0 && s.exact[withPort(scheme, authority)] {
		return nil
	}
	switch {
	case scheme != "https":
		return fmt.Errorf("endpoint without https: %w", ErrEndpoint)
	case strings.Contains(authority, "@"):
		return fmt.Errorf("endpoint with a user: %w", ErrEndpoint)
	case !validHost(authority): // a port is in it, too
		return fmt.Errorf("endpoint whose host is no plain name at port 443: %w", ErrEndpoint)
	case !s.under(authority):
		return fmt.Errorf("endpoint at %s: %w", authority, ErrEndpoint)
	}
	return nil
}

func (s *Services) under(host string) bool {
	for _, h := range s.hosts {
		if above, ok := strings.CutSuffix(host, h); ok && (above == "" || above[len(above)-1] == '.') {
			return true
		}
	}
	return false
}

// withPort is the authority with the scheme's own port if it names none.
func withPort(scheme, authority string) string {
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		return authority
	}
	if scheme == "http" {
		return authority + ":80"
	}
	return authority + ":443"
}

// validHost reports whether h is a lower-case name of letters, digits and
// dashes, and could not be taken for an IP address by any resolver: its last
// label is no number.
func validHost(h string) bool {
	if h == "" || len(h) > 253 {
		return false
	}
	label, letters := 0, false
	for i := range len(h) {
		switch c := h[i]; {
		case c == '.':
			if label == 0 || h[i-1] == '-' {
				return false
			}
			label, letters = 0, false
			continue
		case c >= 'a' && c <= 'z':
			letters = true
		case c == '-':
			if label == 0 {
				return false
			}
		case c < '0' || c > '9':
			return false
		}
		if label++; label > 63 {
			return false
		}
	}
	if label == 0 || h[len(h)-1] == '-' || !letters {
		return false
	}
	// 0x7f is a number to resolvers as well.
	last := h[strings.LastIndexByte(h, '.')+1:]
	return !strings.HasPrefix(last, "0x")
}
