package webpush

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"syscall"
	"time"
)

// ErrInside means that the name of a push service led to an address that is
// not public, as somebody's own name server can arrange after the check.
var ErrInside = errors.New("not a public address")

// notPublic are the IPv4 networks that lead inside, nowhere, or to many.
var notPublic = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
	"172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)

// Of IPv6 only 2000::/3 is handed out; these parts of it lead elsewhere.
var (
	global6    = netip.MustParsePrefix("2000::/3")
	notPublic6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
	nat64      = netip.MustParsePrefix("64:ff9b::/96")
)

func prefixes(list ...string) []netip.Prefix {
	p := make([]netip.Prefix, len(list))
	for i, s := range list {
		p[i] = netip.MustParsePrefix(s)
	}
	return p
}

// public reports whether a is one host on the public internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if nat64.Contains(a) { // how a host with IPv6 alone reaches the others
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if a.Is6() && (a.Zone() != "" || !global6.Contains(a)) {
		return false
	}
	list := notPublic
	if a.Is6() {
		list = notPublic6
	}
	for _, p := range list {
		if p.Contains(a) {
			return false
		}
	}
	return a.IsValid()
}

// control looks at the address itself, after name resolution and just before
// connecting, so that no answer of a name server can get around it.
func control(network, address string, _ syscall.RawConn) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("dial push service at %s: %w", address, ErrInside)
	}
	if network != "tcp4" && network != "tcp6" || ap.Port() != 443 || !public(ap.Addr()) {
		return fmt.Errorf("dial push service at %s: %w", address, ErrInside)
	}
	return nil
}

// dialer connects to HOST:PORT: anywhere for one that the operator allows
// exactly, else to public addresses alone.
func (s *Services) dialer(timeout time.Duration) func(ctx context.Context, network, address string) (net.Conn, error) {
	guarded := &net.Dialer{Timeout: timeout, Control: control}
	open := &net.Dialer{Timeout: timeout}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		if s.exact[address] {
			return open.DialContext(ctx, network, address)
		}
		return guarded.DialContext(ctx, network, address)
	}
}
