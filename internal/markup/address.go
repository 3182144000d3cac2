package markup

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
)

// maxAddress is how many bytes a link or a picture's address may have.
const maxAddress = 4096

// errAddress is told to writers, so it says what to do instead.
var errAddress = errors.New("must begin with https://, http://, mailto:, tel: or a single /")

// hosts turns names in any script into the ASCII form that every browser
// resolves alike. Underscores pass: real news links have them.
var hosts = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(false))

// CleanURL returns the canonical form of an address that a story may link to:
// http, https, mailto, tel, or root-relative. The result is ASCII and holds
// no quote, bracket, space or backslash; cleaning it again changes nothing.
// Anything else (scripts, data, protocol-relative, user names before a host)
// is refused.
func CleanURL(raw string) (string, error) {
	s := strings.Trim(raw, " \t\r\n\f")
	// Browsers skip these inside an address: "java\nscript:" must not differ.
	s = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(s)
	if s == "" {
		return "", errAddress
	}
	if len(s) > maxAddress {
		return "", fmt.Errorf("is longer than %d bytes", maxAddress)
	}
	for _, r := range s {
		if badRune(r) || r == '\uFFFD' {
			return "", errors.New("holds a control character or damaged text")
		}
	}
	clean, err := cleanAddress(s)
	if err == nil && len(clean) > maxAddress {
		return "", fmt.Errorf("is longer than %d bytes", maxAddress)
	}
	return clean, err
}

func cleanAddress(s string) (string, error) {
	if s[0] == '/' {
		if len(s) > 1 && (s[1] == '/' || s[1] == '\\') {
			return "", errAddress
		}
		return escapeAddress(s), nil
	}
	scheme, rest, ok := strings.Cut(s, ":")
	if !ok {
		return "", errAddress
	}
	switch scheme = strings.ToLower(scheme); scheme {
	case "http", "https":
		return cleanWeb(scheme, rest)
	case "mailto":
		if !strings.Contains(rest, "@") {
			return "", errors.New("must name a mail address")
		}
		return "mailto:" + escapeAddress(rest), nil
	case "tel":
		if !strings.ContainsAny(rest, "0123456789") {
			return "", errors.New("must have a telephone number")
		}
		return "tel:" + escapeAddress(strings.ReplaceAll(rest, " ", "-")), nil
	}
	return "", errAddress
}

func cleanWeb(scheme, rest string) (string, error) {
	rest, ok := strings.CutPrefix(rest, "//")
	if !ok {
		return "", errAddress
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	// Percent signs in a host are how Markdown writes other scripts.
	authority, path := unescapeHost(rest[:end]), rest[end:]
	if strings.ContainsAny(authority, `\@`) {
		return "", errors.New("must not have a user name or backslash before its path")
	}
	host, err := cleanHost(authority)
	if err != nil {
		return "", err
	}
	return scheme + "://" + host + escapeAddress(path), nil
}

func cleanHost(authority string) (string, error) {
	host, port := authority, ""
	if i := strings.LastIndexByte(authority, ':'); i >= 0 && !strings.HasSuffix(authority, "]") {
		host, port = authority[:i], authority[i+1:]
		if n, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || n == 0) {
			return "", errors.New("has a port that is no number")
		}
	}
	if port != "" {
		port = ":" + port
	}
	if inner, ok := strings.CutPrefix(host, "["); ok {
		ip, err := netip.ParseAddr(strings.TrimSuffix(inner, "]"))
		if err != nil || !ip.Is6() || ip.Zone() != "" || !strings.HasSuffix(host, "]") {
			return "", errors.New("has no valid host")
		}
		return "[" + ip.String() + "]" + port, nil
	}
	ascii, err := hosts.ToASCII(host)
	if err != nil || strings.Trim(ascii, ".") == "" || len(ascii) > 253 {
		return "", errors.New("has no valid host")
	}
	for _, r := range ascii {
		if !isAlnum(r) && r != '-' && r != '.' && r != '_' {
			return "", errors.New("has no valid host")
		}
	}
	return ascii + port, nil
}

func unescapeHost(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			n, _ := strconv.ParseUint(s[i+1:i+3], 16, 8) // two hex digits always parse
			b.WriteByte(byte(n))
			i += 2
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

// escapeAddress percent-encodes whatever an HTML checker, a Markdown link or a
// careless template could trip over. What is encoded already stays.
func escapeAddress(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	fragment := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case isAlnum(rune(c)), strings.IndexByte("-._~!$&()*+,;=:@/?", c) >= 0,
			c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]),
			c == '#' && !fragment:
			fragment = fragment || c == '#'
			b.WriteByte(c)
		default:
			b.WriteByte('%')
			b.WriteByte(hex[c>>4])
			b.WriteByte(hex[c&15])
		}
	}
	return b.String()
}

// cardURL is an address that a link card may point to: another site or our own.
func cardURL(s string) (string, error) {
	clean, err := CleanURL(s)
	if err == nil && clean[0] != '/' && !strings.HasPrefix(clean, "http") {
		return "", errors.New("must begin with https://, http:// or a single /")
	}
	return clean, err
}
