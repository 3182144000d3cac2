package web

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
)

// Hosts are the names this server answers to. Other names are refused before
// anything else, so that nobody can put their name on our pages, links or caches.
type Hosts struct {
	host string // of the public address, lower case, without port
	port string // of the public address, or its scheme's
}

// HostsOf allows the host of the public address, and always the loopback names.
func HostsOf(public *url.URL) Hosts {
	h := Hosts{host: strings.ToLower(strings.TrimSuffix(public.Hostname(), ".")), port: public.Port()}
	return h
}

// Allowed tells whether a request's Host (with or without port) is one of ours. The
// public name may come with any port: behind a proxy the port is the proxy's matter.
func (h Hosts) Allowed(host string) bool {
	name := hostname(host)
	if name == "" {
		return false
	}
	return strings.EqualFold(name, h.host) || loopback(name)
}

// Public tells whether a request's Host is the public address's own.
func (h Hosts) Public(host string) bool {
	return h.host != "" && strings.EqualFold(hostname(host), h.host)
}

// hostname cuts the port; it is empty when host has no readable form.
func hostname(host string) string {
	name := host
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		n, port, err := net.SplitHostPort(host)
		if err != nil || strings.Trim(port, "0123456789") != "" {
			return ""
		}
		name = n
	}
	name = strings.TrimSuffix(strings.Trim(name, "[]"), ".")
	return name
}

// loopback tells names that only this machine can mean.
func loopback(name string) bool {
	if strings.EqualFold(name, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(name)
	return err == nil && a.IsLoopback()
}
