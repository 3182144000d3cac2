package web

import (
	"net/http"
	"net/netip"
	"strings"
)

// Client is the address a request comes from: the connection's, or what a trusted
// proxy says in X-Forwarded-For, read from the right past every trusted hop. It is
// the zero Addr when there is none (a Unix socket).
func (g *Gate) Client(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	addr := ap.Addr().Unmap()
	if len(g.Trusted) == 0 || !within(g.Trusted, addr) {
		return addr
	}
	said := r.Header.Values("X-Forwarded-For")
	for i := len(said) - 1; i >= 0; i-- {
		hops := strings.Split(said[i], ",")
		for j := len(hops) - 1; j >= 0; j-- {
			hop, err := netip.ParseAddr(strings.TrimSpace(hops[j]))
			if err != nil {
				return addr // what stands left of nonsense was written by a stranger
			}
			addr = hop.Unmap().WithZone("")
			if !within(g.Trusted, addr) {
				return addr
			}
		}
	}
	return addr
}

// Secure tells whether the browser came over TLS: to us, to the public address when
// that is https, or to a trusted proxy that says so. Cookies depend on it, and must not
// travel in the clear because a proxy was not named.
func (g *Gate) Secure(r *http.Request) bool {
	if r.TLS != nil || g.https && g.Hosts.Public(r.Host) {
		return true
	}
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && within(g.Trusted, ap.Addr().Unmap()) && r.Header.Get("X-Forwarded-Proto") == "https"
}

func within(nets []netip.Prefix, a netip.Addr) bool {
	for _, p := range nets {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// Block is the part of an address that stands for one household or office: limits
// count it, so that a /64 is not four billion billion strangers.
func Block(a netip.Addr) netip.Prefix { return masked(a, 32, 64) }

// Coarse is what a log may keep of an address: its /24, or /48.
func Coarse(a netip.Addr) netip.Prefix { return masked(a, 24, 48) }

func masked(a netip.Addr, v4, v6 int) netip.Prefix {
	bits := v6
	if a = a.Unmap(); a.Is4() {
		bits = v4
	}
	p, err := a.WithZone("").Prefix(bits)
	if err != nil { // the zero Addr
		return netip.Prefix{}
	}
	return p
}
